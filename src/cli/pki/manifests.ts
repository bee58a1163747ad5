import { parseAllDocuments } from 'yaml';
import { Stop } from '../exit-status';

/** A Kubernetes object as it is read from a file. */
export interface KubernetesObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace: string;
  readonly name: string;
  /** The whole object. */
  readonly body: any;
}

/** Reads the objects of a YAML or JSON text, lists unfolded. An object without namespace is in `default`, as for kubectl. */
export function readManifests(text: string, what: string): KubernetesObject[] {
  const documents = parseAllDocuments(text, { prettyErrors: false, logLevel: 'error' });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    if (document.errors.length > 0) {
      const [{ pos, message }] = document.errors;
      throw Stop.unreadable(`${what} is no YAML: line ${text.slice(0, pos[0]).split('\n').length}: ${message.split('\n')[0]}`);
    }
    try {
      return objectsOf(document.toJS({ maxAliasCount: 100 }), what);
    } catch (error) {
      throw error instanceof Stop ? error : Stop.unreadable(`${what} has too many YAML aliases`);
    }
  });
}

function objectsOf(body: any, what: string): KubernetesObject[] {
  if (body === null || body === undefined) return [];
  if (typeof body !== 'object' || typeof body.kind !== 'string' || typeof body.apiVersion !== 'string') {
    throw Stop.unreadable(`${what} holds something that is no Kubernetes object: expected \`apiVersion\` and \`kind\``);
  }
  if (body.kind.endsWith('List') && Array.isArray(body.items)) {
    return body.items.flatMap((item: unknown) => objectsOf(item, what));
  }
  const { name, namespace } = body.metadata ?? {};
  return [{ kind: body.kind, apiVersion: body.apiVersion, namespace: typeof namespace === 'string' ? namespace : 'default', name: String(name ?? ''), body }];
}

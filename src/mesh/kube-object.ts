import { entries, field, isMapping, text, textMap, Value } from './value';

/** A Kubernetes object, its metadata read and its body as found. */
export interface KubeObject {
  /** The API group; empty for core objects. */
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** When the API server stored it, in milliseconds; undefined in manifests that were never applied. */
  readonly created?: number;
  /** Where it stands among the manifests. */
  readonly index: number;
  readonly body: Value;
  readonly spec: Value;
}

/** The short name of an object in reasons: `namespace/name`. */
export function nameOf(object: { readonly namespace: string; readonly name: string }): string {
  return object.namespace === '' ? object.name : `${object.namespace}/${object.name}`;
}

/** How findings name an object: its kind, and `namespace/name` in backticks. */
export function describeObject(object: KubeObject): string {
  return `${object.kind} \`${nameOf(object)}\``;
}

const CLUSTER_SCOPED = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'PersistentVolume', 'StorageClass', 'IngressClass', 'GatewayClass',
  'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'PriorityClass', 'ClusterIssuer']);

/** Reads one document; undefined when it is no Kubernetes object. */
export function readObject(document: Value, index: number): KubeObject | undefined {
  const apiVersion = text(field(document, 'apiVersion'));
  const kind = text(field(document, 'kind'));
  const metadata = field(document, 'metadata');
  const name = text(field(metadata, 'name')) ?? generated(metadata, index);
  if (apiVersion === undefined || kind === undefined || name === undefined || name === '') return undefined;
  const created = Date.parse(text(field(metadata, 'creationTimestamp')) ?? '');
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    kind,
    name,
    namespace: CLUSTER_SCOPED.has(kind) ? '' : text(field(metadata, 'namespace')) || 'default',
    labels: textMap(field(metadata, 'labels')),
    annotations: textMap(field(metadata, 'annotations')),
    created: Number.isNaN(created) ? undefined : created,
    index,
    body: document,
    spec: field(document, 'spec'),
  };
}

function generated(metadata: Value, index: number): string | undefined {
  const prefix = text(field(metadata, 'generateName'));
  return prefix === undefined ? undefined : `${prefix}${index}`;
}

/** The documents inside `List` objects, as `kubectl get -o yaml` prints them, however deep. */
export function flatten(documents: readonly Value[]): Value[] {
  const found: Value[] = [];
  const pending = [...documents].reverse();
  while (pending.length > 0) {
    const next = pending.pop();
    const items = field(next, 'items');
    if (Array.isArray(next)) {pending.push(...[...next].reverse());} else if (isMapping(next) && Array.isArray(items) && (text(field(next, 'kind')) ?? '').endsWith('List')) {
      const kind = text(field(next, 'kind'))!.slice(0, -'List'.length);
      pending.push(...items.map((item) => withType(item, field(next, 'apiVersion'), kind)).reverse());
    } else if (next !== null && next !== undefined) {found.push(next);}
  }
  return found;
}

// The items of a typed list (`PodList`) carry no type of their own.
function withType(item: Value, apiVersion: Value, kind: string): Value {
  if (!isMapping(item) || kind === '' || field(item, 'kind') !== undefined) return item;
  return Object.fromEntries([...entries(item), ['apiVersion', apiVersion], ['kind', kind]]);
}

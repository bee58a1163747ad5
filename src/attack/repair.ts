import { flatten, readObject } from '../mesh/kube-object';
import { surelySelects } from '../mesh/labels';
import { MeshView } from '../mesh/mesh-view';
import { at, entries, field, isMapping, textMap, Value } from '../mesh/value';

const GUARDS = new Set(['AuthorizationPolicy', 'RequestAuthentication', 'PeerAuthentication']);

/** A guard whose selector no pods carry, and the Service that it must be meant for. */
export interface DeadGuard {
  /** Its kind and `namespace/name`. */
  readonly object: string;
  readonly selector: string;
  readonly service: string;
}

/**
 * The manifests as they must be meant: a guard that selects no pods guards those of the Service that its selector or its name tells.
 *
 * Where no Service is told, or no pods are among the manifests, a guard stays as it is.
 */
export function repaired(documents: readonly Value[], view: MeshView): { readonly documents: Value[]; readonly dead: DeadGuard[] } {
  const dead: DeadGuard[] = [];
  const changed = flatten(documents).map((document, index) => {
    const object = readObject(document, index);
    if (object === undefined || object.group !== 'security.istio.io' || !GUARDS.has(object.kind)) return document;
    const selector = textMap(at(object.spec, 'selector', 'matchLabels'));
    if (selector.size === 0) return document;
    const root = object.namespace === view.settings.rootNamespace;
    const pods = root ? view.workloads : view.workloadsIn(object.namespace);
    if (pods.some(({ labels }) => !labels.complete || surelySelects(selector, labels))) return document;
    const names = new Set([object.name, ...selector.values()]);
    const own = view.services.filter(({ namespace, selector: wanted }) => namespace === object.namespace && wanted.size > 0);
    const service = own.find((candidate) => names.has(candidate.name) && pods.some(({ labels }) => surelySelects(candidate.selector, labels)));
    if (service === undefined) return document;
    const text = [...selector].map(([key, value]) => `${key}=${value}`).join(',');
    dead.push({ object: `${object.kind} ${object.namespace}/${object.name}`, selector: text, service: `${service.namespace}/${service.name}` });
    const spec = { ...plain(object.spec), selector: { matchLabels: Object.fromEntries(service.selector) } };
    return Object.fromEntries([...entries(document).filter(([key]) => key !== 'spec'), ['spec', spec]]);
  });
  return { documents: changed, dead };
}

function plain(value: Value): Record<string, unknown> {
  return isMapping(value) ? Object.fromEntries(entries(value)) : {};
}

/** The documents with a creation time, so that whatever comes later is younger. */
export function dated(documents: readonly Value[], created: string): Value[] {
  return flatten(documents).map((document) => {
    const metadata = plain(field(document, 'metadata'));
    if (metadata.creationTimestamp !== undefined && metadata.creationTimestamp !== null) return document;
    return Object.fromEntries([...entries(document).filter(([key]) => key !== 'metadata'), ['metadata', { ...metadata, creationTimestamp: created }]]);
  });
}

import { entries, field, isMapping, text, textMap, Value } from './value';

/** A Kubernetes object, its metadata read and its body as found. */
export interface KubeObject {
  /** The API group; empty for core objects. */
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** What tells it from other objects: group, kind, namespace and name. */
  readonly key: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** When the API server stored it, in milliseconds; undefined in manifests that were never applied. */
  readonly created?: number;
  /** Where it stands among the manifests; those made from others come behind them. */
  readonly index: number;
  /** The object that it is made from: an APIRule, an ExternalGateway. */
  readonly origin?: KubeObject;
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
  const timestamp = text(field(metadata, 'creationTimestamp'));
  const created = timestamp === undefined ? undefined : Date.parse(timestamp);
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const namespace = CLUSTER_SCOPED.has(kind) ? '' : text(field(metadata, 'namespace')) || 'default';
  return {
    group,
    kind,
    name,
    namespace,
    // The lengths keep apart what a name with a strange character could make equal.
    key: `${group.length} ${kind.length} ${namespace.length} ${group}${kind}${namespace}${name}`,
    labels: textMap(field(metadata, 'labels')),
    annotations: textMap(field(metadata, 'annotations')),
    created: created === undefined || Number.isNaN(created) ? undefined : created,
    index,
    body: document,
    spec: field(document, 'spec'),
  };
}

function generated(metadata: Value, index: number): string | undefined {
  const prefix = text(field(metadata, 'generateName'));
  return prefix === undefined ? undefined : `${prefix}${index}`;
}

/** A document, and the way to it from the document that was read: `['items', 2]` of a list. */
export interface Unfolded {
  readonly value: Value;
  readonly path: readonly (string | number)[];
}

/** The Kubernetes objects among documents, those inside `List` objects included; the index is that among the flattened documents. */
export function readObjects(documents: readonly Value[]): KubeObject[] {
  return flatten(documents).flatMap((document, index) => readObject(document, index) ?? []);
}

/** The documents inside `List` objects, as `kubectl get -o yaml` prints them, however deep. */
export function flatten(documents: readonly Value[]): Value[] {
  return documents.flatMap((document) => unfold(document).map(({ value }) => value));
}

const NO_STEPS: Unfolded['path'] = [];

/** The documents inside one document, each with the way to it. */
export function unfold(document: Value): Unfolded[] {
  if (isMapping(document) && !Array.isArray(field(document, 'items'))) return [{ value: document, path: NO_STEPS }];
  const found: Unfolded[] = [];
  const pending: Unfolded[] = [{ value: document, path: [] }];
  while (pending.length > 0) {
    const next = pending.pop()!;
    const { value, path } = next;
    const items = field(value, 'items');
    if (Array.isArray(value)) {
      pending.push(...value.map((item, index) => ({ value: item, path: [...path, index] })).reverse());
    } else if (Array.isArray(items) && (text(field(value, 'kind')) ?? '').endsWith('List')) {
      const kind = text(field(value, 'kind'))!.slice(0, -'List'.length);
      pending.push(...items.map((item, index) => ({ value: withType(item, field(value, 'apiVersion'), kind), path: [...path, 'items', index] })).reverse());
    } else if (value !== null && value !== undefined) {
      found.push(next);
    }
  }
  return found;
}

// The items of a typed list (`PodList`) carry no type of their own.
function withType(item: Value, apiVersion: Value, kind: string): Value {
  if (!isMapping(item) || kind === '' || field(item, 'kind') !== undefined) return item;
  return Object.fromEntries([...entries(item), ['apiVersion', apiVersion], ['kind', kind]]);
}

import { parseDocuments } from './documents';
import { KubeObject } from './kube-object';
import { PodLabels } from './labels';
import { at, entries, field, list, number, text, textMap, Value } from './value';

/** Pods that are alike: what a Deployment makes, or a pod of its own. */
export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly labels: PodLabels;
  readonly serviceAccount: string;
  /** Whether Istio's proxy stands in front of the application. */
  readonly proxied: boolean;
  /** Whether the proxy is all there is: a gateway, which Gateways without selector apply to. */
  readonly router?: boolean;
  /** Ports of the containers by name. */
  readonly namedPorts: ReadonlyMap<string, number>;
  /** Secrets that are mounted as files into its proxy, by directory without the last slash; undefined where the pods are not among the manifests. */
  readonly secretMounts?: ReadonlyMap<string, string>;
  /** Settings of its proxy of its own, as a mapping: the annotation `proxy.istio.io/config`. */
  readonly proxyConfig?: Value;
  /** What was taken for granted about it, for people; undefined where the manifests say it. */
  readonly assumed?: string;
}

const TEMPLATED = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'ReplicationController', 'Rollout']);
const PROXY_CONTAINER = 'istio-proxy';

/** The workloads among the manifests. Pods that belong to another workload here are left out. */
export function readWorkloads(objects: readonly KubeObject[]): Workload[] {
  const namespaces = new Map(objects.filter(({ kind, group }) => kind === 'Namespace' && group === '').map((object) => [object.name, object]));
  const templated = objects.filter(({ kind }) => TEMPLATED.has(kind) || kind === 'CronJob');
  const names = new Set(templated.map(({ namespace, name }) => `${namespace}/${name}`));
  const owned = ({ body, namespace }: KubeObject) => list(at(body, 'metadata', 'ownerReferences')).some((owner) => names.has(`${namespace}/${text(field(owner, 'name'))}`));
  return [
    ...templated.filter((object) => !owned(object)).map((object) => {
      const template = object.kind === 'CronJob' ? at(object.spec, 'jobTemplate', 'spec', 'template') : at(object.spec, 'template');
      return workload(object, template, namespaces.get(object.namespace));
    }),
    ...objects.filter((object) => object.kind === 'Pod' && object.group === '' && !owned(object)).map((object) => workload(object, object.body, namespaces.get(object.namespace))),
  ];
}

function workload(object: KubeObject, template: Value, namespace: KubeObject | undefined): Workload {
  const labels = textMap(at(template, 'metadata', 'labels'));
  const pod = at(template, 'spec');
  const containers = [...list(field(pod, 'containers')), ...list(field(pod, 'initContainers'))];
  const { proxied, assumed } = proxy(object, template, labels, containers, namespace);
  return {
    namespace: object.namespace,
    name: object.name,
    labels: { known: labels, complete: true },
    serviceAccount: text(field(pod, 'serviceAccountName')) || text(field(pod, 'serviceAccount')) || 'default',
    proxied,
    router: isRouter(template, containers),
    namedPorts: new Map(containers.flatMap((container) => list(field(container, 'ports'))).flatMap((port): [string, number][] => {
      const name = text(field(port, 'name'));
      const containerPort = number(field(port, 'containerPort'));
      return name === undefined || containerPort === undefined ? [] : [[name, containerPort]];
    })),
    secretMounts: secretMounts(pod, containers),
    proxyConfig: proxyConfig(template),
    assumed,
  };
}

function secretMounts(pod: Value, containers: readonly Value[]): ReadonlyMap<string, string> {
  const secrets = new Map(list(field(pod, 'volumes')).flatMap((volume): [string, string][] => {
    const secret = text(at(volume, 'secret', 'secretName'));
    return secret === undefined ? [] : [[text(field(volume, 'name')) ?? '', secret]];
  }));
  return new Map(containers.flatMap((container) => list(field(container, 'volumeMounts'))).flatMap((mount): [string, string][] => {
    const secret = secrets.get(text(field(mount, 'name')) ?? '');
    return secret === undefined ? [] : [[(text(field(mount, 'mountPath')) ?? '').replace(/\/$/, ''), secret]];
  }));
}

function proxyConfig(template: Value): Value {
  const annotation = new Map(entries(at(template, 'metadata', 'annotations'))).get('proxy.istio.io/config');
  if (typeof annotation !== 'string') return undefined;
  try {
    return parseDocuments(annotation)[0];
  } catch {
    return undefined;
  }
}

function isRouter(template: Value, containers: readonly Value[]): boolean {
  const templates = new Map(entries(at(template, 'metadata', 'annotations'))).get('inject.istio.io/templates');
  if (typeof templates === 'string' && templates.split(',').includes('gateway')) return true;
  return containers.length > 0 && containers.every((container) => text(field(container, 'name')) === PROXY_CONTAINER);
}

function proxy(
  object: KubeObject,
  template: Value,
  labels: ReadonlyMap<string, string>,
  containers: readonly Value[],
  namespace: KubeObject | undefined,
): { proxied: boolean; assumed?: string } {
  if (field(at(template, 'spec'), 'hostNetwork') === true) return { proxied: false };
  if (containers.some((container) => text(field(container, 'name')) === PROXY_CONTAINER)) return { proxied: true };
  if (labels.get('security.istio.io/tlsMode') === 'istio') return { proxied: true };
  // A pod that ran was shown to the injector, so what it lacks it does not have.
  if (text(at(object.body, 'status', 'phase')) !== undefined) return { proxied: false };
  const wish = labels.get('sidecar.istio.io/inject') ?? new Map(entries(at(template, 'metadata', 'annotations'))).get('sidecar.istio.io/inject');
  if (wish !== undefined) return { proxied: wish === 'true' };
  if (namespace !== undefined) {
    const injected = namespace.labels.get('istio-injection') === 'enabled' || (namespace.labels.has('istio.io/rev') && namespace.labels.get('istio-injection') !== 'disabled');
    return { proxied: injected };
  }
  return { proxied: true, assumed: `pods of ${object.namespace}/${object.name} have a sidecar` };
}

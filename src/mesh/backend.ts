import { Choices } from './choices';
import { rulesFor, tlsModeFor } from './destination-rule';
import { selects, surelySelects } from './labels';
import { MeshView, SERVICE_LABEL } from './mesh-view';
import { Service } from './service';
import { entryOf, ServiceEntry } from './service-entry';
import { Workload } from './workload';

/** Where a route's destination ends. */
export type Backend =
  | {
    readonly kind: 'pods';
    readonly service: string;
    readonly workload: Workload;
    readonly port: number;
    readonly http: boolean;
    readonly tlsMode?: string;
    /** The server name that a proxy asks for when it speaks mutual TLS to the pods. */
    readonly sni?: string;
    readonly assumed?: string;
  }
  | {
    readonly kind: 'outside';
    readonly service: string;
    /** Why the manifests do not show what is there; undefined where it is plainly not of the mesh. */
    readonly open?: string;
  }
  | { readonly kind: 'none'; readonly reason: string };

const SUFFIX = '.svc.cluster.local';

/** The name and namespace of a Service's full host name. */
export function serviceOfHost(host: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!host.endsWith(SUFFIX)) return undefined;
  const [name, namespace, more] = host.slice(0, -SUFFIX.length).split('.');
  return namespace === undefined || more !== undefined ? undefined : { namespace, name };
}

/**
 * Finds the pods behind a destination, as the cluster of that name would.
 * @param direct the caller need not know the Service: it can speak to the pods by itself
 */
export function findBackend(
  view: MeshView,
  host: string,
  port: number | undefined,
  subset: string | undefined,
  client: string,
  listenPort: number,
  choices: Choices,
  direct = false,
): Backend {
  const entry = entryOf(host, view.serviceEntries);
  if (entry !== undefined) return added(entry, host, port ?? listenPort);
  const names = serviceOfHost(host);
  if (names === undefined) return elsewhere(view, host, choices);
  const key = `${names.namespace}/${names.name}`;
  const service = view.service(names.namespace, names.name);
  if (service === undefined) return unknownService(view, names, key, port, choices);
  const number = port ?? (service.ports.length === 1 ? service.ports[0].port : listenPort);
  const found = service.ports.find((candidate) => candidate.port === number);
  if (found === undefined) return { kind: 'none', reason: `Service \`${key}\` has no port ${number}` };
  if (!direct && !isExported(service, client)) return { kind: 'none', reason: `Service \`${key}\` is not exported to namespace \`${client}\`` };
  const rules = rulesFor(host, view.destinationRules, client, names.namespace, view.settings.rootNamespace);
  const labels = subset === undefined ? undefined : rules.map((rule) => rule.subsets.get(subset)).find((candidate) => candidate !== undefined);
  if (subset !== undefined && labels === undefined) return { kind: 'none', reason: `no DestinationRule for \`${host}\` has subset \`${subset}\`` };
  if (service.external) return { kind: 'outside', service: key };
  const workload = podsOf(view, service, labels ?? new Map(), choices);
  if (workload === undefined) return { kind: 'none', reason: `no pods behind Service \`${key}\`` };
  const target = typeof found.targetPort === 'number' ? found.targetPort : workload.namedPorts.get(found.targetPort);
  if (target === undefined && view.complete) return { kind: 'none', reason: `no container of Service \`${key}\` has a port named \`${found.targetPort}\`` };
  const tlsMode = tlsModeFor(rules, number, subset);
  return { kind: 'pods', service: key, workload, port: target ?? number, http: found.http, tlsMode, sni: `outbound_.${number}_.${subset ?? ''}_.${host}`, assumed: workload.assumed };
}

/** What a ServiceEntry adds is of no use to a route where it has no such port. */
function added({ name, ports, plain }: ServiceEntry, host: string, port: number): Backend {
  if (!plain) return { kind: 'outside', service: host, open: `ServiceEntry \`${name}\` says what is behind \`${host}\`, which may be pods of the mesh` };
  return ports.has(port) ? { kind: 'outside', service: host } : { kind: 'none', reason: `ServiceEntry \`${name}\` has no port ${port}` };
}

function isExported({ namespace, exportTo }: Service, client: string): boolean {
  return exportTo === undefined || exportTo.some((target) => target === '*' || target === client || (target === '.' && client === namespace));
}

function podsOf(view: MeshView, service: Service, subset: ReadonlyMap<string, string>, choices: Choices): Workload | undefined {
  const found = view.workloadsIn(service.namespace).filter(({ labels }) => surelySelects(service.selector, labels) && surelySelects(subset, labels));
  if (found.length === 0) return view.complete ? undefined : presumedPods(view, service, subset);
  const last = found.length - 1;
  return found.find((workload, index) => index === last || choices.ask(`pods ${service.namespace}/${service.name} ${workload.name}`,
    `Service ${service.namespace}/${service.name} sends the request to pods of ${workload.name}`));
}

const presumed = new WeakMap<MeshView, Map<string, Workload>>();

/** The pods that must be behind a Service: the same for each request, so that what guards them is found once. */
function presumedPods(view: MeshView, service: Service, subset: ReadonlyMap<string, string>): Workload {
  const known = presumed.get(view) ?? new Map<string, Workload>();
  presumed.set(view, known);
  const key = JSON.stringify([service.namespace, service.name, ...service.selector, ...subset]);
  const pods = known.get(key) ?? behind(service, subset);
  known.set(key, pods);
  return pods;
}

/** Pods that are not among the manifests: they carry what selects them, and perhaps more. */
function behind({ namespace, name, selector }: Service, subset: ReadonlyMap<string, string>): Workload {
  return {
    namespace,
    name,
    labels: { known: new Map([...selector, ...subset]), complete: false },
    serviceAccount: 'default',
    proxied: true,
    namedPorts: new Map(),
    assumed: `there are pods with a sidecar behind Service ${namespace}/${name}`,
  };
}

function unknownService(
  view: MeshView,
  { namespace, name }: { namespace: string; name: string },
  key: string,
  port: number | undefined,
  choices: Choices,
): Backend {
  if (view.complete) return { kind: 'none', reason: `there is no Service \`${key}\`` };
  const others = view.services.filter((service) => service.name === name);
  // The Service that is meant is there, in another namespace.
  if (others.length > 0) return { kind: 'none', reason: `there is no Service \`${key}\`, but \`${others[0].namespace}/${name}\`` };
  const workload = view.workloadsIn(namespace).find((candidate) => candidate.name === name);
  if (workload !== undefined && selects(new Map(), workload.labels, key, choices)) return { kind: 'pods', service: key, workload, port: port ?? 80, http: true, assumed: `there is a Service ${key}` };
  const selector = new Map([[SERVICE_LABEL, key]]);
  const pods = presumedPods(view, { namespace, name, selector, ports: [], labels: new Map(), external: false }, new Map());
  const assumed = `there is a Service ${key}, and pods with a sidecar behind it`;
  return { kind: 'pods', service: key, workload: pods, port: port ?? 80, http: true, assumed };
}

function elsewhere(view: MeshView, host: string, choices: Choices): Backend {
  if (!view.complete && choices.ask(`destination ${host}`, `the mesh knows destination ${host}`)) return { kind: 'outside', service: host };
  return { kind: 'none', reason: `the mesh knows no destination \`${host}\`` };
}

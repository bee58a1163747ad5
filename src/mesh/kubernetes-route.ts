import { intersection, isSubset } from './host-name';
import { KubeObject } from './kube-object';
import { GATEWAY_API, GatewayListener, KubernetesGateway } from './kubernetes-gateway';
import { maySelect } from './labels';
import { at, field, list, number, text, texts, textMap, Value } from './value';

/** A listener that serves a route, and for which of its hosts. */
export interface Attachment {
  readonly listener: GatewayListener;
  /** The place in `parentRefs` that leads there, from 0. */
  readonly parent: number;
  /** `*` where route and listener are for every host. */
  readonly hosts: readonly string[];
}

/** What is known of the cluster where routes of one namespace meet Gateways of another. */
export interface Attaching {
  /** By `namespace/name`. */
  readonly gateways: ReadonlyMap<string, KubernetesGateway>;
  /** The labels of a namespace that is among the manifests. */
  readonly namespaceLabels: (name: string) => ReadonlyMap<string, string> | undefined;
}

/** The listeners that serve a route: those that `parentRefs` mean, that admit it, and whose hosts it shares (istio `referenceAllowed`). */
export function attachmentsOf(route: KubeObject, known: Attaching): Attachment[] {
  const written = texts(field(route.spec, 'hostnames')).map((host) => host.toLowerCase());
  return list(field(route.spec, 'parentRefs')).flatMap((reference, parent) => {
    const gateway = gatewayOf(reference, route, known);
    return (gateway?.listeners ?? []).filter((listener) => means(reference, listener) && admits(listener, route, known)).flatMap((listener) => {
      const hosts = hostsServed(written.length === 0 ? ['*'] : written, listener);
      return hosts.length === 0 ? [] : [{ listener, parent, hosts }];
    });
  });
}

function gatewayOf(reference: Value, route: KubeObject, { gateways }: Attaching): KubernetesGateway | undefined {
  if ((text(field(reference, 'group')) ?? GATEWAY_API) !== GATEWAY_API || (text(field(reference, 'kind')) ?? 'Gateway') !== 'Gateway') return undefined;
  return gateways.get(`${text(field(reference, 'namespace')) || route.namespace}/${text(field(reference, 'name')) ?? ''}`);
}

function means(reference: Value, { name, port }: GatewayListener): boolean {
  const section = text(field(reference, 'sectionName')) || name;
  return section === name && (number(field(reference, 'port')) ?? port) === port;
}

/** Kinds and namespaces that a listener admits; of a namespace whose labels are not known it is not said. */
function admits({ body, gateway }: GatewayListener, route: KubeObject, { namespaceLabels }: Attaching): boolean {
  const kinds = list(at(body, 'allowedRoutes', 'kinds'));
  if (kinds.length > 0 && !kinds.some((entry) => text(field(entry, 'kind')) === route.kind)) return false;
  const namespaces = at(body, 'allowedRoutes', 'namespaces');
  const from = text(field(namespaces, 'from')) ?? 'Same';
  if (from === 'All') return true;
  if (from === 'Same') return route.namespace === gateway.namespace;
  const selector = field(namespaces, 'selector');
  if (from !== 'Selector' || list(field(selector, 'matchExpressions')).length > 0) return false;
  const labels = new Map([...namespaceLabels(route.namespace) ?? [], ['kubernetes.io/metadata.name', route.namespace]]);
  return maySelect(textMap(field(selector, 'matchLabels')), { known: labels, complete: true });
}

/** The hosts of a route on a listener: not those that a more exact listener of the same port has (istio `hostnameAllowedByIsolation`). */
function hostsServed(hosts: readonly string[], { gateway, hostname, port, protocol }: GatewayListener): string[] {
  const others = gateway.listeners.filter((other) => other.port === port && other.protocol === protocol && other.hostname !== hostname);
  const kept = hosts.filter((host) => !others.some((other) => isTaken(host, hostname, other.hostname)));
  return intersection(kept, [hostname === '' ? '*' : hostname]);
}

function isTaken(host: string, own: string, other: string): boolean {
  const exact = own !== '' && !own.startsWith('*');
  return !exact && own.length <= other.length && isSubset(host, other);
}

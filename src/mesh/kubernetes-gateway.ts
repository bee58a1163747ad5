import { ClientCheck } from './client-check';
import { DEFAULT_GATEWAY } from './gateway-proxy';
import { KubeObject } from './kube-object';
import type { Service } from './service';
import { at, field, list, number, text, textMap, Value } from './value';
import type { Workload } from './workload';

/** The group of the Gateway API. */
export const GATEWAY_API = 'gateway.networking.k8s.io';

/** The label by which Istio knows the pods of a Gateway, and finds the policies that name it. */
export const GATEWAY_NAME = `${GATEWAY_API}/gateway-name`;

/** The option of a listener that says what is asked of clients. */
export const TERMINATE_MODE = 'gateway.istio.io/tls-terminate-mode';

const ISTIO_CONTROLLER = 'istio.io/gateway-controller';

/** One listener of a Gateway of the Gateway API. */
export interface GatewayListener {
  readonly gateway: KubernetesGateway;
  /** Its place, from 0. */
  readonly index: number;
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  /** In lower case; empty where it is for every host. */
  readonly hostname: string;
  readonly check: ClientCheck;
  /** How findings call what it asks for, e.g. `MUTUAL`, `plain HTTP`. */
  readonly mode: string;
  readonly body: Value;
}

/** A Gateway of the Gateway API that Istio serves at the edge. */
export interface KubernetesGateway {
  readonly object: KubeObject;
  readonly namespace: string;
  readonly name: string;
  /** The Services in front of the pods that serve it, as `spec.addresses` name them; undefined where Istio makes pods for it. */
  readonly services?: readonly { readonly index: number; readonly namespace: string; readonly name: string }[];
  /** The pods that serve it; undefined where it is not known which. */
  readonly pods?: Workload;
  readonly listeners: readonly GatewayListener[];
}

/** The Gateways that Istio serves at the edge: of class `istio`, or of one that a GatewayClass among the objects gives to Istio's controller. */
export function readKubernetesGateways(
  objects: readonly KubeObject[],
  classes: readonly KubeObject[],
  services: readonly Service[],
): KubernetesGateway[] {
  const istios = classes.filter(({ spec }) => text(field(spec, 'controllerName')) === ISTIO_CONTROLLER);
  const served = new Set(['istio', ...istios.map(({ name }) => name)]);
  return objects.filter(({ spec }) => served.has(text(field(spec, 'gatewayClassName')) ?? '')).map((object) => read(object, services));
}

function read(object: KubeObject, services: readonly Service[]): KubernetesGateway {
  const { namespace, name, spec } = object;
  const listeners: GatewayListener[] = [];
  const named = isManaged(spec) ? undefined : serviceNames(object);
  const pods = named === undefined ? madePods(object) : podsBehind(named[0], services);
  const gateway = { object, namespace, name, services: named, pods, listeners };
  list(field(spec, 'listeners')).forEach((body, index) => listeners.push(readListener(gateway, body, index)));
  return gateway;
}

/** Whether Istio makes pods: there is no address, or one that is an IP address (istio `IsManaged`). */
function isManaged(spec: Value): boolean {
  const addresses = list(field(spec, 'addresses'));
  return addresses.length === 0 || (addresses.length === 1 && (text(field(addresses[0], 'type')) ?? 'IPAddress') === 'IPAddress');
}

/** Services of the cluster: a short name means one of the Gateway's namespace. */
function serviceNames({ spec, namespace }: KubeObject): { index: number; namespace: string; name: string }[] {
  return list(field(spec, 'addresses')).flatMap((address, index) => {
    const value = text(field(address, 'value')) ?? '';
    if (text(field(address, 'type')) !== 'Hostname') return [];
    const [name, other, svc] = value.split('.');
    if (other === undefined) return [{ index, namespace, name }];
    return svc === 'svc' ? [{ index, namespace: other, name }] : [];
  });
}

/** What Istio makes of its template: Deployment and ServiceAccount `<name>-<class>`, labels of the Gateway or of its `infrastructure`. */
function madePods({ namespace, name, spec, labels, annotations }: KubeObject): Workload {
  const fallback = `${name}-${text(field(spec, 'gatewayClassName'))}`;
  const infrastructure = field(spec, 'infrastructure');
  const copied = infrastructure === undefined || infrastructure === null ? labels : textMap(field(infrastructure, 'labels'));
  return {
    namespace,
    name: annotations.get('gateway.istio.io/name-override') ?? fallback,
    labels: { known: new Map([...copied, [GATEWAY_NAME, name], [`${GATEWAY_API}/gateway-class-name`, text(field(spec, 'gatewayClassName'))!]]), complete: true },
    serviceAccount: annotations.get('gateway.istio.io/service-account') ?? fallback,
    proxied: true,
    router: true,
    namedPorts: new Map(),
  };
}

function podsBehind(named: { readonly namespace: string; readonly name: string } | undefined, services: readonly Service[]): Workload | undefined {
  if (named === undefined) return undefined;
  const { namespace, name } = named;
  const selector = services.find((service) => service.namespace === namespace && service.name === name)?.selector;
  if (selector !== undefined) return { ...DEFAULT_GATEWAY, namespace, name, labels: { known: selector, complete: false } };
  return namespace === DEFAULT_GATEWAY.namespace && name === DEFAULT_GATEWAY.name ? DEFAULT_GATEWAY : undefined;
}

function readListener(gateway: KubernetesGateway, body: Value, index: number): GatewayListener {
  const port = number(field(body, 'port')) ?? 0;
  const protocol = text(field(body, 'protocol')) ?? '';
  return {
    gateway,
    index,
    name: text(field(body, 'name')) ?? '',
    port,
    protocol,
    hostname: (text(field(body, 'hostname')) ?? '').toLowerCase(),
    ...checkOf(protocol, field(body, 'tls'), frontendOf(gateway.object.spec, port)),
    body,
  };
}

/** The settings for clients of all ports, or those of one port, which replace them. */
export function frontendOf(spec: Value, port: number): Value {
  const frontend = at(spec, 'tls', 'frontend');
  const own = list(field(frontend, 'perPort')).find((entry) => number(field(entry, 'port')) === port);
  return own === undefined ? field(frontend, 'default') : field(own, 'tls');
}

/** As istiod's `buildTLS`: the option decides, exactly as it is spelled; a CA for clients makes MUTUAL of every other spelling. */
function checkOf(protocol: string, tls: Value, frontend: Value): { check: ClientCheck; mode: string } {
  if (protocol === 'HTTP') return { check: ClientCheck.NONE, mode: 'plain HTTP' };
  const passes = (text(field(tls, 'mode')) ?? 'Terminate') !== 'Terminate';
  if (protocol !== 'HTTPS' || tls === undefined || tls === null || passes) return { check: ClientCheck.NO_HTTP, mode: protocol };
  const option = text(at(tls, 'options', TERMINATE_MODE));
  if (option === 'ISTIO_SIMPLE') return { check: ClientCheck.NONE, mode: option };
  if (option === 'MUTUAL' || option === 'ISTIO_MUTUAL') return { check: ClientCheck.CERTIFICATE, mode: option };
  if (option === 'OPTIONAL_MUTUAL') return { check: ClientCheck.NONE, mode: option };
  const verifies = list(at(frontend, 'validation', 'caCertificateRefs')).length > 0;
  return verifies ? { check: ClientCheck.CERTIFICATE, mode: 'MUTUAL' } : { check: ClientCheck.NONE, mode: 'SIMPLE' };
}

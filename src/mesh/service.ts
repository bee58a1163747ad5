import { KubeObject } from './kube-object';
import { field, list, number, text, textMap, Value } from './value';

/** One port of a Service. */
export interface ServicePort {
  readonly port: number;
  readonly name: string;
  /** The number, or the name of a container port. */
  readonly targetPort: number | string;
  /** Whether the proxies take the traffic for HTTP: by name or `appProtocol`, or by looking at it. */
  readonly http: boolean;
}

/** A Service, whose selector leads to pods. */
export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly selector: ReadonlyMap<string, string>;
  readonly ports: readonly ServicePort[];
  readonly labels: ReadonlyMap<string, string>;
  /** ExternalName and Services without a selector lead where no manifest shows. */
  readonly external: boolean;
  /** Namespaces whose proxies know it, where it says so (annotation `networking.istio.io/exportTo`). */
  readonly exportTo?: readonly string[];
}

const TCP = new Set(['tcp', 'tls', 'https', 'mongo', 'mysql', 'redis', 'udp']);

/** The Services among the manifests. */
export function readServices(objects: readonly KubeObject[]): Service[] {
  return objects.filter(({ kind, group }) => kind === 'Service' && group === '').map((object) => {
    const selector = textMap(field(object.spec, 'selector'));
    return {
      namespace: object.namespace,
      name: object.name,
      selector,
      ports: list(field(object.spec, 'ports')).flatMap((port) => readPort(port)),
      labels: object.labels,
      external: selector.size === 0 || text(field(object.spec, 'type')) === 'ExternalName',
      exportTo: object.annotations.get('networking.istio.io/exportTo')?.split(',').map((namespace) => namespace.trim()),
    };
  });
}

function readPort(value: Value): ServicePort[] {
  const port = number(field(value, 'port'));
  if (port === undefined || (text(field(value, 'protocol')) ?? 'TCP') !== 'TCP') return [];
  const target = field(value, 'targetPort');
  const name = text(field(value, 'name')) ?? '';
  return [{ port, name, targetPort: number(target) ?? text(target) ?? port, http: isHttp(name, text(field(value, 'appProtocol'))) }];
}

/** What Istio makes of the name of a port: the part before the first `-`; `appProtocol` comes first. An unknown one is looked at by the proxy. */
function isHttp(name: string, appProtocol: string | undefined): boolean {
  const protocol = (appProtocol ?? name.split('-')[0]).toLowerCase();
  return !TCP.has(protocol);
}

import { Endpoint } from './endpoint';
import { EvaluatedMesh } from '../authz/evaluation';
import { serviceOfHost } from '../mesh/backend';
import { surelySelects } from '../mesh/labels';
import { Service } from '../mesh/service';

/** Every port of the Services that may have pods behind them: those among the manifests, and those that routes name. */
export function serviceEndpoints({ view, proxies }: EvaluatedMesh): Endpoint[] {
  const found = new Map<string, Endpoint>();
  const gateways = new Set(proxies.flatMap(({ serviceNames }) => serviceNames));
  const routers = view.workloads.filter(({ router }) => router === true);
  const add = (namespace: string, name: string, port: number) => {
    const service = `${namespace}/${name}`;
    if (gateways.has(service)) return;
    found.set(`${service}:${port}`, { kind: 'service', service, port, host: `${name}.${namespace}`, domain: `${name}.${namespace}` });
  };
  const routersIn = (namespace: string) => routers.filter((router) => router.namespace === namespace);
  const inFront = ({ namespace, selector }: Service) => routersIn(namespace).some(({ labels }) => surelySelects(selector, labels));
  const applications = view.services.filter((service) => !service.external && !inFront(service));
  for (const { namespace, name, ports } of applications) ports.forEach(({ port }) => add(namespace, name, port));
  for (const { host, port } of view.virtualServices.flatMap(({ http }) => http).flatMap(({ destinations }) => destinations)) {
    const names = serviceOfHost(host);
    if (names === undefined || view.service(names.namespace, names.name) !== undefined || view.complete) continue;
    add(names.namespace, names.name, port ?? 80);
  }
  return [...found.values()].sort((a, b) => (a.domain === b.domain ? a.port - b.port : a.domain < b.domain ? -1 : 1));
}

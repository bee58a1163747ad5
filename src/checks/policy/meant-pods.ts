import type { PolicyRule } from '../../mesh/authorization-policy';
import { serviceOfHost } from '../../mesh/backend';
import { putInto } from '../../mesh/groups';
import { surelySelects } from '../../mesh/labels';
import type { VirtualService } from '../../mesh/virtual-service';
import type { Workload } from '../../mesh/workload';
import type { CheckContext } from '../context';
import { headerOfKey, identityHeadersTo, isOfGateways } from '../route/written-routes';
import { oncePerContext } from '../written';

/** The labels by which pods are best selected: those of a Service in front of them, which stay from version to version, else all. */
export function labelsFor({ namespace, labels }: Workload, { view }: CheckContext): ReadonlyMap<string, string> {
  const services = view.services.filter((candidate) => candidate.namespace === namespace && !candidate.external);
  const service = services.find(({ selector }) => surelySelects(selector, labels));
  return service?.selector ?? labels.known;
}

const routesByHost = oncePerContext(({ view }) => {
  const found = new Map<string, VirtualService[]>();
  for (const virtualService of view.virtualServices.filter(isOfGateways)) {
    for (const host of virtualService.hosts) putInto(found, host.toLowerCase(), virtualService);
  }
  return found;
});

/** The names of the Services of one namespace to which routes lead for what a rule is about: its hosts, or a header that tells who the client is. */
export function servicesOfRule({ to, when }: PolicyRule, namespace: string, context: CheckContext): Set<string> {
  const hosts = to.flatMap((operation) => operation.filter(({ key }) => key === 'hosts').flatMap(({ values }) => values));
  const byHost = hosts.flatMap((host) => routesByHost(context).get(host.toLowerCase().replace(/:[\d*]+$/, '')) ?? []);
  const routes = byHost.length > 0 ? byHost : when.flatMap(({ key }) => identityHeadersTo(context, namespace, headerOfKey(key) ?? ''));
  return new Set(routes.flatMap(({ http }) => http).flatMap(({ destinations }) => destinations).flatMap(({ host }) => {
    const service = serviceOfHost(host);
    return service?.namespace === namespace ? service.name : [];
  }));
}

import { GatewayProxy } from '../../mesh/gateway-proxy';
import { surelySelects } from '../../mesh/labels';
import { Service } from '../../mesh/service';
import { Workload } from '../../mesh/workload';
import type { CheckContext } from '../context';
import { oncePerContext } from '../written';

/** What a policy is known to apply to. */
export interface PolicyTargets {
  readonly gateways: readonly GatewayProxy[];
  /** Pods of applications. */
  readonly workloads: readonly Workload[];
  /** Services whose pods all are among those that it applies to; no gateway's. */
  readonly services: readonly Service[];
}

const servicesByNamespace = oncePerContext(({ view, proxies }) => {
  const gateways = proxies.map(({ workload }) => workload);
  const groups = new Map<string, Service[]>();
  for (const service of view.services.filter(({ external }) => !external)) {
    if (gateways.some(({ namespace, labels }) => namespace === service.namespace && surelySelects(service.selector, labels))) continue;
    groups.set(service.namespace, [...groups.get(service.namespace) ?? [], service]);
  }
  return groups;
});

/** What a policy of a namespace with a selector is known to apply to: the root namespace's apply everywhere. */
export function targetsOf(context: CheckContext, namespace: string, selector: ReadonlyMap<string, string>): PolicyTargets {
  const { view, proxies } = context;
  const root = namespace === view.settings.rootNamespace;
  const routers = new Set(proxies.map(({ workload }) => workload));
  const services = servicesByNamespace(context);
  return {
    gateways: proxies.filter(({ workload }) => (root || workload.namespace === namespace) && surelySelects(selector, workload.labels)),
    workloads: (root ? view.workloads : view.workloadsIn(namespace)).filter((workload) => !routers.has(workload) && workload.router !== true && surelySelects(selector, workload.labels)),
    services: (root ? [...services.values()].flat() : services.get(namespace) ?? []).filter((service) => surelySelects(selector, { known: service.selector, complete: false })),
  };
}

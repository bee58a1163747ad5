import { GatewayProxy } from '../../mesh/gateway-proxy';
import { putInto } from '../../mesh/groups';
import type { KubeObject } from '../../mesh/kube-object';
import { surelySelects } from '../../mesh/labels';
import { Service } from '../../mesh/service';
import { Workload } from '../../mesh/workload';
import type { CheckContext } from '../context';
import { kubernetesGateways } from '../gateway-api/gateways';
import { oncePerContext } from '../written';

/** What a policy is known to apply to. */
export interface PolicyTargets {
  readonly gateways: readonly GatewayProxy[];
  /** Pods of applications. */
  readonly workloads: readonly Workload[];
  /** Services whose pods all are among those that it applies to; no gateway's. */
  readonly services: readonly Service[];
  /** Pods that serve Gateways of the Gateway API. */
  readonly routers: readonly Workload[];
}

const servicesByNamespace = oncePerContext(({ view, proxies }) => {
  const gateways = proxies.map(({ workload }) => workload);
  const groups = new Map<string, Service[]>();
  for (const service of view.services.filter(({ external }) => !external)) {
    if (gateways.some(({ namespace, labels }) => namespace === service.namespace && surelySelects(service.selector, labels))) continue;
    putInto(groups, service.namespace, service);
  }
  return groups;
});

/** Something that applies by namespace and labels; without selector only to what its `targetRefs` name. */
export interface Selecting {
  readonly object: KubeObject;
  readonly selector?: ReadonlyMap<string, string>;
}

const routersOf = oncePerContext(({ proxies }) => new Set(proxies.map(({ workload }) => workload)));

const known = new WeakMap<KubeObject, PolicyTargets>();

/** What a policy is known to apply to: those of the root namespace apply everywhere. */
export function targetsOf(context: CheckContext, policy: Selecting): PolicyTargets {
  const targets = known.get(policy.object) ?? findTargets(context, policy);
  known.set(policy.object, targets);
  return targets;
}

function findTargets(context: CheckContext, { object: { namespace }, selector }: Selecting): PolicyTargets {
  if (selector === undefined) return { gateways: [], workloads: [], services: [], routers: [] };
  const { view, proxies } = context;
  const root = namespace === view.settings.rootNamespace;
  const routers = routersOf(context);
  const applies = (workload: Workload) => (root || workload.namespace === namespace) && surelySelects(selector, workload.labels);
  const services = root ? [...servicesByNamespace(context).values()].flat() : servicesByNamespace(context).get(namespace) ?? [];
  return {
    gateways: proxies.filter(({ workload }) => applies(workload)),
    workloads: (root ? view.workloads : view.workloadsIn(namespace))
      .filter((workload) => !routers.has(workload) && workload.router !== true && surelySelects(selector, workload.labels)),
    services: services.filter((service) => surelySelects(selector, { known: service.selector, complete: false })),
    routers: kubernetesGateways(context).flatMap(({ pods }) => (pods !== undefined && applies(pods) ? [pods] : [])),
  };
}

import { enforcedPolicies, WrittenPolicy } from './written-policies';
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

const allTargets = new WeakMap<KubeObject, PolicyTargets>();

/** What a policy is known to apply to: those of the root namespace apply everywhere. */
export function targetsOf(context: CheckContext, policy: Selecting): PolicyTargets {
  const { object, selector } = policy;
  const targets = allTargets.get(object) ?? (selector === undefined ? NO_TARGETS : new Targets(context, object.namespace, selector));
  allTargets.set(object, targets);
  return targets;
}

const NOTHING: readonly never[] = [];
const NO_TARGETS: PolicyTargets = { gateways: NOTHING, workloads: NOTHING, services: NOTHING, routers: NOTHING };

/** Looked for when asked: of most policies one of the four is. */
class Targets implements PolicyTargets {
  private foundGateways?: readonly GatewayProxy[];
  private foundWorkloads?: readonly Workload[];
  private foundServices?: readonly Service[];
  private foundRouters?: readonly Workload[];

  public constructor(
    private readonly context: CheckContext,
    private readonly namespace: string,
    private readonly selector: ReadonlyMap<string, string>,
  ) {}

  public get gateways(): readonly GatewayProxy[] {
    this.foundGateways ??= this.context.proxies.filter(({ workload }) => this.applies(workload));
    return this.foundGateways;
  }

  public get workloads(): readonly Workload[] {
    const { view } = this.context;
    const routers = routersOf(this.context);
    this.foundWorkloads ??= (this.isRoot ? view.workloads : view.workloadsIn(this.namespace))
      .filter((workload) => !routers.has(workload) && workload.router !== true && surelySelects(this.selector, workload.labels));
    return this.foundWorkloads;
  }

  public get services(): readonly Service[] {
    const known = servicesByNamespace(this.context);
    const services = this.isRoot ? [...known.values()].flat() : known.get(this.namespace) ?? NOTHING;
    this.foundServices ??= services.filter((service) => surelySelects(this.selector, { known: service.selector, complete: false }));
    return this.foundServices;
  }

  public get routers(): readonly Workload[] {
    this.foundRouters ??= kubernetesGateways(this.context).flatMap(({ pods }) => (pods !== undefined && this.applies(pods) ? [pods] : []));
    return this.foundRouters;
  }

  private get isRoot(): boolean {
    return this.namespace === this.context.view.settings.rootNamespace;
  }

  private applies(workload: Workload): boolean {
    return (this.isRoot || workload.namespace === this.namespace) && surelySelects(this.selector, workload.labels);
  }
}

/** The enforced policies that are known to apply to gateways. */
export const policiesAtGateways: (context: CheckContext) => readonly WrittenPolicy[] = oncePerContext((context) => enforcedPolicies(context)
  .filter((policy) => targetsOf(context, policy).gateways.length > 0));

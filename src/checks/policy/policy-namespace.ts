import { describeObject, KubeObject, nameOf } from '../../mesh/kube-object';
import { surelySelects } from '../../mesh/labels';
import { selectorOf } from '../../mesh/policy-scope';
import type { Workload } from '../../mesh/workload';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { writtenObjects } from '../written';
import { targetsOf } from './targets';

const KINDS = ['AuthorizationPolicy', 'RequestAuthentication', 'PeerAuthentication'];

/** MTLS040: a policy selects pods of another namespace than its own, which only the root namespace can. */
export const policyNamespace: Check = {
  id: 'MTLS040',
  title: 'a policy in another namespace than the pods that it selects',
  severity: Severity.WARNING,
  effect: Effect.IGNORED,
  find: (context) => KINDS.flatMap((kind) => writtenObjects(context, kind, 'security.istio.io')).flatMap((object): Finding[] => {
    const other = meant(object, context);
    return other === undefined ? [] : [{
      object,
      path: ['metadata', 'namespace'],
      message: `${describeObject(object)} selects what fits \`${nameOf(other)}\`, in another namespace`,
      effect: `nothing is enforced on those pods: a policy applies in its own namespace, and only those of \`${context.view.settings.rootNamespace}\` everywhere`,
      cure: `move it to namespace \`${other.namespace}\``,
      patch: [{ op: 'add', path: '/metadata/namespace', value: other.namespace }],
    }];
  }),
};

/** Pods of one other namespace that a selector fits, where none of its own are known to. */
function meant(object: KubeObject, context: CheckContext): Workload | undefined {
  const selector = selectorOf(object);
  if (selector === undefined || selector.size === 0 || object.namespace === context.view.settings.rootNamespace) return undefined;
  const { gateways, workloads, services, routers } = targetsOf(context, { object, selector });
  if (gateways.length + workloads.length + services.length + routers.length > 0) return undefined;
  const candidates = [...context.view.workloads, ...context.proxies.map(({ workload }) => workload)]
    .filter(({ labels }) => surelySelects(selector, labels));
  return new Set(candidates.map(({ namespace }) => namespace)).size === 1 ? candidates[0] : undefined;
}

import { describeObject, KubeObject, nameOf } from '../../mesh/kube-object';
import { GATEWAY_API } from '../../mesh/kubernetes-gateway';
import { surelySelects } from '../../mesh/labels';
import { selectorOf } from '../../mesh/policy-scope';
import type { Workload } from '../../mesh/workload';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { isPlaced } from '../gateway/placed';
import { kubernetesGateways, targetsWritten } from '../gateway-api/gateways';
import { oncePerContext, writtenObjects } from '../written';
import { targetsOf } from './targets';

const KINDS = ['AuthorizationPolicy', 'RequestAuthentication', 'PeerAuthentication'];

/** MTLS040: a policy selects pods of another namespace than its own, which only the root namespace can. */
export const policyNamespace: Check = {
  id: 'MTLS040',
  title: 'a policy in another namespace than the pods that it selects',
  severity: Severity.WARNING,
  effect: Effect.IGNORED,
  find: (context) => [...selecting(context), ...naming(context)],
};

function selecting(context: CheckContext): Finding[] {
  return KINDS.flatMap((kind) => writtenObjects(context, kind, 'security.istio.io')).flatMap((object): Finding[] => {
    const other = meant(object, context);
    return other === undefined ? [] : [{
      object,
      path: ['metadata', 'namespace'],
      message: `${describeObject(object)} selects what fits \`${nameOf(other)}\`, in another namespace`,
      effect: `nothing is enforced on those pods: a policy applies in its own namespace, and only those of \`${context.view.settings.rootNamespace}\` everywhere`,
      cure: `move it to namespace \`${other.namespace}\``,
      patch: [{ op: 'add', path: '/metadata/namespace', value: other.namespace }],
    }];
  });
}

/** `targetRefs` have no namespace: they mean a Gateway of the policy's own. */
function naming(context: CheckContext): Finding[] {
  const gateways = kubernetesGateways(context);
  if (gateways.length === 0) return [];
  return KINDS.flatMap((kind) => writtenObjects(context, kind, 'security.istio.io')).flatMap((object) => targetsWritten(object.spec).flatMap((written): Finding[] => {
    const named = written.kind === 'Gateway' && written.group === GATEWAY_API ? gateways.filter(({ name }) => name === written.target) : [];
    if (named.length !== 1 || context.of('Gateway', GATEWAY_API).some((own) => own.namespace === object.namespace && own.name === written.target)) return [];
    const [{ namespace, name, object: gateway }] = named;
    return [{
      object,
      path: written.path,
      message: `${describeObject(object)} means Gateway \`${object.namespace}/${name}\`, and the manifests have it in namespace \`${namespace}\``,
      effect: 'nothing is enforced there: `targetRefs` mean a Gateway of the policy\'s own namespace',
      cure: `move it to namespace \`${namespace}\``,
      patch: [{ op: 'add', path: '/metadata/namespace', value: namespace }],
      related: [gateway],
    }];
  }));
}

const everyPod = oncePerContext(({ view, proxies }) => [...view.workloads, ...proxies.map(({ workload }) => workload).filter(isPlaced)]);

/** Pods of one other namespace that a selector fits, where none of its own are known to. */
function meant(object: KubeObject, context: CheckContext): Workload | undefined {
  const selector = selectorOf(object);
  if (selector === undefined || selector.size === 0 || object.namespace === context.view.settings.rootNamespace) return undefined;
  const candidates = everyPod(context).filter(({ labels }) => surelySelects(selector, labels));
  if (candidates.length === 0) return undefined;
  const { gateways, workloads, services, routers } = targetsOf(context, { object, selector });
  if (gateways.length + workloads.length + services.length + routers.length > 0) return undefined;
  return new Set(candidates.map(({ namespace }) => namespace)).size === 1 ? candidates[0] : undefined;
}

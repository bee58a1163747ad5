import { KubeObject, describeObject } from '../../mesh/kube-object';
import { GATEWAY_API } from '../../mesh/kubernetes-gateway';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { kubernetesGateways, targetsWritten } from '../gateway-api/gateways';
import { writtenObjects } from '../written';

const KINDS = ['AuthorizationPolicy', 'RequestAuthentication'];

/**
 * MTLS039: `targetRefs` name a Gateway whose proxies ignore policies with `targetRefs`: a classic one, or one of the Gateway API with an address.
 *
 * Istio knows the pods of a Gateway by a label that it gives to those of its own making (istio `pilot/pkg/model/policyattachment.go`).
 */
export const targetRefs: Check = {
  id: 'MTLS039',
  title: 'a policy that names in `targetRefs` a Gateway whose pods ignore it',
  severity: Severity.ERROR,
  effect: Effect.IGNORED,
  find: (context) => KINDS.flatMap((kind) => writtenObjects(context, kind, 'security.istio.io')).flatMap((object) => targetsWritten(object.spec).flatMap(({ kind, target, path }): Finding[] => {
    const problem = kind === 'Gateway' ? problemOf(context, object.namespace, target) : undefined;
    return problem === undefined ? [] : [{
      object,
      path,
      message: `${describeObject(object)} names Gateway \`${target}\` in \`${path[1]}\`, ${problem.why}`,
      effect: 'its proxies ignore the policy altogether',
      cure: `select the pods of the gateway instead: ${problem.selector} in their namespace or in the root namespace`,
      related: problem.related,
    }];
  })),
};

interface Problem {
  readonly why: string;
  readonly selector: string;
  readonly related?: readonly KubeObject[];
}

function problemOf(context: CheckContext, namespace: string, name: string): Problem | undefined {
  const gateway = kubernetesGateways(context).find((candidate) => candidate.name === name && candidate.namespace === namespace);
  if (gateway?.services !== undefined) {
    const labels = [...gateway.pods?.labels.known ?? []].map(([key, value]) => `${key}: ${value}`);
    return {
      why: 'which by its address is served by pods that Istio has not made',
      selector: labels.length === 0 ? 'by their labels,' : `\`selector: {matchLabels: {${labels.join(', ')}}}\``,
      related: [gateway.object],
    };
  }
  return isClassic(context, namespace, name) ? {
    why: 'and there is only one of `networking.istio.io` of that name',
    selector: '`selector: {matchLabels: {istio: ingressgateway}}`',
  } : undefined;
}

function isClassic(context: CheckContext, namespace: string, name: string): boolean {
  return context.view.gateways.some((gateway) => gateway.name === name && gateway.assumed === undefined)
    && !context.of('Gateway', GATEWAY_API).some((object) => object.name === name && object.namespace === namespace);
}

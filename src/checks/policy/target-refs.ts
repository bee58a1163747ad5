import { describeObject } from '../../mesh/kube-object';
import { field, list, text, Value } from '../../mesh/value';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { writtenObjects } from '../written';

const KINDS = ['AuthorizationPolicy', 'RequestAuthentication'];

/** MTLS039: `targetRefs` name a classic Gateway, whose proxies ignore policies with `targetRefs`. */
export const targetRefs: Check = {
  id: 'MTLS039',
  title: 'a policy that names an Istio Gateway in `targetRefs`',
  severity: Severity.ERROR,
  effect: Effect.IGNORED,
  find: (context) => KINDS.flatMap((kind) => writtenObjects(context, kind, 'security.istio.io')).flatMap((object) => references(object.spec).flatMap(({ value, path }): Finding[] => {
    const [kind, name] = [text(field(value, 'kind')), text(field(value, 'name'))];
    if (kind !== 'Gateway' || name === undefined || !isClassic(context, object.namespace, name)) return [];
    return [{
      object,
      path,
      message: `${describeObject(object)} names Gateway \`${name}\` in \`${path[1]}\`, and there is only one of \`networking.istio.io\` of that name`,
      effect: 'its proxies ignore the policy altogether',
      cure: 'select the pods of the gateway instead: `selector: {matchLabels: {istio: ingressgateway}}` in their namespace or in the root namespace',
    }];
  })),
};

function references(spec: Value): { readonly value: Value; readonly path: readonly (string | number)[] }[] {
  return [
    { value: field(spec, 'targetRef'), path: ['spec', 'targetRef'] },
    ...list(field(spec, 'targetRefs')).map((value, index) => ({ value, path: ['spec', 'targetRefs', index] })),
  ];
}

function isClassic({ view, objects }: CheckContext, namespace: string, name: string): boolean {
  return view.gateways.some((gateway) => gateway.name === name && gateway.assumed === undefined)
    && !objects.some((object) => object.kind === 'Gateway' && object.group === 'gateway.networking.k8s.io' && object.name === name && object.namespace === namespace);
}

import { labelsFor } from './meant-pods';
import { targetsOf } from './targets';
import { describeObject, KubeObject, nameOf } from '../../mesh/kube-object';
import { surelySelects } from '../../mesh/labels';
import { selectorOf } from '../../mesh/policy-scope';
import type { Workload } from '../../mesh/workload';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { selectorText } from '../selector-text';
import { writtenObjects } from '../written';

const KINDS = ['AuthorizationPolicy', 'RequestAuthentication', 'PeerAuthentication'];

/** MTLS020: a selector that fits none of the pods in the manifests, or only pods without a proxy. */
export const selectorWithoutPods: Check = {
  id: 'MTLS020',
  title: 'a selector that fits no pod with a proxy',
  severity: Severity.WARNING,
  effect: Effect.IGNORED,
  find: (context) => KINDS.flatMap((kind) => writtenObjects(context, kind, 'security.istio.io')).flatMap((object): Finding[] => {
    const selector = selectorOf(object);
    if (selector === undefined || selector.size === 0 || object.namespace === context.view.settings.rootNamespace) return [];
    const problem = problemOf(object, selector, context);
    return problem === undefined ? [] : [{ object, path: ['spec', 'selector', 'matchLabels'], ...problem }];
  }),
};

function problemOf(object: KubeObject, selector: ReadonlyMap<string, string>, context: CheckContext): Omit<Finding, 'object' | 'path'> | undefined {
  const pods = context.view.workloadsIn(object.namespace);
  if (pods.length === 0) return undefined;
  const { gateways, workloads, services, routers } = targetsOf(context, { object, selector });
  const labels = [...selector].map(([key, value]) => `${key}=${value}`).join(',');
  if (workloads.length === 0) {
    // Where another namespace has them, it is the namespace that is wrong; that is a check of its own.
    const elsewhere = context.view.workloads.some((workload) => surelySelects(selector, workload.labels));
    if (gateways.length + services.length + routers.length > 0 || elsewhere) return undefined;
    return {
      message: `\`${labels}\` of ${describeObject(object)} fits none of the pods of namespace \`${object.namespace}\` in these manifests`,
      effect: 'nothing is enforced by it, unless there are other pods',
      cure: `use labels that the pods have: ${meantBy(selector, pods).map((workload) => `those of \`${workload.name}\` are \`${selectorText(labelsFor(workload, context))}\``).join(', ')}`,
    };
  }
  if (gateways.length > 0 || workloads.some(({ proxied }) => proxied)) return undefined;
  return {
    message: `\`${labels}\` of ${describeObject(object)} selects pods without a proxy: \`${nameOf(workloads[0])}\``,
    effect: 'nothing is enforced by it',
    cure: 'let Istio inject its sidecar, for instance by the label `istio-injection: enabled` of the namespace',
  };
}

const MOST = 3;

/** The pods that a selector is meant for: those whose name is one of its values, else any. */
function meantBy(selector: ReadonlyMap<string, string>, pods: readonly Workload[]): readonly Workload[] {
  const values = new Set(selector.values());
  const meant = pods.filter(({ name }) => values.has(name));
  return (meant.length > 0 ? meant : pods).slice(0, MOST);
}

import { kubernetesGateways, servedRoutes } from './gateways';
import { DEFAULT_GATEWAY } from '../../mesh/gateway-proxy';
import { isSubset } from '../../mesh/host-name';
import { describeObject } from '../../mesh/kube-object';
import { GATEWAY_API, GATEWAY_NAME, KubernetesGateway } from '../../mesh/kubernetes-gateway';
import { surelySelects } from '../../mesh/labels';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { targetsOf } from '../policy/targets';
import { enforcedPolicies, valuesOf, WrittenPolicy } from '../policy/written-policies';
import { oncePerContext } from '../written';

/** What Istio called the label of the pods up to 1.23. */
const OLD_NAME = 'istio.io/gateway-name';

/**
 * MTLS110: a policy selects other pods than those that serve the hosts which it is about.
 *
 * A Gateway of the Gateway API without address has pods of its own, which carry neither `istio: ingressgateway` nor the older label `istio.io/gateway-name`.
 */
export const foreignSelector: Check = {
  id: 'MTLS110',
  title: 'a policy that misses the pods of a Gateway of the Gateway API',
  severity: Severity.ERROR,
  effect: Effect.IGNORED,
  find: (context) => (kubernetesGateways(context).length === 0 ? [] : enforcedPolicies(context).flatMap((policy): Finding[] => {
    const older = oldLabel(policy, context);
    const gateway = older ?? meantByHosts(policy, context);
    return gateway === undefined ? [] : [{
      ...older === undefined ? {} : { severity: Severity.WARNING },
      object: policy.object,
      path: ['spec', 'selector', 'matchLabels'],
      message: `${describeObject(policy.object)} selects \`${[...policy.selector!].map(([key, value]) => `${key}=${value}`).join(',')}\`, and the pods of ${describeObject(gateway.object)} do not carry that`,
      effect: `nothing is enforced at that Gateway${older === undefined ? '' : ', unless its pods date from Istio 1.23'}`,
      cure: `name it instead, in namespace \`${gateway.namespace}\`: \`targetRefs: [{group: ${GATEWAY_API}, kind: Gateway, name: ${gateway.name}}]\`, or select \`${GATEWAY_NAME}: ${gateway.name}\``,
      related: [gateway.object],
    }];
  })),
};

/** The Gateway of the policy's namespace whose pods once carried the label; a Deployment that is older than Istio 1.24 keeps it. */
function oldLabel({ object: { namespace }, selector }: WrittenPolicy, context: CheckContext): KubernetesGateway | undefined {
  const named = kubernetesGateways(context).find((gateway) => gateway.namespace === namespace && gateway.name === selector?.get(OLD_NAME));
  if (named?.services !== undefined || named?.pods?.labels.known.has(OLD_NAME) === true) return undefined;
  return context.view.workloadsIn(namespace).some(({ labels }) => labels.known.has(OLD_NAME)) ? undefined : named;
}

/** The Gateway that serves every host which a policy at the pods of another gateway names, where those pods serve none of them. */
function meantByHosts(policy: WrittenPolicy, context: CheckContext): KubernetesGateway | undefined {
  const hosts = hostsNamed(policy);
  if (hosts.length === 0 || hosts.some((host) => host.includes('*'))) return undefined;
  if (policy.selector === undefined || policy.selector.size === 0) return undefined;
  if (!isOfIngress(policy, context) || classicallyServed(hosts, context)) return undefined;
  const { routers, workloads, services } = targetsOf(context, policy);
  if (routers.length + workloads.length + services.length > 0) return undefined;
  const serving = hosts.map((host) => gatewaysOf(host, context)).reduce((some, others) => some.filter((gateway) => others.includes(gateway)));
  return serving.every(({ services: named }) => named === undefined) ? serving[0] : undefined;
}

/** The Gateways by the hosts, wildcards among them, of routes that they serve. */
const gatewaysByHost = oncePerContext((context) => {
  const found = new Map<string, Set<KubernetesGateway>>();
  for (const { listener: { gateway }, hosts } of servedRoutes(context).flatMap(({ attachments }) => attachments)) {
    for (const host of hosts) found.set(host, (found.get(host) ?? new Set()).add(gateway));
  }
  return found;
});

/** The Gateways that serve a host: by its name, or by a wildcard that it is part of. */
function gatewaysOf(host: string, context: CheckContext): KubernetesGateway[] {
  const wildcards = [...host.matchAll(/\./g)].map(({ index }) => `*${host.slice(index)}`);
  return [...new Set([host, ...wildcards, '*'].flatMap((name) => [...gatewaysByHost(context).get(name) ?? []]))];
}

/** The hosts that a policy names, without their ports. */
function hostsNamed(policy: WrittenPolicy): string[] {
  return valuesOf(policy, 'hosts').filter(({ negated }) => !negated).map(({ value }) => value.toLowerCase().replace(/:(\*|\d+)$/, ''));
}

/** Only a policy that is surely for the pods of an ingress gateway is judged by the hosts that it names. */
function isOfIngress({ selector }: WrittenPolicy, { proxies }: CheckContext): boolean {
  return surelySelects(selector!, DEFAULT_GATEWAY.labels) || proxies.some(({ workload }) => surelySelects(selector!, workload.labels));
}

function classicallyServed(hosts: readonly string[], { view }: CheckContext): boolean {
  return view.virtualServices.some((service) => service.hosts.some((served) => hosts.some((host) => isSubset(host, served.toLowerCase()))));
}

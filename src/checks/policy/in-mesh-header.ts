import { PolicyTargets, targetsOf } from './targets';
import { describeRule, enforcedPolicies, WrittenPolicy } from './written-policies';
import type { PolicyField, PolicyRule } from '../../mesh/authorization-policy';
import { DEFAULT_GATEWAY } from '../../mesh/gateway-proxy';
import type { KubernetesGateway } from '../../mesh/kubernetes-gateway';
import type { VirtualService } from '../../mesh/virtual-service';
import { MeshProfile } from '../../model/mesh-profile';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { pointer } from '../pointer';
import { RouteWriter, routeWriters } from '../route/route-writers';
import { headerOfKey, identityHeaders, identityHeadersTo } from '../route/written-routes';

const LIMITS = new Set(['principals', 'namespaces', 'serviceAccounts', 'ipBlocks', 'remoteIpBlocks', 'source.principal', 'source.namespace', 'source.serviceAccount', 'source.ip', 'remote.ip']);

/** MTLS016: a workload trusts the header in which the gateway tells the client's identity, from whoever sends it. */
export const inMeshHeader: Check = {
  id: 'MTLS016',
  title: 'an identity header that is trusted from anybody',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => enforcedPolicies(context).filter(({ action }) => action === 'ALLOW').flatMap((policy) => policy.rules.flatMap((rule, number): Finding[] => {
    const found = rule.when.filter(({ values }) => values.length > 0)
      .map(({ key }) => ({ key, writers: writersOf(key, policy, context) })).find(({ writers }) => writers.length > 0);
    if (found === undefined || isLimited(rule) || isAtGateway(policy, context)) return [];
    return [{
      object: policy.object,
      path: ['spec', 'rules', number, 'from'],
      message: `${describeRule(number, policy)} trusts \`${found.key}\` from any source`,
      effect: 'every pod that reaches the workload past the gateway gets in with a header of its own making',
      ...cureOf(rule, number, found.writers, context),
      related: found.writers.slice(0, 3).map(({ object }) => object),
    }];
  })),
};

/** The routes to this policy's namespace that write a header of the client's certificate. */
function writersOf(key: string, { object }: WrittenPolicy, context: CheckContext): readonly Writer[] {
  const header = headerOfKey(key) ?? '';
  const everywhere = object.namespace === context.view.settings.rootNamespace;
  const services = everywhere ? identityHeaders(context).get(header) ?? [] : identityHeadersTo(context, object.namespace, header);
  const routes = (routeWriters(context).get(header) ?? []).filter(({ namespaces }) => everywhere || namespaces.has(object.namespace));
  return [...services, ...routes];
}

type Writer = VirtualService | RouteWriter;

function isLimited({ from, when }: PolicyRule): boolean {
  const limits = ({ key, values, notValues }: PolicyField) => LIMITS.has(key) && [...values, ...notValues].length > 0 && !(values.includes('*') && notValues.length === 0);
  return when.some(limits) || (from.length > 0 && from.every((source) => source.some(limits)));
}

function isAtGateway(policy: WrittenPolicy, context: CheckContext): boolean {
  return policy.selector === undefined || (policy.selector.size > 0 && isOfGateways(targetsOf(context, policy)));
}

function isOfGateways({ gateways, routers }: PolicyTargets): boolean {
  return gateways.length + routers.length > 0;
}

/** ASM makes a ServiceAccount of each gateway and does not document its name. */
const UNKNOWN_ACCOUNT = '<ServiceAccount of the gateway\'s pods>';

/** The accounts of the gateways that serve some routes. Where the manifests do not show their pods, there is no patch: it would be a guess. */
function cureOf({ from }: PolicyRule, number: number, writers: readonly Writer[], context: CheckContext): Pick<Finding, 'cure' | 'patch'> {
  const { profile, proxies, view } = context;
  const gateways = writers.flatMap((writer): readonly (string | KubernetesGateway)[] => writer.gateways);
  const serving = [
    ...proxies.filter(({ servers }) => servers.some(({ server: { gateway } }) => gateways.includes(`${gateway.namespace}/${gateway.name}`))).map(({ workload }) => workload),
    ...gateways.flatMap((gateway) => (typeof gateway === 'string' ? [] : gateway.pods ?? [])),
  ];
  const accounts = (serving.length > 0 ? serving : [DEFAULT_GATEWAY])
    .map(({ namespace, serviceAccount, assumed }) => `${view.settings.trustDomain}/ns/${namespace}/sa/${profile.mesh === MeshProfile.ASM && assumed !== undefined ? UNKNOWN_ACCOUNT : serviceAccount}`);
  const principals = [...new Set(accounts)].sort();
  const certain = serving.length > 0 && serving.every(({ assumed }) => assumed === undefined) && from.length === 0;
  return {
    cure: `admit the gateway only, as in \`from: [{source: {principals: [${principals.join(', ')}]}}]\``,
    ...certain ? { patch: [{ op: 'add' as const, path: pointer(['spec', 'rules', number, 'from']), value: [{ source: { principals } }] }] } : {},
  };
}

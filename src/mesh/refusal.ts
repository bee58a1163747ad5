import { isIP } from 'node:net';
import { jwtRuleRefusal, peerAuthenticationRefusal } from './authentication-refusal';
import { gatewayRefusal, tooNewInGateway } from './gateway-refusal';
import { ISTIO_SHAPES } from './istio-shapes';
import { KubeObject } from './kube-object';
import { remembered } from './remembered';
import { misfit } from './schema';
import { at, entries, field, list, text, texts, Value } from './value';
import { virtualServiceRefusal } from './virtual-service-refusal';

/** Why the API server or Istio's webhook refuses an object, in words; undefined where it is stored. The rules that change who gets in, not all of them. */
export function refusalOf(object: KubeObject, minor: number): string | undefined {
  const shape = ISTIO_SHAPES.get(object.kind);
  if (object.kind === 'DestinationRule') return destinationRule(object.spec);
  if (shape === undefined) return undefined;
  if (object.spec === undefined || object.spec === null) return object.kind === 'Gateway' || object.kind === 'VirtualService' ? 'there is no `spec`' : undefined;
  return misfit(object.spec, shape, 'spec') ?? (object.kind === 'Gateway' ? tooNewInGateway(object.spec, minor) : undefined) ?? RULES[object.kind]?.(object.spec, object);
}

const RULES: Record<string, (spec: Value, object: KubeObject) => string | undefined> = {
  Gateway: (spec, { name }) => gatewayRefusal(spec, name),
  VirtualService: virtualServiceRefusal,
  AuthorizationPolicy: authorizationPolicy,
  RequestAuthentication: (spec) => target(spec) ?? some(list(field(spec, 'jwtRules')), (rule, index) => jwtRuleRefusal(rule, `spec.jwtRules[${index}]`)),
  PeerAuthentication: (spec) => target(spec) ?? peerAuthenticationRefusal(spec),
};

/** Istio's webhook takes no policy that says nothing (istio `validation.go`, validateTrafficPolicy). */
function destinationRule(spec: Value): string | undefined {
  const says = (policy: Value, other?: string) => entries(policy).some(([key, value]) => value !== undefined && value !== null && key !== other);
  const policies = [spec, ...list(field(spec, 'subsets'))].map((level) => field(level, 'trafficPolicy')).filter((policy) => policy !== undefined && policy !== null);
  if (policies.some((policy) => !says(policy))) return 'a `trafficPolicy` is empty';
  return policies.some((policy) => list(field(policy, 'portLevelSettings')).some((setting) => !says(setting, 'port'))) ? 'an entry of `portLevelSettings` sets nothing' : undefined;
}

function authorizationPolicy(spec: Value, object: KubeObject): string | undefined {
  const action = text(field(spec, 'action')) ?? 'ALLOW';
  const rules = list(field(spec, 'rules'));
  const provider = text(at(spec, 'provider', 'name'));
  if (action === 'CUSTOM' && !provider) return '`spec.provider.name` is missing for action CUSTOM';
  if (action !== 'CUSTOM' && field(spec, 'provider')) return `\`spec.provider\` is not for action ${action}`;
  if ((action === 'DENY' || action === 'CUSTOM') && rules.length === 0) return `\`spec.rules\` is empty, which action ${action} forbids`;
  if (object.annotations.get('istio.io/dry-run') === 'true' && (action === 'AUDIT' || action === 'CUSTOM')) return `dry run is not for action ${action}`;
  return target(spec) ?? some(rules, (rule, index) => policyRule(rule, `spec.rules[${index}]`));
}

function policyRule(rule: Value, path: string): string | undefined {
  return some(list(field(rule, 'from')), (from) => partProblem(field(from, 'source'), path))
    ?? some(list(field(rule, 'to')), (to) => partProblem(field(to, 'operation'), path))
    ?? some(list(field(rule, 'when')), (condition) => conditionProblem(condition, path));
}

/** What is wrong with a source or operation. */
function partProblem(part: Value, path: string): string | undefined {
  const lists = entries(part).map(([, value]) => list(value));
  if (!lists.some(({ length }) => length > 0)) return `\`${path}\` has a source or operation without any field`;
  if (lists.some((values) => values.includes(''))) return `\`${path}\` holds an empty string`;
  return Object.keys(part as object).some((key) => NARROW_FIELDS.has(key)) ? narrowProblem(part, path) : undefined;
}

function narrowProblem(part: Value, path: string): string | undefined {
  const [accounts, others] = [['serviceAccounts', 'notServiceAccounts'], ['principals', 'notPrincipals', 'namespaces', 'notNamespaces']];
  if (accounts.some((key) => list(field(part, key)).length > 0) && others.some((key) => list(field(part, key)).length > 0)) return `\`${path}\` mixes serviceAccounts with principals or namespaces`;
  const port = [...texts(field(part, 'ports')), ...texts(field(part, 'notPorts'))].find((value) => !/^\d+$/.test(value) || Number(value) < 1 || Number(value) > 65535);
  if (port !== undefined) return `\`${path}\` has port \`${port}\``;
  const block = ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'].flatMap((key) => texts(field(part, key))).find((value) => !isCidr(value));
  if (block !== undefined) return `\`${path}\` has IP block \`${block}\``;
  const bad = [...texts(field(part, 'paths')), ...texts(field(part, 'notPaths'))].find((value) => !isPolicyPath(value));
  return bad === undefined ? undefined : `\`${path}\` has path template \`${bad}\``;
}

function conditionProblem(condition: Value, path: string): string | undefined {
  const key = text(field(condition, 'key'));
  if (key === undefined) return `\`${path}\` has a condition without key`;
  if (!isCondition(key)) return `\`${path}\` has condition key \`${key}\``;
  const [values, notValues] = [list(field(condition, 'values')), list(field(condition, 'notValues'))];
  return values.length + notValues.length === 0 || values.includes('') || notValues.includes('') ? `\`${path}\` has a condition without values` : undefined;
}

/** The fields whose values follow rules of their own, in a source or operation. */
const NARROW_FIELDS = new Set(['serviceAccounts', 'notServiceAccounts', 'ports', 'notPorts', 'ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks', 'paths', 'notPaths']);

const CONDITION = new RegExp('^(?:request\\.headers.*\\[.+\\]|source\\.(?:ip|namespace|principal|serviceAccount|trustDomain)|remote\\.ip|request\\.auth\\.(?:principal|audiences|presenter)'
  + '|request\\.auth\\.claims\\[.*\\]|destination\\.(?:ip|port)|connection\\.sni|experimental\\.envoy\\.filters\\..+)$', 's');

const isCondition = remembered((key: string) => CONDITION.test(key));

/** The path forms that istiod's webhook lets pass (istio `pkg/config/security`). */
export function isPolicyPath(path: string): boolean {
  if (!/[{}]/.test(path)) return true;
  let rest = false;
  return path.replace(/^\/+|\/+$/g, '').split('/').every((segment) => {
    if (segment === '{*}' || segment === '{**}') {
      if (rest) return false;
      rest = segment === '{**}';
      return true;
    }
    return /^[A-Za-z0-9\-._~%!$&'()+,;:@=]*$/.test(segment);
  });
}

/** Whether a text is an IP address or a CIDR block. */
export function isCidr(block: string): boolean {
  const [address, bits, more] = block.split('/');
  const family = isIP(address);
  return family !== 0 && more === undefined && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)));
}

function target(spec: Value): string | undefined {
  const labels = entries(at(spec, 'selector', 'matchLabels'));
  const references = [field(spec, 'targetRef'), ...list(field(spec, 'targetRefs'))].filter((reference) => (reference ?? undefined) !== undefined);
  if (field(spec, 'selector') && references.length > 0) return '`spec.selector` and `spec.targetRefs` exclude each other';
  if (references.some((reference) => !text(field(reference, 'name')) || !text(field(reference, 'kind')))) return '`spec.targetRefs` has an entry without kind or name';
  if (references.some((reference) => text(field(reference, 'namespace')))) return '`spec.targetRefs` has an entry with a namespace';
  return labels.some(([key, value]) => key.includes('*') || String(value).includes('*') || key === '') ? '`spec.selector` has a wildcard' : undefined;
}

function some<T>(items: readonly T[], problem: (item: T, index: number) => string | undefined): string | undefined {
  for (let index = 0; index < items.length; index += 1) {
    const found = problem(items[index], index);
    if (found !== undefined) return found;
  }
  return undefined;
}

import { isIP } from 'node:net';
import { ISTIO_SHAPES } from './istio-shapes';
import { KubeObject } from './kube-object';
import { misfit } from './schema';
import { at, entries, field, isMapping, list, number, text, texts, Value } from './value';
import { virtualServiceRefusal } from './virtual-service-refusal';

/** Why the API server or Istio's webhook refuses an object, in words; undefined where it is stored. The rules that change who gets in, not all of them. */
export function refusalOf(object: KubeObject, minor: number): string | undefined {
  const shape = ISTIO_SHAPES.get(object.kind);
  if (shape === undefined) return undefined;
  if (object.spec === undefined || object.spec === null) return object.kind === 'Gateway' || object.kind === 'VirtualService' ? 'there is no `spec`' : undefined;
  return misfit(object.spec, shape, 'spec') ?? tooNew(object, minor) ?? RULES[object.kind]?.(object.spec, object);
}

/** Fields that older versions do not know. */
function tooNew({ kind, spec }: KubeObject, minor: number): string | undefined {
  if (kind !== 'Gateway' || minor >= 31) return undefined;
  const index = list(field(spec, 'servers')).findIndex((server) => at(server, 'tls', 'insecureSkipVerify') !== undefined);
  return index < 0 ? undefined : `unknown field \`spec.servers[${index}].tls.insecureSkipVerify\` before Istio 1.31`;
}

const RULES: Record<string, (spec: Value, object: KubeObject) => string | undefined> = {
  Gateway: (spec) => {
    const servers = list(field(spec, 'servers'));
    if (servers.length === 0) return '`spec.servers` is empty';
    const names = servers.map((server) => text(at(server, 'port', 'name')));
    if (new Set(names).size < names.length) return 'two servers have the same `port.name`';
    return some(servers, (server, index) => gatewayServer(server, `spec.servers[${index}]`));
  },
  VirtualService: virtualServiceRefusal,
  AuthorizationPolicy: authorizationPolicy,
  RequestAuthentication: (spec) => target(spec) ?? some(list(field(spec, 'jwtRules')), (rule, index) => {
    const path = `spec.jwtRules[${index}]`;
    if (!text(field(rule, 'issuer')) && !text(field(rule, 'jwksUri'))) return `\`${path}\` has neither \`issuer\` nor \`jwksUri\``;
    if (text(field(rule, 'jwks')) && text(field(rule, 'jwksUri'))) return `\`${path}\` has both \`jwks\` and \`jwksUri\``;
    const jwks = text(field(rule, 'jwks'));
    if (jwks && !isKeySet(jwks)) return `\`${path}.jwks\` is no key set`;
    if (texts(field(rule, 'audiences')).includes('')) return `\`${path}.audiences\` holds an empty string`;
    if (list(field(rule, 'fromHeaders')).some((header) => !text(field(header, 'name')))) return `\`${path}.fromHeaders\` has an entry without name`;
    return undefined;
  }),
  PeerAuthentication: (spec) => {
    const ports = entries(field(spec, 'portLevelMtls'));
    if (ports.length > 0 && entries(at(spec, 'selector', 'matchLabels')).length === 0) return '`spec.portLevelMtls` needs a selector';
    return undefined;
  },
};

function isKeySet(jwks: string): boolean {
  try {
    return isMapping(JSON.parse(jwks));
  } catch {
    return false;
  }
}

function gatewayServer(server: Value, path: string): string | undefined {
  const port = field(server, 'port');
  const protocol = text(field(port, 'protocol')) ?? '';
  const tls = field(server, 'tls');
  const value = number(field(port, 'number'));
  if (value === undefined || value < 1 || value > 65535) return `\`${path}.port.number\` is no port`;
  if (!text(field(port, 'name')) || protocol === '') return `\`${path}.port\` lacks its name or protocol`;
  if (field(port, 'targetPort')) return `\`${path}.port.targetPort\` is not supported`;
  const hosts = texts(field(server, 'hosts'));
  if (hosts.length === 0) return `\`${path}.hosts\` is empty`;
  const bad = hosts.find((host) => !isServerHost(host));
  if (bad !== undefined) return `\`${path}.hosts\` holds \`${bad}\``;
  const secure = ['HTTPS', 'TLS'].includes(protocol.toUpperCase());
  if (secure && (tls === undefined || tls === null)) return `\`${path}.tls\` is missing for protocol ${protocol}`;
  const mode = text(field(tls, 'mode'));
  const given = entries(tls).filter(([key, item]) => key !== 'httpsRedirect' && item !== null && item !== false && item !== '' && !(Array.isArray(item) && item.length === 0));
  if (!secure && tls && given.length > 0) return `\`${path}.tls\` is not for protocol ${protocol}, but for \`httpsRedirect\``;
  return secure && mode !== undefined ? tlsSettings(tls, mode, path) : undefined;
}

function tlsSettings(tls: Value, mode: string, path: string): string | undefined {
  const has = (key: string) => Boolean(text(field(tls, key))) || list(field(tls, key)).length > 0;
  if (mode === 'ISTIO_MUTUAL') {
    return ['serverCertificate', 'privateKey', 'caCertificates', 'credentialName', 'credentialNames'].some(has) ? `\`${path}.tls\` has certificates, which ISTIO_MUTUAL forbids` : undefined;
  }
  if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') return undefined;
  const ways = [has('serverCertificate') && has('privateKey'), has('credentialName'), has('credentialNames'), has('tlsCertificates')].filter(Boolean).length;
  if (ways > 1) return `\`${path}.tls\` names its server certificate in more than one way`;
  if (has('credentialName') || has('credentialNames')) return undefined;
  if (!has('tlsCertificates') && !(has('serverCertificate') && has('privateKey'))) return `\`${path}.tls\` names no server certificate`;
  if (mode !== 'SIMPLE' && !has('caCertificates') && !has('tlsCertificates')) return `\`${path}.tls.caCertificates\` is missing for ${mode}`;
  return undefined;
}

function isServerHost(entry: string): boolean {
  const parts = entry.split('/');
  if (parts.length > 2 || parts.includes('')) return false;
  const host = parts[parts.length - 1];
  if (host === '*' || isIP(host) !== 0) return true;
  return host.includes('.') && /^(\*\.)?([a-z0-9_]([-a-z0-9_]*[a-z0-9_])?\.)*[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?\.?$/i.test(host) && !/\.\d+\.?$/.test(host);
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
  const parts = [...list(field(rule, 'from')).map((from) => field(from, 'source')), ...list(field(rule, 'to')).map((to) => field(to, 'operation'))];
  return some(parts, (part) => {
    const fields = entries(part).filter(([, value]) => value !== null);
    if (fields.every(([, value]) => list(value).length === 0)) return `\`${path}\` has a source or operation without any field`;
    if (fields.some(([, value]) => list(value).includes(''))) return `\`${path}\` holds an empty string`;
    const [accounts, others] = [['serviceAccounts', 'notServiceAccounts'], ['principals', 'notPrincipals', 'namespaces', 'notNamespaces']];
    if (accounts.some((key) => list(field(part, key)).length > 0) && others.some((key) => list(field(part, key)).length > 0)) return `\`${path}\` mixes serviceAccounts with principals or namespaces`;
    const port = [...texts(field(part, 'ports')), ...texts(field(part, 'notPorts'))].find((value) => !/^\d+$/.test(value) || Number(value) < 1 || Number(value) > 65535);
    if (port !== undefined) return `\`${path}\` has port \`${port}\``;
    const block = ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'].flatMap((key) => texts(field(part, key))).find((value) => !isCidr(value));
    if (block !== undefined) return `\`${path}\` has IP block \`${block}\``;
    const bad = [...texts(field(part, 'paths')), ...texts(field(part, 'notPaths'))].find((value) => !isPolicyPath(value));
    return bad === undefined ? undefined : `\`${path}\` has path template \`${bad}\``;
  }) ?? some(list(field(rule, 'when')), (condition) => {
    const key = text(field(condition, 'key'));
    if (key === undefined || !CONDITION.test(key)) return `\`${path}\` has condition key \`${String(key)}\``;
    const values = [...texts(field(condition, 'values')), ...texts(field(condition, 'notValues'))];
    if (values.length === 0 || values.includes('')) return `\`${path}\` has a condition without values`;
    return undefined;
  });
}

const CONDITION = new RegExp('^(?:request\\.headers.*\\[.+\\]|source\\.(?:ip|namespace|principal|serviceAccount|trustDomain)|remote\\.ip|request\\.auth\\.(?:principal|audiences|presenter)'
  + '|request\\.auth\\.claims\\[.*\\]|destination\\.(?:ip|port)|connection\\.sni|experimental\\.envoy\\.filters\\..+)$', 's');

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
  const references = field(spec, 'targetRef') || list(field(spec, 'targetRefs')).length > 0;
  if (field(spec, 'selector') && references) return '`spec.selector` and `spec.targetRefs` exclude each other';
  return labels.some(([key, value]) => key.includes('*') || String(value).includes('*') || key === '') ? '`spec.selector` has a wildcard' : undefined;
}

function some<T>(items: readonly T[], problem: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = problem(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

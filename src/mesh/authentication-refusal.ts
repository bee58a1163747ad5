import { at, entries, field, isMapping, list, text, texts, Value } from './value';

const HEADER_NAME = /^[-_A-Za-z0-9]+$/;

/** Why a rule of a RequestAuthentication is refused, in words; undefined where it is not (istio `pkg/config/validation`, and the rules of its CustomResourceDefinition). */
export function jwtRuleRefusal(rule: Value, path: string): string | undefined {
  const [jwks, uri] = [text(field(rule, 'jwks')), text(field(rule, 'jwksUri')) ?? text(field(rule, 'jwks_uri'))];
  if (!text(field(rule, 'issuer')) && !uri) return `\`${path}\` has neither \`issuer\` nor \`jwksUri\``;
  if ([jwks, text(field(rule, 'jwksUri')), text(field(rule, 'jwks_uri'))].filter((given) => given !== undefined).length > 1) return `\`${path}\` has both \`jwks\` and \`jwksUri\``;
  const empty = ['issuer', 'jwksUri', 'jwks_uri'].find((key) => text(field(rule, key)) === '');
  if (empty !== undefined) return `\`${path}.${empty}\` is empty`;
  if (uri !== undefined && !isAddress(uri)) return `\`${path}.jwksUri\` is no address of HTTP or HTTPS`;
  if (jwks && !isKeySet(jwks)) return `\`${path}.jwks\` is no key set`;
  const list1 = ['audiences', 'fromParams', 'fromCookies', 'spaceDelimitedClaims'].find((key) => texts(field(rule, key)).includes(''));
  if (list1 !== undefined) return `\`${path}.${list1}\` holds an empty string`;
  if (list(field(rule, 'fromHeaders')).some((header) => !text(field(header, 'name')))) return `\`${path}.fromHeaders\` has an entry without name`;
  const output = list(field(rule, 'outputClaimToHeaders')).findIndex((entry) => !text(field(entry, 'claim')) || !HEADER_NAME.test(text(field(entry, 'header')) ?? ''));
  return output < 0 ? undefined : `\`${path}.outputClaimToHeaders[${output}]\` lacks a claim or a valid header name`;
}

/** Why a PeerAuthentication is refused. */
export function peerAuthenticationRefusal(spec: Value): string | undefined {
  const ports = field(spec, 'portLevelMtls') ?? undefined;
  if (ports === undefined) return undefined;
  if (entries(at(spec, 'selector', 'matchLabels')).length === 0) return '`spec.portLevelMtls` needs a selector';
  if (entries(ports).length === 0) return '`spec.portLevelMtls` is empty';
  const wrong = entries(ports).find(([port]) => !/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65535);
  return wrong === undefined ? undefined : `\`spec.portLevelMtls\` has port \`${wrong[0]}\``;
}

function isAddress(uri: string): boolean {
  return /^https?:\/\/[^/]/i.test(uri) && uri.length <= 2048 && URL.canParse(uri);
}

function isKeySet(jwks: string): boolean {
  try {
    return isMapping(JSON.parse(jwks));
  } catch {
    return false;
  }
}

import { HttpMessage } from './http-message';
import { isSignedByOneOf, JsonWebKey, readKeySet } from './json-web-key';
import { audiencesOf, dateProblem, normalizeClaims, ParsedToken, parseToken } from './json-web-token';
import { queryValues, withoutParameter } from './query';
import { Choices } from '../mesh/choices';
import { JwtRule } from '../mesh/request-authentication';
import { field, Value } from '../mesh/value';

/** An issuer made ready: its keys are read once. */
export interface JwtProvider {
  readonly rule: JwtRule;
  /** Undefined where the keys are behind a URL. */
  readonly keys?: readonly JsonWebKey[];
}

/** What a proxy makes of the tokens of a request. */
export type Authentication =
  | { readonly ok: true; readonly message: HttpMessage; readonly claims?: Value; readonly provider?: JwtRule }
  | { readonly ok: false; readonly status: 401 | 403; readonly reason: string; readonly source: string };

/** What tokens are judged by, apart from the rules. */
export interface TokenWorld {
  /** Seconds since the epoch. */
  readonly now: number;
  /** Tokens that are taken for verified. */
  readonly asserted: ReadonlySet<string>;
  readonly choices: Choices;
}

/** Reads the keys of the rules. Undefined where a JWKS has no usable key, for which Envoy refuses the listener. */
export function readProviders(rules: readonly JwtRule[], fetched: ReadonlyMap<string, string>): JwtProvider[] | undefined {
  const sorted = [...rules].sort((a, b) => (a.issuer < b.issuer ? -1 : a.issuer > b.issuer ? 1 : 0));
  const providers = sorted.map((rule) => {
    const jwks = rule.jwks ?? (rule.jwksUri === undefined ? undefined : fetched.get(rule.jwksUri));
    return { rule, jwks, keys: jwks === undefined ? undefined : readKeySet(jwks) };
  });
  return providers.some(({ rule, keys }) => rule.jwks !== undefined && keys === undefined) ? undefined : providers;
}

/**
 * Authenticates a request as Envoy's `jwt_authn` does under Istio's configuration: a token that some provider reads must be valid for one of them, and
 * a request without any token passes.
 */
export function authenticate(providers: readonly JwtProvider[], message: HttpMessage, world: TokenWorld): Authentication {
  if (providers.length === 0 || isPreflight(message)) return { ok: true, message };
  let current = withoutOutputs(providers, message);
  let failure: Failure & { readonly source: string } | undefined;
  for (const { rule, keys } of providers) {
    const tokens = tokensFor(rule, current);
    if (tokens.length === 0) continue;
    let claims: Value;
    let bad: Failure | undefined;
    for (const { compact, without } of tokens) {
      const result = verify(compact, rule, keys, world);
      if ('reason' in result) {
        bad = result;
        break;
      }
      // A token that is valid is taken out at once: where another one is not, the next provider does not see it any more.
      ({ message: current, claims } = accepted(rule, result, rule.forwardOriginalToken ? current : without(current)));
    }
    if (bad === undefined) return { ok: true, message: current, claims, provider: rule };
    // Of several failures the first of a provider that knows the issuer is reported (Envoy `jwt_authn/verifier.cc`, AnyVerifierImpl).
    if (failure === undefined || failure.issuer) failure = { ...bad, source: rule.source };
  }
  if (failure === undefined) return { ok: true, message: current };
  const { status, reason, source } = failure;
  return { ok: false, status, reason, source };
}

interface Failure {
  readonly status: 401 | 403;
  readonly reason: string;
  /** Only the issuer is wrong, so another provider may know it. */
  readonly issuer: boolean;
}

function verify(compact: string, rule: JwtRule, keys: readonly JsonWebKey[] | undefined, world: TokenWorld): ParsedToken | Failure {
  const fail = (reason: string, status: 401 | 403 = 401, issuer = false): Failure => ({ status, reason, issuer });
  const token = parseToken(compact);
  if (token === undefined) return fail('the token is malformed');
  const issuer = field(token.claims, 'iss');
  if (rule.issuer !== '' && issuer !== rule.issuer) return fail(`the token is of issuer \`${String(issuer)}\`, ${rule.source} knows \`${rule.issuer}\``, 401, true);
  const dates = dateProblem(token.claims, world.now);
  if (dates !== undefined) return fail(dates);
  if (rule.audiences.length > 0 && !audiencesOf(token.claims).some((audience) => rule.audiences.some((wanted) => sameAudience(audience, wanted)))) {
    const quote = (audiences: readonly string[]) => audiences.map((audience) => `\`${audience}\``).join(', ');
    return fail(`the token is for ${quote(audiencesOf(token.claims)) || 'no audience'}, ${rule.source} wants ${quote(rule.audiences)}`, 403);
  }
  if (world.asserted.has(compact)) return token;
  if (keys === undefined) {
    const key = `signature ${rule.issuer} ${compact}`;
    return world.choices.ask(key, `the keys of issuer ${rule.issuer} verify the token`) ? token : fail('the signature of the token is wrong');
  }
  return isSignedByOneOf(compact, token.algorithm, token.keyId, keys) ? token : fail('the signature of the token is wrong');
}

/** Audiences are compared without scheme and trailing slash. */
function sameAudience(a: string, b: string): boolean {
  const plain = (audience: string) => audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return plain(a) === plain(b);
}

function accepted(rule: JwtRule, token: ParsedToken, message: HttpMessage): { readonly message: HttpMessage; readonly claims: Value } {
  let { headers } = message;
  if (rule.outputPayloadToHeader !== undefined) headers = headers.with(rule.outputPayloadToHeader, token.payload);
  for (const { header, claim } of rule.outputClaimToHeaders) {
    const value = claim.split('.').reduce(field, token.claims);
    if (typeof value === 'object' && value !== null) headers = headers.with(header, Buffer.from(JSON.stringify(value)).toString('base64'));
    else if (value !== undefined && value !== null) headers = headers.with(header, String(value));
  }
  return { message: { ...message, headers }, claims: normalizeClaims(token.claims, rule.spaceDelimitedClaims) };
}

/** Where a rule looks for tokens: what it names, or else `Authorization: Bearer` and the parameter `access_token`. */
export function locations(rule: JwtRule): {
  headers: readonly { name: string; prefix: string }[];
  params: readonly string[];
  cookies: readonly string[];
} {
  if (rule.fromHeaders.length + rule.fromParams.length + rule.fromCookies.length > 0) {
    return {
      headers: rule.fromHeaders,
      params: rule.fromParams,
      cookies: rule.fromCookies,
    };
  }
  return { headers: [{ name: 'authorization', prefix: 'Bearer ' }], params: ['access_token'], cookies: [] };
}

interface FoundToken {
  readonly compact: string;
  /** Takes out what it was found in; cookies stay. */
  readonly without: (message: HttpMessage) => HttpMessage;
}

function tokensFor(rule: JwtRule, message: HttpMessage): FoundToken[] {
  const { headers, params, cookies } = locations(rule);
  const found = (values: readonly string[], without: FoundToken['without']) => values.map((compact) => ({ compact, without }));
  return [
    ...headers.flatMap(({ name, prefix }) => (
      found(tokensInHeader(message, name, prefix), (from) => ({ ...from, headers: from.headers.without([name]) }))
    )),
    ...params.flatMap((name) => (
      found(queryValues(message.query, name).slice(0, 1), (from) => ({ ...from, query: withoutParameter(from.query, name) }))
    )),
    ...cookies.flatMap((name) => found(cookieValues(message, name), (from) => from)),
  ];
}

function tokensInHeader(message: HttpMessage, name: string, prefix: string): string[] {
  const lines = message.headers.get(name);
  // The codec joins the lines of this one header.
  const values = name === 'authorization' && lines.length > 1 ? [lines.join(',')] : lines;
  return values.flatMap((value) => {
    const start = value.indexOf(prefix);
    return start < 0 ? [] : [prefix === '' ? value : value.slice(start + prefix.length).trim()];
  });
}

function cookieValues(message: HttpMessage, name: string): string[] {
  return message.headers.get('cookie').flatMap((line) => line.split(';')).flatMap((pair) => {
    const [key, ...value] = pair.trim().split('=');
    return key === name ? [value.join('=').replace(/^"(.*)"$/, '$1')] : [];
  }).slice(0, 1);
}

/** Headers that a provider writes are taken from what the client sent, token or not. */
function withoutOutputs(providers: readonly JwtProvider[], message: HttpMessage): HttpMessage {
  const outputs = providers.flatMap(({ rule }) => [rule.outputPayloadToHeader ?? [], rule.outputClaimToHeaders.map(({ header }) => header)].flat());
  return outputs.length === 0 ? message : { ...message, headers: message.headers.without(outputs) };
}

function isPreflight({ method, headers }: HttpMessage): boolean {
  return method === 'OPTIONS' && headers.get('origin').some((value) => value !== '') && headers.get('access-control-request-method').some((value) => value !== '');
}

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
 * Authenticates a request as Envoy's `jwt_authn` does under Istio's configuration: all tokens that one provider reads must be valid for it; or else each
 * provider must find all of its tokens valid, or none. A request without any token passes (istio `policy_applier.go`, convertToEnvoyJwtConfig).
 */
export function authenticate(providers: readonly JwtProvider[], message: HttpMessage, world: TokenWorld): Authentication {
  if (providers.length === 0 || isPreflight(message)) return { ok: true, message };
  const outputs = providers.flatMap(({ rule }) => outputsOf(rule));
  const pass = new Pass({ ...message, headers: message.headers.without(outputs) }, world);
  for (const provider of providers) {
    if (pass.try(provider) === 'valid') return pass.passed();
  }
  // With one provider there is nothing more to try than that it has no token.
  if (providers.length === 1) return pass.failed() ?? pass.passed();
  for (const provider of providers) {
    if (pass.try(provider) === 'wrong') return pass.failed()!;
  }
  return pass.passed();
}

/** One request on its way through the providers; what a valid token changes stays, whatever becomes of the next one. */
class Pass {
  private claims: Value;
  private provider?: JwtRule;
  private failure?: Failure & { readonly source: string };

  public constructor(private message: HttpMessage, private readonly world: TokenWorld) {}

  /** Lets a provider judge the tokens that it finds, from the last to the first (Envoy `jwt_authn/authenticator.cc`, startVerify). */
  public try({ rule, keys }: JwtProvider): 'valid' | 'wrong' | 'missing' {
    // It writes its headers anew, each time that it is asked.
    this.message = { ...this.message, headers: this.message.headers.without(outputsOf(rule)) };
    const tokens = tokensFor(rule, this.message).reverse();
    for (const { compact, without } of tokens) {
      const result = verify(compact, rule, keys, this.world);
      if ('reason' in result) {
        // Of several failures the first of a provider that knows the issuer is reported (Envoy `jwt_authn/verifier.cc`, AnyVerifierImpl).
        if (this.failure === undefined || this.failure.issuer) this.failure = { ...result, source: rule.source };
        return 'wrong';
      }
      this.message = withOutputs(rule, result, rule.forwardOriginalToken ? this.message : without(this.message));
      this.claims = normalizeClaims(result.claims, rule.spaceDelimitedClaims);
      this.provider = rule;
    }
    return tokens.length === 0 ? 'missing' : 'valid';
  }

  public passed(): Authentication {
    return { ok: true, message: this.message, claims: this.claims, provider: this.provider };
  }

  public failed(): Authentication | undefined {
    return this.failure && { ok: false, status: this.failure.status, reason: this.failure.reason, source: this.failure.source };
  }
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

function withOutputs(rule: JwtRule, token: ParsedToken, message: HttpMessage): HttpMessage {
  let { headers } = message;
  if (rule.outputPayloadToHeader !== undefined) headers = headers.plus(rule.outputPayloadToHeader, token.payload);
  for (const { header, claim } of rule.outputClaimToHeaders) {
    const value = claim.split('.').reduce(field, token.claims);
    if (typeof value === 'object' && value !== null) headers = headers.plus(header, Buffer.from(JSON.stringify(value)).toString('base64'));
    else if (value !== undefined && value !== null) headers = headers.plus(header, String(value));
  }
  return { ...message, headers };
}

function outputsOf(rule: JwtRule): string[] {
  return [rule.outputPayloadToHeader ?? [], rule.outputClaimToHeaders.map(({ header }) => header)].flat();
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

function isPreflight({ method, headers }: HttpMessage): boolean {
  return method === 'OPTIONS' && headers.get('origin').some((value) => value !== '') && headers.get('access-control-request-method').some((value) => value !== '');
}

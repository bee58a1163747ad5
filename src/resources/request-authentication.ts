import { ApiObject, ApiObjectMetadata, Duration, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { durationText } from './http-route-check';
import { MeshResource } from './mesh-resource';
import { podSelector, selectingMetadata, selectorOf } from './pod-selector';
import { Synthesis } from './synthesis';
import type { Workload } from './workload';
import * as security from '../../imports/security.istio.io';
import { checkedIssuerName } from '../model/jwt-issuer';
import { JwtKeys } from '../model/jwt-keys';
import { checkFields } from '../model/known-fields';
import { TokenLocation } from '../model/token-location';

/** A header in which the workload gets a claim of the verified token. */
export interface ClaimToHeader {
  /** The claim, inner ones with dots: `realm.name`. */
  readonly claim: string;
  /** The header; what the client sent under its name is removed. */
  readonly header: string;
}

/** Which tokens of one issuer are verified, and how. */
export interface JwtRule {
  /** The issuer exactly as the tokens spell it in `iss`. */
  readonly issuer: string;
  /** The keys with which it signs. */
  readonly keys: JwtKeys;
  /**
   * Audiences of which a token must carry one, else the answer is 403.
   * @default - audiences are not checked here
   */
  readonly audiences?: string[];
  /**
   * Where requests carry the token.
   * @default - the header `Authorization: Bearer` alone, not the query parameter that Istio would also read
   */
  readonly tokenFrom?: TokenLocation[];
  /**
   * Whether the workload gets the token, too.
   * @default false
   */
  readonly forwardToken?: boolean;
  /**
   * A header in which the workload gets the token's payload, base64url-encoded.
   * @default - none
   */
  readonly outputPayloadToHeader?: string;
  /**
   * Headers in which the workload gets single claims.
   * @default - none
   */
  readonly outputClaimToHeaders?: ClaimToHeader[];
  /**
   * The time for fetching keys, at least a millisecond.
   * @default - 5 seconds
   */
  readonly timeout?: Duration;
}

/** Properties of a `RequestAuthentication`. */
export interface RequestAuthenticationProps {
  /**
   * Name, namespace, labels and annotations.
   * @default - the construct id as name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * Labels of the pods that verify tokens.
   * @default - the labels of `workload`
   */
  readonly selector?: { [key: string]: string };
  /**
   * The workload that verifies tokens: the source of selector and namespace.
   * @default - what `selector` says
   */
  readonly workload?: Workload;
  /**
   * Leaves the selector out: every pod of the namespace verifies tokens, in the mesh's root namespace every pod of the mesh.
   * @default false
   */
  readonly wholeNamespace?: boolean;
  /** The issuers, each once; at least one at synth. */
  readonly rules: JwtRule[];
}

/**
 * Istio's RequestAuthentication: verifies the tokens that requests carry, and refuses bad ones with 401.
 *
 * Requests without a token pass, and it knows no hosts: an AuthorizationPolicy with `requestPrincipals` has to demand the token.
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
export class RequestAuthentication extends MeshResource {
  /** The API object behind this resource. */
  public readonly apiObject: ApiObject;

  private readonly rendered = new Map<string, security.RequestAuthenticationSpecJwtRules>();

  /** Defines the resource. Throws on values that Istio or Envoy would refuse. */
  public constructor(scope: Construct, id: string, props: RequestAuthenticationProps) {
    super(scope, id);
    const what = `request authentication \`${id}\``;
    const selector = podSelector(what, props);
    if (!Array.isArray(props.rules)) throw new Error(`invalid \`rules\` \`${String(props.rules)}\`: expected a list`);
    for (const rule of props.rules) this.addRule(rule);
    this.apiObject = new Rendered(this, 'Resource', {
      metadata: selectingMetadata(this, what, props.metadata, id, props.workload),
      spec: Lazy.any({
        produce: (): security.RequestAuthenticationSpec => ({
          ...(selector ? { selector: { matchLabels: selectorOf(selector) } } : {}),
          jwtRules: [...this.rendered.keys()].sort().map((issuer) => this.rendered.get(issuer)!),
        }),
      }),
    });
    Synthesis.of(this).addCheck(this, () => [
      ...props.workload?._problems() ?? [],
      ...(this.rendered.size === 0 ? [`request authentication \`${this.name}\` has no issuer: give at least one`] : []),
    ]);
  }

  /** Adds an issuer; the order of the calls means nothing. Throws when it is there already. */
  public addRule(rule: JwtRule): void {
    const rendered = renderRule(rule);
    if (this.rendered.has(rule.issuer)) throw new Error(`issuer \`${rule.issuer}\` is given twice: give it once, with all of its audiences`);
    this.rendered.set(rule.issuer, rendered);
  }
}

const RULE = ['issuer', 'keys', 'audiences', 'tokenFrom', 'forwardToken', 'outputPayloadToHeader', 'outputClaimToHeaders', 'timeout'];

/** The generated class knows `jwks_uri` and `jwksUri` under one name and writes the old one, which readers of manifests do not look for. */
class Rendered extends security.RequestAuthentication {
  public override toJson(): any {
    const manifest = super.toJson();
    for (const rule of manifest.spec?.jwtRules ?? []) {
      if (rule.jwks_uri === undefined) continue;
      rule.jwksUri = rule.jwks_uri;
      delete rule.jwks_uri;
    }
    return manifest;
  }
}

function renderRule(rule: JwtRule): security.RequestAuthenticationSpecJwtRules {
  const {
    issuer, keys, audiences, tokenFrom = [TokenLocation.authorizationHeader()], forwardToken, outputPayloadToHeader, outputClaimToHeaders, timeout,
  } = rule;
  checkFields('rule', rule, RULE);
  checkedIssuerName(issuer);
  if (!(keys instanceof JwtKeys)) throw new Error(`invalid keys \`${String(keys)}\` of issuer \`${issuer}\`: expected \`JwtKeys.fromUri\` or \`JwtKeys.fromJwks\``);
  if (tokenFrom.length === 0) throw new Error(`empty list \`tokenFrom\` of issuer \`${issuer}\`: leave it out for \`Authorization: Bearer\``);
  const headers = tokenFrom.flatMap((location) => location._header ?? []);
  const cookies = tokenFrom.flatMap((location) => location._cookie ?? []);
  const parameters = tokenFrom.flatMap((location) => location._queryParameter ?? []);
  return {
    issuer,
    ...keys._render(),
    ...(audiences === undefined ? {} : { audiences: checkedAudiences(issuer, audiences) }),
    ...(headers.length > 0 ? { fromHeaders: headers } : {}),
    ...(cookies.length > 0 ? { fromCookies: cookies } : {}),
    ...(parameters.length > 0 ? { fromParams: parameters } : {}),
    ...(forwardToken ? { forwardOriginalToken: true } : {}),
    ...(outputPayloadToHeader === undefined ? {} : { outputPayloadToHeader: checkedHeader(outputPayloadToHeader) }),
    ...(outputClaimToHeaders === undefined ? {} : {
      outputClaimToHeaders: outputClaimToHeaders.map(({ claim, header }) => ({ claim: checkedClaim(claim), header: checkedHeader(header) })),
    }),
    ...(timeout === undefined ? {} : { timeout: durationText('timeout', timeout) }),
  };
}

function checkedAudiences(issuer: string, audiences: string[]): string[] {
  if (!Array.isArray(audiences) || audiences.length === 0) throw new Error(`empty list \`audiences\` of issuer \`${issuer}\`: leave it out to check no audience`);
  for (const audience of audiences) {
    if (typeof audience !== 'string' || audience === '') throw new Error(`invalid audience \`${String(audience)}\` of issuer \`${issuer}\`: expected a non-empty text`);
  }
  return [...new Set(audiences)].sort();
}

function checkedClaim(claim: string): string {
  if (typeof claim !== 'string' || claim === '') throw new Error(`invalid claim \`${String(claim)}\`: expected a non-empty name`);
  return claim;
}

function checkedHeader(header: string): string {
  if (typeof header !== 'string' || !/^[-_A-Za-z0-9]+$/.test(header)) throw new Error(`invalid header name \`${String(header)}\`: expected letters, digits, \`-\` and \`_\``);
  return header;
}

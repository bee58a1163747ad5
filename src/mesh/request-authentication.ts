import { KubeObject } from './kube-object';
import { Scoped, selectorOf } from './policy-scope';
import { field, list, text, texts, Value } from './value';

/** One issuer whose tokens are read, and where they stand. */
export interface JwtRule {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly jwks?: string;
  readonly jwksUri?: string;
  readonly fromHeaders: readonly { readonly name: string; readonly prefix: string }[];
  readonly fromParams: readonly string[];
  readonly fromCookies: readonly string[];
  readonly forwardOriginalToken: boolean;
  readonly outputPayloadToHeader?: string;
  readonly outputClaimToHeaders: readonly { readonly header: string; readonly claim: string }[];
  readonly spaceDelimitedClaims: readonly string[];
  /** The object that holds it, for reasons. */
  readonly source: string;
}

/** A RequestAuthentication. */
export interface RequestAuthentication extends Scoped {
  readonly rules: readonly JwtRule[];
}

/** Reads a RequestAuthentication; undefined where it applies to no classic gateway or sidecar. */
export function readRequestAuthentication(object: KubeObject): RequestAuthentication | undefined {
  const selector = selectorOf(object);
  if (selector === undefined) return undefined;
  return { object, selector, rules: list(field(object.spec, 'jwtRules')).map((rule) => readRule(rule, `${object.namespace}/${object.name}`)) };
}

function readRule(rule: Value, source: string): JwtRule {
  return {
    source,
    issuer: text(field(rule, 'issuer')) ?? '',
    audiences: texts(field(rule, 'audiences')),
    jwks: text(field(rule, 'jwks')) || undefined,
    jwksUri: (text(field(rule, 'jwksUri')) ?? text(field(rule, 'jwks_uri'))) || undefined,
    fromHeaders: list(field(rule, 'fromHeaders')).map((header) => ({ name: (text(field(header, 'name')) ?? '').toLowerCase(), prefix: text(field(header, 'prefix')) ?? '' })),
    fromParams: texts(field(rule, 'fromParams')),
    fromCookies: texts(field(rule, 'fromCookies')),
    forwardOriginalToken: field(rule, 'forwardOriginalToken') === true,
    outputPayloadToHeader: text(field(rule, 'outputPayloadToHeader')) || undefined,
    outputClaimToHeaders: list(field(rule, 'outputClaimToHeaders')).map((entry) => ({ header: (text(field(entry, 'header')) ?? '').toLowerCase(), claim: text(field(entry, 'claim')) ?? '' })),
    spaceDelimitedClaims: ['scope', 'permission', ...texts(field(rule, 'spaceDelimitedClaims'))],
  };
}

import { CompiledRule, matches } from './compiled-policy';
import { ProxyRequest } from './proxy-request';

/** The rules that one proxy enforces, by action. */
export interface EnforcedPolicies {
  readonly custom: readonly CompiledRule[];
  readonly deny: readonly CompiledRule[];
  readonly allow: readonly CompiledRule[];
  /** Whether any enforced ALLOW policy selects the proxy, with or without rules: then nobody else gets in. */
  readonly closed: boolean;
}

/** What the policies of a proxy say, and which rule says it. */
export type Verdict =
  | { readonly allowed: true; readonly rule?: CompiledRule }
  | { readonly allowed: false; readonly rule?: CompiledRule };

/**
 * Decides a request at one proxy.
 *
 * 1. A DENY rule that matches denies.
 * 2. Without any ALLOW policy, everybody else is allowed.
 * 3. With one, only who matches an ALLOW rule is.
 *
 * (Istio: concepts, security, "implicit enablement"; `pilot/pkg/security/authz/builder`.)
 */
export function authorize(policies: EnforcedPolicies, request: ProxyRequest): Verdict {
  const denied = policies.deny.find((rule) => matches(rule, request));
  if (denied !== undefined) return { allowed: false, rule: denied };
  if (!policies.closed) return { allowed: true };
  const allowed = policies.allow.find((rule) => matches(rule, request));
  return allowed === undefined ? { allowed: false } : { allowed: true, rule: allowed };
}

/** The rules whose request goes to an external authorizer before anything else. */
export function externallyChecked(policies: EnforcedPolicies, request: ProxyRequest): CompiledRule[] {
  return policies.custom.filter((rule) => matches(rule, request));
}

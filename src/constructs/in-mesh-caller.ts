import { noIdentityHeaders } from './identity-headers';
import { Limits, limitsOf } from './limits';
import type { TokenDemand } from './token-requirement';
import type { HttpMethod } from '../model/http-method';
import { checkFields } from '../model/known-fields';
import type { PathPattern } from '../model/path-pattern';
import { SpiffeId } from '../model/spiffe-id';
import type { PolicyRule } from '../resources/policy-rule';

/** A workload inside the mesh that may call, and what it may ask for. */
export interface InMeshCaller {
  /** Its identity in the mesh, as in `SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: 'checkout' })`. */
  readonly caller: SpiffeId;
  /**
   * Paths that it may ask for.
   * @default - every path
   */
  readonly paths?: PathPattern[];
  /**
   * Methods that it may use.
   * @default - every method
   */
  readonly methods?: HttpMethod[];
}

/**
 * A checked caller.
 * @internal
 */
export interface CheckedCaller {
  readonly principal: string;
  readonly limits: Limits;
}

/** @internal */
export function checkedCaller(caller: InMeshCaller, gatewayPrincipal: string): CheckedCaller {
  checkFields('caller inside the mesh', caller, ['caller', 'paths', 'methods']);
  if (!(caller.caller instanceof SpiffeId)) {
    throw new Error(`invalid caller \`${String(caller.caller)}\`: expected a \`SpiffeId\`, as in \`SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: 'checkout' })\``);
  }
  const { principal } = caller.caller;
  if (principal === gatewayPrincipal) throw new Error(`caller \`${principal}\` is the gateway itself: clients behind it are allowed by their certificate or token, not as callers inside the mesh`);
  return { principal, limits: limitsOf('caller inside the mesh', caller) };
}

/**
 * The rules for callers inside the mesh: by principal, under the names of the Service, and without any identity header.
 * @internal
 */
export function inMeshRules(callers: CheckedCaller[], service: string, namespace: string, tokens: (TokenDemand | undefined)[]): PolicyRule[] {
  const groups = new Map<string, { limits: Limits; principals: string[] }>();
  for (const { principal, limits } of callers) {
    const key = JSON.stringify(limits);
    const group = groups.get(key) ?? { limits, principals: [] };
    group.principals.push(principal);
    groups.set(key, group);
  }
  const hosts = [service, `${service}.${namespace}`, `${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`];
  return [...groups.values()].flatMap(({ limits, principals }) => tokens.map((token) => ({
    from: [{ principals, ...(token ? { requestPrincipals: token.requestPrincipals } : {}) }],
    to: [{ hosts: hosts.flatMap((host) => [host, `${host}:*`]), ...limits }],
    when: [...noIdentityHeaders(), ...token?.when ?? []],
  })));
}

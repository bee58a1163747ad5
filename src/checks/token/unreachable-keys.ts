import { writtenAuthentications } from './authentications';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';

/**
 * MTLS034: istiod cannot fetch the keys that tokens are verified by.
 *
 * istiod asks for them, not the proxy, unless the mesh says otherwise (PILOT_JWT_ENABLE_REMOTE_JWKS). Where it gets none, it gives Envoy a key of its own, with which
 * nothing is signed.
 */
export const unreachableKeys: Check = {
  id: 'MTLS034',
  title: 'signing keys that istiod cannot fetch',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => writtenAuthentications(context).flatMap(({ object, rules }) => rules.flatMap((rule, index) => {
    if (rule.jwks !== undefined) return [];
    const why = problemOf(context, rule.jwksUri ?? rule.issuer);
    if (why === undefined) return [];
    const key = rule.jwksUri === undefined ? 'issuer' : 'jwksUri';
    return [{
      object,
      path: ['spec', 'jwtRules', index, key],
      message: `\`${key}\` \`${rule.jwksUri ?? rule.issuer}\` of ${describeObject(object)} ${why}`,
      effect: 'every token of the issuer is answered with 401',
      cure: 'name an address that istiod reaches, or give the keys in `jwks`',
    }];
  })),
};

function problemOf({ view }: CheckContext, address: string): string | undefined {
  const host = hostOf(address);
  if (host === undefined) return undefined;
  if (isLoopback(host)) return 'leads to istiod\'s own pod, which asks for it';
  if (host.includes('.') || host.includes(':')) return undefined;
  const { rootNamespace } = view.settings;
  const [elsewhere] = view.services.filter(({ name }) => name === host);
  if (elsewhere === undefined || view.service(rootNamespace, host) !== undefined) return undefined;
  return `is a short name, which istiod looks for in \`${rootNamespace}\`; the Service is \`${elsewhere.namespace}/${host}\``;
}

function hostOf(address: string): string | undefined {
  try {
    return new URL(address).hostname;
  } catch {
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^127\./.test(host) || host === '0.0.0.0' || host === '[::1]' || host === '[::]';
}

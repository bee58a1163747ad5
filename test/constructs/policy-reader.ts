/** What a policy does with a request. */
export enum Verdict { DENIED = 'denied', PASSED = 'passed' }

/** A request as the proxy sees it: the URI SANs (or, without any, the subject) of its verified certificate, none without one. */
export interface PolicyRequest {
  readonly peer: string[];
  readonly host: string;
  readonly path: string;
  readonly method: string;
}

/** Reads one AuthorizationPolicy as Istio's documentation describes it, for tests only. */
export function verdict(spec: any, request: PolicyRequest): Verdict {
  const matches = (spec.rules ?? []).some((rule: any) => (rule.from?.some(({ source }: any) => sourceMatches(source, request)) ?? true)
    && (rule.to?.some(({ operation }: any) => operationMatches(operation, request)) ?? true));
  return matches === (spec.action === 'DENY') ? Verdict.DENIED : Verdict.PASSED;
}

function sourceMatches({ principals, notPrincipals }: any, { peer }: PolicyRequest): boolean {
  const has = (values: string[]) => values.some((value) => (value === '*' ? peer.length > 0 : peer.includes(`spiffe://${value}`)));
  return (principals === undefined || has(principals)) && (notPrincipals === undefined || !has(notPrincipals));
}

function operationMatches(operation: any, { host, path, method }: PolicyRequest): boolean {
  const any = (values: string[] | undefined, text: string) => values?.some((value) => valueMatches(value, text));
  return (any(operation.hosts?.map((value: string) => value.toLowerCase()), host.toLowerCase()) ?? true)
    && (any(operation.paths, path) ?? true) && !(any(operation.notPaths, path) ?? false)
    && (any(operation.methods, method) ?? true) && !(any(operation.notMethods, method) ?? false);
}

function valueMatches(value: string, text: string): boolean {
  if (value.includes('{')) return new RegExp(`^${value.replace(/[.$+()|[\]\\^]/g, '\\$&').replace(/\/\{\*\*\}/g, '/[^\\[\\]]*').replace(/\/\{\*\}/g, '/[^/\\[\\]]+')}$`).test(text);
  if (value === '*') return text !== '';
  if (value.endsWith('*')) return text.startsWith(value.slice(0, -1));
  return value.startsWith('*') ? text.endsWith(value.slice(1)) : value === text;
}

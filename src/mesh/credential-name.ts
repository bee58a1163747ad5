/** What a credential name of a Gateway server stands for. */
export interface CredentialName {
  /** The scheme, e.g. `configmap`; `kubernetes` without one. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Reads a credential name as istiod does, for gateway pods in a namespace: `name`, `ns/name`, `kubernetes://ns/name`, `configmap://ns/name` (istio `pilot/pkg/model/credentials`). */
export function readCredentialName(credential: string, namespace: string): CredentialName {
  const scheme = /^([a-z-]+):\/\/(.*)$/s.exec(credential);
  const [kind, rest] = scheme === null ? ['kubernetes', credential] : [scheme[1], scheme[2]];
  const parts = rest.split('/');
  return parts.length > 1 ? { kind, namespace: parts[0], name: parts[1] } : { kind, namespace, name: parts[0] };
}

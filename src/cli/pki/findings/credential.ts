import { Stop } from '../../exit-status';
import { KubernetesObject } from '../manifests';

/** Where a credential of a Gateway is looked for. */
export interface CredentialPlace {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly namespace: string;
  readonly name: string;
}

/** What a Secret or ConfigMap holds for Istio. */
export interface CredentialText {
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly authorities?: string;
  readonly revocationLists?: string;
  /** The key that the CAs were found under. */
  readonly authoritiesKey?: string;
}

/**
 * Where Istio looks for a credential name: plain names in the namespace of the gateway's pods, whatever the namespace of the Gateway object.
 *
 * Undefined for names that no Secret stands behind (`builtin://`, `invalid://`, `sds://`).
 */
export function placeOf(credentialName: string, gatewayNamespace: string): CredentialPlace | undefined {
  const [, scheme = 'kubernetes', rest] = /^(?:([a-z-]+):\/\/)?(.*)$/s.exec(credentialName)!;
  const [first, second] = rest.split('/');
  switch (scheme) {
    case 'configmap':
      return { kind: 'ConfigMap', namespace: first, name: second ?? '' };
    case 'kubernetes':
    case 'kubernetes-gateway':
      return second === undefined ? { kind: 'Secret', namespace: gatewayNamespace, name: first } : { kind: 'Secret', namespace: first, name: second };
    default:
      return undefined;
  }
}

/** Reads what Istio reads of a Secret or ConfigMap: its keys, in Istio's order of preference. An empty value counts as missing. */
export function readCredential(object: KubernetesObject): CredentialText {
  const values = textsOf(object);
  const both = (certificate: string, privateKey: string) => values[certificate] && values[privateKey]
    ? { certificate: values[certificate], privateKey: values[privateKey] } : undefined;
  const authoritiesKey = ['cacert', 'ca.crt'].find((key) => values[key]);
  return {
    ...both('cert', 'key') ?? both('tls.crt', 'tls.key'),
    ...authoritiesKey === undefined ? {} : { authorities: values[authoritiesKey], authoritiesKey, revocationLists: values[authoritiesKey === 'cacert' ? 'crl' : 'ca.crl'] || undefined },
  };
}

function textsOf(object: KubernetesObject): Record<string, string> {
  const { data = {}, stringData = {} } = object.body;
  const isSecret = object.kind === 'Secret';
  const entries = Object.entries(data ?? {}).map(([key, value]): [string, string] => [key, isSecret ? decode(object, key, value) : String(value)]);
  return { ...Object.fromEntries(entries), ...(isSecret ? stringData ?? {} : {}) };
}

function decode(object: KubernetesObject, key: string, value: unknown): string {
  if (typeof value !== 'string' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value.replace(/\s/g, ''))) {
    throw Stop.unreadable(`Secret \`${object.namespace}/${object.name}\` is damaged: \`data["${key}"]\` is no base64; plain text belongs into \`stringData\``);
  }
  return Buffer.from(value, 'base64').toString('utf8');
}

import type { Certificate } from './certificate';

// RFC 5280 section 4.2.1.12
const NAMES: Record<string, string> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
  '2.5.29.37.0': 'anyExtendedKeyUsage',
};

/** The name of an extended key usage, as RFC 5280 and OpenSSL configuration files write it, or its number. */
export function purposeName(oid: string): string {
  return NAMES[oid] ?? oid;
}

// BoringSSL's conditions on the key usage of a TLS leaf; it asks none of a CA here.
const KEY_USAGES: Record<TlsPurpose, readonly string[]> = {
  serverAuth: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  clientAuth: ['digitalSignature', 'keyAgreement'],
};

/** One side of a TLS connection, by the name of its extended key usage. */
export type TlsPurpose = 'serverAuth' | 'clientAuth';

/**
 * Whether a certificate may stand for one side of a TLS connection, as Envoy judges it.
 *
 * `anyExtendedKeyUsage` alone does not do: neither BoringSSL nor OpenSSL takes it for `serverAuth` or `clientAuth`.
 */
export function allowsPurpose(certificate: Certificate, purpose: TlsPurpose): boolean {
  const { extendedKeyUsages, keyUsages } = certificate.extensions;
  const usable = certificate.isCa || keyUsages === undefined || keyUsages.some((usage) => KEY_USAGES[purpose].includes(usage));
  return usable && extendedKeyUsages?.includes(purpose) !== false;
}

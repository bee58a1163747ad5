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

// A client signs the handshake; a server does, or (TLS 1.2 with RSA) decrypts in it. Observed on Envoy 1.40.0 for clients.
const KEY_USAGES: Record<TlsPurpose, readonly string[]> = {
  serverAuth: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  clientAuth: ['digitalSignature'],
};

/** One side of a TLS connection, by the name of its extended key usage. */
export type TlsPurpose = 'serverAuth' | 'clientAuth';

/**
 * Whether the first of the certificates may stand for one side of a TLS connection, and the CAs behind it leave that open.
 *
 * As Envoy judges it: `anyExtendedKeyUsage` alone does not do. The key usage is asked of the first certificate only.
 */
export function allowsPurpose(certificates: readonly Certificate[], purpose: TlsPurpose): boolean {
  const { keyUsages } = certificates[0].extensions;
  return keyUsages?.some((usage) => KEY_USAGES[purpose].includes(usage)) !== false
    && certificates.every(({ extensions }) => extensions.extendedKeyUsages?.includes(purpose) !== false);
}

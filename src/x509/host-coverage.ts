import { isIP } from 'node:net';
import { Certificate } from './certificate';

/**
 * Whether a certificate is valid for a host: a DNS name, a wildcard such as `*.example.com`, or an IP address.
 *
 * Only the SubjectAlternativeName counts, as for every current client (RFC 9525 section 6.3): `*` stands alone in the leftmost label and for one
 * label. A host that is a wildcard itself is covered only by the same wildcard.
 */
export function coversHost(certificate: Certificate, host: string): boolean {
  const { dnsNames, ipAddresses } = certificate.extensions.alternativeNames;
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0) {
    return ipAddresses.some((candidate) => isIP(candidate) !== 0 && canonicalAddress(candidate) === canonicalAddress(address));
  }
  const wanted = host.toLowerCase();
  const wildcard = /^[^.*]+\.[^*]+$/.test(wanted) ? `*${wanted.slice(wanted.indexOf('.'))}` : wanted;
  return dnsNames.map((name) => name.toLowerCase()).some((name) => name === wanted || name === wildcard);
}

function canonicalAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname : address;
}

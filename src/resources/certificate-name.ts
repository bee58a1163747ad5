import { HostPattern } from '../model/host-pattern';

/** A DNS name for a certificate: exact, or with `*` as the whole first label. */
export function checkedDnsName(name: string): string {
  const { text } = HostPattern.parse(name);
  if (text === '*') throw new Error('invalid DNS name `*`: expected one such as `*.example.com`');
  return text;
}

/** A DNS name that fits into a common name, which has at most 64 characters (RFC 5280 appendix A.1). */
export function checkedCommonName(name: string): string {
  const text = checkedDnsName(name);
  if (text.length > 64) throw new Error(`invalid common name \`${text}\`: expected at most 64 characters, put it into \`dnsNames\``);
  return text;
}

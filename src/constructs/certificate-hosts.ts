import type { HostPattern } from '../model/host-pattern';

/** Whether one of the names of a certificate is valid for a host: `*` stands for one label, a wildcard host needs the same wildcard (RFC 9525 section 6.3). */
export function nameFor(host: HostPattern, names: string[]): boolean {
  return names.includes(host.text) || (!host.isWildcard && names.includes(`*${host.text.slice(host.text.indexOf('.'))}`));
}

/** The hosts that no name of a certificate covers. `*` is never asked for, because no certificate can carry it. */
export function hostsWithoutName(hosts: HostPattern[], names: string[]): string[] {
  return hosts.filter((host) => host.text !== '*' && !nameFor(host, names)).map(({ text }) => text);
}

/** Refuses hosts that a list of names, which the user gave, leaves out. */
export function requireNames(secretName: string, hosts: HostPattern[], names: string[]): void {
  const [missing] = hostsWithoutName(hosts, names);
  if (missing === undefined) return;
  throw new Error(`certificate of credential \`${secretName}\` does not name host \`${missing}\` (names: ${names.map((name) => `\`${name}\``).join(', ')}): add it, or leave \`dnsNames\` out`);
}

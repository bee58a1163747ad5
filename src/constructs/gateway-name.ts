import { createHash } from 'node:crypto';
import type { TlsServer } from './tls-server';
import { HostPattern } from '../model/host-pattern';

const MAX_LENGTH = 63;

/** The name of a Gateway after its first host: stable when constructs are renamed or moved, and a DNS label. */
export function gatewayName(prefix: string, server: TlsServer): string {
  if (typeof server !== 'object' || server === null) throw new Error(`invalid server \`${String(server)}\`: expected hosts and a credential`);
  const { hosts } = server;
  if (!Array.isArray(hosts) || hosts.length === 0) throw new Error('server has no hosts `[]`: name the hosts that it serves');
  const [host] = hosts.map((text) => HostPattern.parse(text).text).sort();
  const name = `${prefix}-${host.replace(/^\*/, 'wildcard').replaceAll('.', '-')}`;
  if (name.length <= MAX_LENGTH) return name;
  const digest = createHash('sha256').update(host).digest('hex').slice(0, 8);
  return `${name.slice(0, MAX_LENGTH - 9).replace(/-+$/, '')}-${digest}`;
}

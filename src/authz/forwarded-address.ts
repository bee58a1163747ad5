import { isIP } from 'node:net';
import { HeaderLines } from './header-lines';

const HEADER = 'x-forwarded-for';

/**
 * The address that a gateway takes for the client's, `remote.ip` of policies: of `x-forwarded-for` the entry that the outermost trusted proxy wrote, and
 * without trusted proxies, or with too few entries, the other end of the connection (Envoy `xff_num_trusted_hops` under `use_remote_address`).
 */
export function trustedAddress(headers: HeaderLines, direct: string | undefined, trustedProxies: number): string | undefined {
  return trustedProxies === 0 ? direct : entryFromEnd(headers, trustedProxies - 1) ?? direct;
}

/** The address that a sidecar takes for the client's: the last entry of `x-forwarded-for`, which a caller in the mesh writes as it likes. */
export function lastForwarded(headers: HeaderLines, direct: string | undefined): string | undefined {
  return entryFromEnd(headers, 0) ?? direct;
}

function entryFromEnd(headers: HeaderLines, skipped: number): string | undefined {
  const entries = headers.get(HEADER).join(',').split(',').map((entry) => entry.trim());
  const found = entries[entries.length - 1 - skipped];
  return found !== undefined && isIP(found) !== 0 ? found : undefined;
}

import { AuthorityEntry } from './store/index-entry';

/**
 * The CAs that have to be trusted for a CA of a directory: itself and those above it; while it is being replaced, those of the old and the new one.
 */
export function trustedFor(authority: AuthorityEntry, authorities: readonly AuthorityEntry[]): AuthorityEntry[] {
  const together = authorities.filter(({ family, state }) => family === authority.family && state !== 'retired');
  return [...new Set(together.flatMap((entry) => lineOf(entry, authorities)))];
}

/** A CA and those above it, the root last. */
export function lineOf(authority: AuthorityEntry, authorities: readonly AuthorityEntry[]): AuthorityEntry[] {
  const named = (name: string) => authorities.find((entry) => entry.name === name)!;
  const line = [authority];
  for (let above = named(authority.issuer); !line.includes(above); above = named(above.issuer)) {
    line.push(above);
  }
  return line;
}

/**
 * CAs and all those below them that are still in use.
 *
 * Envoy checks every CA of a client's chain as soon as it has any revocation list, so the list of an issuing CA is wanted even where only its root is trusted.
 */
export function withThoseBelow(trusted: readonly AuthorityEntry[], authorities: readonly AuthorityEntry[]): AuthorityEntry[] {
  const below = authorities.filter((entry) => entry.state !== 'retired' && lineOf(entry, authorities).some((above) => trusted.includes(above)));
  return [...new Set([...trusted, ...below])];
}

import { CertificateStore } from './store/certificate-store';
import { AuthorityEntry } from './store/index-entry';

/**
 * The CAs that have to be trusted for a CA of a directory: itself and those above it; while it is being replaced, those of the old and the new one.
 */
export function trustedFor(store: CertificateStore, authority: AuthorityEntry, authorities: readonly AuthorityEntry[] = store.index.authorities): AuthorityEntry[] {
  const together = authorities.filter(({ family, state }) => family === authority.family && state !== 'retired');
  const named = (name: string) => authorities.find((entry) => entry.name === name)!;
  const lines = together.flatMap((entry) => {
    const line = [entry];
    for (let above = named(entry.issuer); !line.includes(above); above = named(above.issuer)) line.push(above);
    return line;
  });
  return [...new Set(lines)];
}

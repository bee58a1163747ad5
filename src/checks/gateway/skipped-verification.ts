import { pathOf, writtenServers } from './server';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS046: a server asks for a client certificate and verifies none.
 *
 * `insecureSkipVerify` becomes Envoy's ACCEPT_UNTRUSTED, and switches off names and hashes as well.
 */
export const skippedVerification: Check = {
  id: 'MTLS046',
  title: 'client certificates that are not verified',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: ({ view }) => writtenServers(view).filter(({ server: { tls } }) => tls?.insecureSkipVerify === true && (tls.mode === 'MUTUAL' || tls.mode === 'OPTIONAL_MUTUAL')).map(({ server, name }) => ({
    object: server.gateway.object,
    path: pathOf(server, 'tls', 'insecureSkipVerify'),
    message: `${name} has \`insecureSkipVerify: true\``,
    effect: 'any certificate gets in, self-signed ones with any name included',
    cure: 'take it away and name a trust anchor',
    patch: [{ op: 'remove', path: `/${pathOf(server, 'tls', 'insecureSkipVerify').join('/')}` }],
  })),
};

import { pathOf, writtenServers } from './server';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS007: OPTIONAL_MUTUAL with a list of names or hashes, which makes the certificate mandatory.
 *
 * Envoy demands a certificate as soon as it has something to compare it with (envoy `default_validator.cc`).
 */
export const mandatoryOptional: Check = {
  id: 'MTLS007',
  title: 'an optional client certificate that is mandatory',
  severity: Severity.WARNING,
  effect: Effect.OUTAGE,
  find: ({ view }) => writtenServers(view).flatMap(({ server, name }) => {
    const { tls } = server;
    if (tls?.mode !== 'OPTIONAL_MUTUAL' || tls.insecureSkipVerify) return [];
    const lists: [string, readonly string[]][] = [['subjectAltNames', tls.subjectAltNames]];
    if (tls.credentialNames.length > 0) lists.push(['verifyCertificateSpki', tls.spkiHashes], ['verifyCertificateHash', tls.certificateHashes]);
    const key = lists.find(([, values]) => values.length > 0)?.[0];
    if (key === undefined) return [];
    return [{
      object: server.gateway.object,
      path: pathOf(server, 'tls', key),
      message: `${name} has mode \`OPTIONAL_MUTUAL\` and \`${key}\``,
      effect: 'Envoy then demands a certificate as with `MUTUAL`, and clients without one are refused',
      cure: `take \`${key}\` away and compare the identity in a policy, or use mode \`MUTUAL\``,
    }];
  }),
};

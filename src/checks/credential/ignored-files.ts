import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { pathOf, writtenServers } from '../gateway/server';

/**
 * MTLS061: a server names its trust anchor as a file beside `credentialName`, which leaves the file out.
 *
 * With `credentialName` istiod writes what it finds in Secrets and nothing of the paths, `use sds` and the like included (istio `pilot/pkg/security/model`).
 */
export const ignoredFiles: Check = {
  id: 'MTLS061',
  title: 'a trust anchor in a file beside `credentialName`',
  severity: Severity.WARNING,
  effect: Effect.IGNORED,
  find: ({ view }) => writtenServers(view).flatMap(({ server, name }) => {
    const { tls } = server;
    if (tls?.caCertificates === undefined || tls.credentialNames.length === 0 || !['MUTUAL', 'OPTIONAL_MUTUAL'].includes(tls.mode)) return [];
    return [{
      object: server.gateway.object,
      path: pathOf(server, 'tls', 'caCertificates'),
      message: `${name} has \`caCertificates\` \`${tls.caCertificates}\` beside \`credentialName\``,
      effect: `the file is not read: clients are verified by Secret \`${tls.caCertCredentialName ?? `${tls.credentialNames[0]}-cacert`}\`, and closed out where there is none`,
      cure: 'put the trust anchor in that Secret and take `caCertificates` away',
      patch: [{ op: 'remove', path: `/${pathOf(server, 'tls', 'caCertificates').join('/')}` }],
    }];
  }),
};

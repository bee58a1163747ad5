import type { Check } from './check';
import { describe as named, groupOf } from '../mesh/manifest';

/**
 * MTLS004: a Gateway names its trust anchor by a Secret whose name does not end in `-cacert`.
 *
 * Istio tells a Secret with certificates to trust from one with a server certificate by that ending. Where the Secret holds a certificate and a key too, the server
 * then verifies nobody: requests without a client certificate, or with one of any CA, were answered with 200 (seen on istiod 1.30 with Envoy 1.40). Where it does
 * not, every connection is closed.
 */
export const trustAnchorName: Check = (manifests) => manifests
  .filter((manifest) => manifest.kind === 'Gateway' && groupOf(manifest) === 'networking.istio.io')
  .flatMap((gateway) => {
    const servers = gateway.spec()?.servers;
    return (Array.isArray(servers) ? servers : []).flatMap((server, index) => {
      const name = server?.tls?.caCertCredentialName;
      if (typeof name !== 'string' || name === '' || name.endsWith('-cacert') || name.startsWith('configmap://')) return [];
      return [{
        id: 'MTLS004',
        object: gateway,
        message: `\`caCertCredentialName\` \`${name}\` of server ${index + 1} of ${named(gateway)} does not end in \`-cacert\`: Istio takes the Secret for a server certificate, and clients are then `
          + 'not verified at all; rename the Secret, or use `configmap://<namespace>/<name>`',
      }];
    });
  });

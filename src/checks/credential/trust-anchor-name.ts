import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS004: a Gateway names its trust anchor by a Secret whose name does not end in `-cacert`.
 *
 * Istio tells a Secret with certificates to trust from one with a server certificate by that ending. Where the Secret holds a certificate and a key too, the server
 * then verifies nobody: requests without a client certificate, or with one of any CA, were answered with 200 (seen on istiod 1.30 with Envoy 1.40). Where it does
 * not, every connection is closed.
 */
export const trustAnchorName: Check = {
  id: 'MTLS004',
  title: 'a trust anchor whose name does not end in `-cacert`',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: ({ view }) => view.gateways.flatMap(({ object, servers }) => servers.flatMap(({ tls }, index) => {
    const name = tls?.caCertCredentialName;
    if (name === undefined || !verifies(tls!.mode) || name.endsWith('-cacert') || name.startsWith('configmap://')) return [];
    return [{
      object,
      path: ['spec', 'servers', index, 'tls', 'caCertCredentialName'],
      message: `\`caCertCredentialName\` \`${name}\` of server ${index + 1} of ${describeObject(object)} does not end in \`-cacert\``,
      effect: 'Istio takes the Secret for a server certificate, and clients are then not verified at all',
      cure: 'rename the Secret, or use `configmap://<namespace>/<name>`',
    }];
  })),
};

function verifies(mode: string): boolean {
  return mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL';
}

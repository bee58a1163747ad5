import { nameServer, pathOf, writtenServers } from './server';
import { GatewayServer, isPassThrough } from '../../mesh/gateway';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

/**
 * MTLS006: a server lists names or hashes of client certificates in a mode or form in which Istio does not apply them.
 *
 * SIMPLE asks for no certificate. With `credentialName` istiod then writes a list of names without trust anchor, and Envoy refuses the listener (istio
 * `pilot/pkg/security/model`); with certificates as files the list is left out. Hashes are passed on with `credentialName` only.
 */
export const unappliedNames: Check = {
  id: 'MTLS006',
  title: 'names or hashes of client certificates that are not checked',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: ({ view }) => writtenServers(view).flatMap(({ server }) => (isPassThrough(server) || server.tls === undefined ? [] : findingsOf(server))),
};

function findingsOf(server: GatewayServer): Finding[] {
  const tls = server.tls!;
  const hashes = (['verifyCertificateSpki', 'verifyCertificateHash'] as const).filter((key) => (key === 'verifyCertificateSpki' ? tls.spkiHashes : tls.certificateHashes).length > 0);
  const finding = (key: string, why: string, effect: string, cure: string): Finding => ({
    object: server.gateway.object,
    path: pathOf(server, 'tls', key),
    message: `${nameServer(server)} has \`${key}\`, ${why}`,
    effect,
    cure,
  });
  const needsMutual = 'use mode `MUTUAL` and a trust anchor, or take the list away';
  if (tls.mode === 'SIMPLE') {
    const names = tls.subjectAltNames.length === 0 ? []
      : [tls.credentialNames.length > 0
        ? finding('subjectAltNames', 'and its mode `SIMPLE` has no trust anchor', 'Envoy refuses the listener, and nothing is served on the port, under no host', needsMutual)
        : finding('subjectAltNames', 'and its mode `SIMPLE` asks for no certificate', 'the list is ignored, and anybody gets in', needsMutual)];
    return [...names, ...hashes.map((key) => finding(key, 'and its mode `SIMPLE` asks for no certificate', 'the list is ignored, and anybody gets in', needsMutual))];
  }
  if (tls.credentialNames.length > 0) return [];
  const why = tls.mode === 'ISTIO_MUTUAL' ? 'which mode `ISTIO_MUTUAL` does not apply' : 'which Istio applies with `credentialName` only';
  const cure = tls.mode === 'ISTIO_MUTUAL' ? 'use `subjectAltNames`, or a policy on the gateway with `principals`' : 'put the certificates in Secrets and name them by `credentialName`';
  return hashes.map((key) => finding(key, why, 'the list is ignored, and every certificate of the trust anchor gets in', cure));
}

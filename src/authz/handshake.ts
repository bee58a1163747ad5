import { Anchor, chainProblem, hasNameChecks, namesProblem } from './certificate-check';
import { Client } from './client';
import { Outcome } from './decision';
import { Peer, PeerCertificate } from './peer';
import { certificateBlocks, findCredential } from './server-credential';
import { Choices } from '../mesh/choices';
import { describeServer, GatewayServer, ServerTls } from '../mesh/gateway';
import { MeshView } from '../mesh/mesh-view';
import { Material } from '../mesh/secret';
import { Workload } from '../mesh/workload';
import { Certificate } from '../x509/certificate';

/** How the TLS handshake with a server ends. */
export type Handshake =
  | { readonly ok: true; readonly peer: Peer; readonly text: string; readonly assumed: readonly string[] }
  | { readonly ok: false; readonly outcome: Outcome; readonly reason: string };

const anchors = new WeakMap<object, Map<string, Anchor>>();

/** The handshake of a client with the server of a Gateway. */
export function handshake(
  view: MeshView,
  workload: Workload,
  server: GatewayServer,
  client: Client,
  sni: string,
  now: Date,
  choices: Choices,
): Handshake {
  const tls = server.tls!;
  const credential = findCredential(view, workload, tls, choices);
  for (const material of [credential.certificate, credential.anchor]) {
    if (material?.state === 'missing') return closed(`${describeServer(server)} cannot be served: ${material.reason}`);
  }
  const assumed = [credential.certificate, credential.anchor].flatMap((material) => (material?.state === 'unknown' ? material.assumed ?? [] : []));
  const peer = (certificate?: PeerCertificate): Handshake => (
    { ok: true, peer: { tls: true, sni, certificate }, text: told(server, certificate, credential.anchor), assumed }
  );
  if (credential.anchor?.state === 'empty' && tls.subjectAltNames.length > 0) {
    return closed(`${describeServer(server)} has subjectAltNames and no trust anchor, which Envoy refuses: caCertCredentialName lacks the suffix \`-cacert\``);
  }
  if (credential.anchor === undefined || credential.anchor.state === 'empty') return peer();
  const certificate = client._certificate();
  const named = hasNameChecks(tls) && !tls.insecureSkipVerify && !isFileMode(tls);
  const mandatory = tls.mode !== 'OPTIONAL_MUTUAL' || named || (isFileMode(tls) && tls.subjectAltNames.length > 0);
  if (certificate === undefined) {
    return mandatory ? rejected(`${describeServer(server)} demands a client certificate`) : peer();
  }
  if (tls.insecureSkipVerify) return peer(certificate);
  const problem = problemOf(view, certificate, credential.anchor, tls, now, choices);
  return problem === undefined ? peer(certificate) : rejected(`the client certificate is refused: ${problem}`);
}

function problemOf(view: MeshView, certificate: PeerCertificate, anchor: Material, tls: ServerTls, now: Date, choices: Choices): string | undefined {
  const names = namesProblem(certificate, isFileMode(tls) ? { ...tls, spkiHashes: [], certificateHashes: [] } : tls);
  if (names === 'unknown' && !choices.ask('listed hash', 'the hash of the asserted certificate is one of those listed')) return 'neither its key nor its hash is listed';
  if (names !== undefined && names !== 'unknown') return names;
  if (tls.mode === 'ISTIO_MUTUAL' && !certificate.uris.some((uri) => uri.startsWith(`spiffe://${view.settings.trustDomain}/`))) return 'it is not of the mesh';
  if (certificate.foreign === true) return `it does not chain to ${sourceOf(anchor)}`;
  if (certificate.chain === undefined) return undefined;
  if (anchor.state !== 'present') return choices.ask(`chain ${anchor.state === 'unknown' ? anchor.source : ''}`, `the certificate chains to ${sourceOf(anchor)}`) ? undefined : `it does not chain to ${sourceOf(anchor)}`;
  return chainProblem(certificate.chain, readAnchor(view, anchor), now);
}

/** Anchors are read once for each mesh. */
function readAnchor(view: MeshView, material: Extract<Material, { state: 'present' }>): Anchor {
  const known = anchors.get(view) ?? new Map<string, Anchor>();
  anchors.set(view, known);
  const anchor = known.get(material.source) ?? {
    certificates: Certificate.readAll(certificateBlocks(material.pem)),
    crl: material.crl,
    source: material.source,
  };
  known.set(material.source, anchor);
  return anchor;
}

/** File paths count only without a credential name. */
function isFileMode(tls: ServerTls): boolean {
  return tls.credentialNames.length === 0 && tls.mode !== 'ISTIO_MUTUAL';
}

function told(server: GatewayServer, certificate: PeerCertificate | undefined, anchor: Material | undefined): string {
  if (anchor?.state === 'empty') {
    return `it asks for no certificate: caCertCredentialName \`${anchor.source}\` lacks the suffix \`-cacert\``;
  }
  if (anchor === undefined) return 'it asks for no certificate';
  if (certificate === undefined) return 'no certificate, which it takes too';
  const [name = 'without names'] = [certificate.subject, ...certificate.uris].filter((candidate) => candidate !== '');
  const believed = server.tls?.insecureSkipVerify === true ? 'is not verified (insecureSkipVerify)'
    : certificate.chain === undefined ? 'is taken for valid' : `chains to ${sourceOf(anchor)}`;
  return `certificate ${name} ${believed}`;
}

function sourceOf(material: Material): string {
  return material.state === 'missing' ? 'nothing' : material.source;
}

function closed(reason: string): Handshake {
  return { ok: false, outcome: Outcome.CONNECTION_CLOSED, reason };
}

function rejected(reason: string): Handshake {
  return { ok: false, outcome: Outcome.HANDSHAKE_REJECTED, reason };
}

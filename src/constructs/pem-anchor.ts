import { AnchorSource, claimAnchor, requireSecret } from './anchor-source';
import type { CredentialSource, ManifestTarget } from './credential-source';
import { sharedOnce } from './manifest-store';
import type { PemTrustAnchorOptions } from './trust-anchor';
import { CertificateChain } from '../model/certificate-chain';
import { parseMoment } from '../model/moment';
import { ConfigMap } from '../resources/config-map';
import { Secret } from '../resources/secret';
import { RevocationList } from '../x509/crl';

/** A trust anchor that is rendered: CAs, or pinned client certificates. */
export function pemAnchor(pem: string, options: PemTrustAnchorOptions, pinned: boolean): AnchorSource {
  const chain = CertificateChain.fromPem(pem);
  if (pinned) checkPinned(chain);
  else checkAuthorities(chain);
  const { configMapName, alsoSignsServers } = options;
  if (configMapName?.endsWith('-cacert')) {
    throw new Error(`invalid ConfigMap name \`${configMapName}\`: expected one that does not end in \`-cacert\`, Istio cuts that off and looks for another one`);
  }
  if (alsoSignsServers !== undefined && (typeof alsoSignsServers !== 'string' || alsoSignsServers.trim() === '')) {
    throw new Error(`invalid \`alsoSignsServers\` \`${String(alsoSignsServers)}\`: say why everybody with a certificate of that CA may be a client`);
  }
  const revocations = readRevocations(options.crl, chain);
  const entries = { cacert: chain.pem, ...(options.crl === undefined ? {} : { crl: options.crl.replace(/\r\n?/g, '\n').trim().concat('\n') }) };
  return {
    mounts: [],
    tls: (namespace) => configMapName === undefined ? {} : { caCertCredentialName: `configmap://${namespace}/${configMapName}` },
    check: (credential, validAt) => {
      requireSecret(credential);
      checkOrigin(chain, credential, alsoSignsServers);
      if (validAt !== undefined) checkDates(chain, revocations, validAt);
    },
    render: (target, credential) => render(target, credential, entries, configMapName),
  };
}

function checkAuthorities(chain: CertificateChain): void {
  const leaf = chain.certificates.find((certificate) => !certificate.isCa);
  if (leaf) throw new Error(`trust anchor includes \`${leaf.subject}\`, which is no CA: expected only CAs, or \`TrustAnchor.pinnedLeaf(pem)\` to admit that very certificate`);
  const barred = chain.certificates.find(({ extendedKeyUsages }) => extendedKeyUsages.length > 0 && !extendedKeyUsages.includes('clientAuth'));
  if (barred) {
    throw new Error(`trust anchor includes \`${barred.subject}\`, whose clients Envoy refuses (extended key usages: ${barred.extendedKeyUsages.map((usage) => `\`${usage}\``).join(', ')}): expected \`clientAuth\` among them, or none`);
  }
}

function checkPinned(chain: CertificateChain): void {
  for (const certificate of chain.certificates) {
    if (certificate.isCa) throw new Error(`pinned certificate \`${certificate.subject}\` is a CA, whose clients would get in too: use \`TrustAnchor.fromPem(pem)\` if they shall`);
    if (!certificate.allowsClientAuth) {
      throw new Error(`pinned certificate \`${certificate.subject}\` may not be used by a TLS client: expected \`clientAuth\` among its extended key usages, or none, and a key usage for signatures`);
    }
  }
}

function readRevocations(crl: string | undefined, chain: CertificateChain): RevocationList[] {
  if (crl === undefined) return [];
  const lists = RevocationList.readAll(crl);
  const without = chain._certificates().find((authority) => !lists.some((list) => list.isSignedBy(authority)));
  if (without) {
    const { subject } = chain.certificates[chain._certificates().indexOf(without)];
    throw new Error(`trust anchor has no revocation list of \`${subject}\` while there are lists: Envoy would refuse every client of it, add its list or leave \`crl\` out`);
  }
  return lists;
}

function checkOrigin(chain: CertificateChain, credential: CredentialSource, acknowledged: string | undefined): void {
  if (acknowledged !== undefined || !credential.chain?.isSignedBy(chain)) return;
  throw new Error(
    `trust anchor \`${chain.subject}\` also signs the server certificate of credential \`${credential.secretName}\`: whoever gets a certificate of that CA, other servers included, would be a client; `
    + 'use a CA for clients only, or say why in `alsoSignsServers`',
  );
}

function checkDates(chain: CertificateChain, revocations: RevocationList[], validAt: string): void {
  const invalid = chain.certificates.find((certificate) => !certificate.isValidAt(validAt));
  if (invalid) throw new Error(`trust anchor \`${invalid.subject}\` is not valid at \`${validAt}\`: it is valid from ${invalid.notBefore} to ${invalid.notAfter}`);
  const moment = parseMoment(validAt);
  if (revocations.some(({ nextUpdate }) => nextUpdate === undefined || nextUpdate < moment)) {
    throw new Error(`trust anchor has a revocation list whose next update is due before \`${validAt}\`: Envoy would refuse every client, fetch the current list`);
  }
}

function render(target: ManifestTarget, credential: CredentialSource, entries: { [key: string]: string }, configMapName: string | undefined): void {
  const content = JSON.stringify(entries);
  const { namespace, labels, annotations } = target;
  if (configMapName !== undefined) {
    sharedOnce(target, 'config map', configMapName, content, (scope, id) => new ConfigMap(scope, id, {
      metadata: { name: configMapName, namespace, labels, annotations },
      data: entries,
    }));
    return;
  }
  const name = `${credential.secretName}-cacert`;
  if (claimAnchor(target, credential, content) === undefined) return;
  sharedOnce(target, 'secret', name, content, (scope, id) => new Secret(scope, id, { metadata: { name, namespace, labels, annotations }, type: 'Opaque', entries }));
}

import type { PrivateKeyCredentialProps } from './credential-props';
import type { CredentialSource } from './credential-source';
import { sharedOnce } from './manifest-store';
import { CertificateChain } from '../model/certificate-chain';
import { checkedCredentialName } from '../resources/gateway-server-check';
import { Secret } from '../resources/secret';

/** The credential of a Secret that is rendered with its private key. */
export function privateKeySource(props: PrivateKeyCredentialProps): CredentialSource {
  const secretName = checkedCredentialName(props.secretName);
  const chain = CertificateChain.fromPem(props.certificateChain);
  const what = `certificate of credential \`${secretName}\``;
  if (!chain.matchesPrivateKey(props.privateKey)) throw new Error(`${what} and its private key do not belong together: expected the key of \`${chain.subject}\``);
  if (!chain.allowsServerAuth) {
    const barred = chain.certificates.find(({ extendedKeyUsages }) => extendedKeyUsages.length > 0 && !extendedKeyUsages.includes('serverAuth'));
    throw new Error(barred
      ? `${what} includes \`${barred.subject}\`, which may not serve TLS (extended key usages: ${barred.extendedKeyUsages.map((usage) => `\`${usage}\``).join(', ')}): expected \`serverAuth\` among them, or none`
      : `${what} may not serve TLS by its key usage: expected \`digitalSignature\` or \`keyEncipherment\` in it, or none`);
  }
  if (!chain.isLinked) throw new Error(`${what} is followed by certificates that do not sign each other in turn: expected the server's own first, then its issuer, and so on`);
  const key = props.privateKey.replace(/\r\n?/g, '\n').trim().concat('\n');
  return {
    secretName,
    chain,
    mounts: [],
    complete: true,
    tls: { credentialName: secretName },
    check: (hosts, validAt) => {
      // No certificate can carry `*` (RFC 9525): such a server shows it to everybody and leaves the name to the client.
      const bare = hosts.find(({ text }) => text !== '*' && !chain.covers(text));
      if (bare) throw new Error(`${what} does not cover host \`${bare}\` (names: ${chain.dnsNames.map((name) => `\`${name}\``).join(', ') || 'none'}): order one that does`);
      if (validAt !== undefined && !chain.isValidAt(validAt)) {
        const invalid = chain.certificates.find((certificate) => !certificate.isValidAt(validAt))!;
        throw new Error(`${what} is not valid at \`${validAt}\`: \`${invalid.subject}\` is valid from ${invalid.notBefore} to ${invalid.notAfter}`);
      }
    },
    render: (target) => {
      sharedOnce(target, 'credential', secretName, `${chain.pem}${key}`, (scope, id) => new Secret(scope, id, {
        metadata: { name: secretName, namespace: target.namespace, labels: target.labels, annotations: target.annotations },
        type: 'kubernetes.io/tls',
        entries: { 'tls.crt': chain.pem, 'tls.key': key },
      }));
    },
  };
}

import type { CredentialSource, ManifestTarget } from './credential-source';
import { FileMount, fileMount } from './file-mount';
import { sharedOnce } from './manifest-store';
import type { GatewayTls } from '../resources/gateway-server';
import { checkedPath } from '../resources/gateway-server-check';

/** Fields of a server that say where its trust anchor is. */
export type AnchorTls = Pick<GatewayTls, 'caCertCredentialName' | 'caCertificates' | 'caCrl'>;

/** Where a trust anchor comes from. */
export interface AnchorSource {
  readonly mounts: FileMount[];
  /** @param namespace the namespace of the gateway's pods */
  tls(namespace: string): AnchorTls;
  /** Throws when the anchor does not fit a credential, or is not valid on the given day. */
  check(credential: CredentialSource, validAt?: string): void;
  render(target: ManifestTarget, credential: CredentialSource): void;
}

interface GivenAnchor {
  readonly tls?: (namespace: string) => AnchorTls;
  /** What Istio finds by the credential's name. */
  readonly identity?: string;
  readonly inCredential?: boolean;
}

/** A trust anchor that others provide. */
export function givenAnchor({ tls, identity, inCredential }: GivenAnchor): AnchorSource {
  return {
    mounts: [],
    tls: tls ?? (() => ({})),
    check: (credential) => {
      requireSecret(credential);
      if (inCredential && credential.complete) {
        throw new Error(`credential \`${credential.secretName}\` is rendered without a CA: expected a trust anchor of its own, such as \`TrustAnchor.fromPem(pem)\``);
      }
    },
    render: (target, credential) => {
      if (identity !== undefined) claimAnchor(target, credential, identity);
    },
  };
}

/** A trust anchor in a file of the gateway's pods. */
export function fileAnchor(path: string, { crl, secretName, volumeName }: { crl?: string; secretName?: string; volumeName?: string }): AnchorSource {
  const caCertificates = checkedPath('trust anchor', path);
  const mounts = fileMount({ 'trust anchor': path, crl }, secretName, volumeName);
  return {
    mounts,
    tls: () => ({ caCertificates, ...(crl === undefined ? {} : { caCrl: crl }) }),
    check: (credential) => {
      if (credential.secretName !== undefined) {
        throw new Error(`trust anchor \`${caCertificates}\` beside the Secret \`${credential.secretName}\`: Istio ignores the file, use \`TrustAnchor.fromPem(pem)\` or \`ServerCredential.fromFiles(…)\``);
      }
    },
    render: () => {},
  };
}

/** Istio finds the trust anchor by the credential's name, so a credential has only one, whichever gateways use it. */
export function claimAnchor(target: ManifestTarget, credential: CredentialSource, identity: string): string | undefined {
  return sharedOnce(target, 'trust anchor of credential', credential.secretName!, identity, () => identity);
}

/** Refuses credentials of files, for which Istio reads no Secret. */
export function requireSecret(credential: CredentialSource): void {
  if (credential.secretName !== undefined) return;
  throw new Error(`server certificate \`${credential.tls.serverCertificate}\` is a file: its trust anchor has to be one too, use \`TrustAnchor.fromFile(path)\``);
}

import { certManagerSource } from './cert-manager-credential';
import type { CertManagerCredentialProps, FileCredentialProps, GardenerCredentialProps, PrivateKeyCredentialProps } from './credential-props';
import type { CredentialSource } from './credential-source';
import { fileMount } from './file-mount';
import { gardenerSource } from './gardener-credential';
import { privateKeySource } from './private-key-credential';
import { checkedCredentialName, checkedPath } from '../resources/gateway-server-check';

/**
 * Where a Gateway server has its certificate and private key from.
 *
 * Istio reads the Secret in the namespace of the gateway's pods, wherever the Gateway object is; what is rendered goes there.
 */
export class ServerCredential {
  /**
   * An existing Secret with `tls.crt` and `tls.key`, or `cert` and `key`, in the namespace of the gateway's pods.
   *
   * Throws on names with a `/` or a scheme, which Istio would look up elsewhere, and on names that end in `-cacert`.
   */
  public static fromSecretName(secretName: string): ServerCredential {
    const credentialName = checkedCredentialName(secretName);
    const source = { secretName: credentialName, mounts: [], complete: false, tls: { credentialName }, check: () => {}, render: () => {} };
    return new ServerCredential(source);
  }

  /**
   * Writes certificate and private key into a Secret manifest: whoever reads the manifests, or the repository they are kept in, has the key.
   *
   * For tests and demonstrations. Throws when the key is not the certificate's, when a certificate may not serve TLS, or when the chain is not in order.
   */
  public static withPrivateKeyInManifest(props: PrivateKeyCredentialProps): ServerCredential {
    return new ServerCredential(privateKeySource(props));
  }

  /** A certificate that Gardener's certificate service orders and renews, with issuer, DNS entries and DNS provider where they are wanted. */
  public static fromGardenerCertificate(props: GardenerCredentialProps): ServerCredential {
    return new ServerCredential(gardenerSource(props));
  }

  /** A certificate that cert-manager orders and renews. */
  public static fromCertManagerCertificate(props: CertManagerCredentialProps): ServerCredential {
    return new ServerCredential(certManagerSource(props));
  }

  /**
   * Files in the gateway's pods, watched by Istio's agent there.
   *
   * The server accepts no connection before the files exist. Prefer a Secret: files need pod volumes, and so a restart for each new host.
   */
  public static fromFiles(props: FileCredentialProps): ServerCredential {
    const tls = { serverCertificate: checkedPath('certificate', props.certificate), privateKey: checkedPath('privateKey', props.privateKey) };
    const mounts = fileMount({ certificate: props.certificate, privateKey: props.privateKey }, props.secretName, props.volumeName);
    return new ServerCredential({ mounts, complete: false, tls, check: () => {}, render: () => {} });
  }

  private constructor(
    /** @internal */
    public readonly _source: CredentialSource,
  ) {}
}

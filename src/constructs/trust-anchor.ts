import { AnchorSource, fileAnchor, givenAnchor } from './anchor-source';
import { pemAnchor } from './pem-anchor';
import { checkedNamespace } from '../model/ingress-gateway';

/** How the certificates of a trust anchor are used and stored. */
export interface PemTrustAnchorOptions {
  /**
   * Revocation lists in PEM. Envoy then refuses every client of a CA without a current list, so each CA needs one.
   * @default - nothing is revoked
   */
  readonly crl?: string;
  /**
   * Renders a ConfigMap of this name instead of one Secret for each credential. Istio 1.28 or newer.
   * @default - Secrets named `<credential>-cacert`
   */
  readonly configMapName?: string;
  /**
   * Why the CA may be the one that also signs the server's certificate. Everybody to whom it gives any certificate, other servers included, is then a client.
   * @default - refused
   */
  readonly alsoSignsServers?: string;
}

/** Where a ConfigMap with a trust anchor is. */
export interface ConfigMapTrustAnchorOptions {
  /**
   * Its namespace. Istio reads ConfigMaps of every namespace.
   * @default - the namespace of the gateway's pods
   */
  readonly namespace?: string;
}

/** How a trust anchor comes into the gateway's pods as a file. */
export interface FileTrustAnchorOptions {
  /**
   * Path of the revocation lists.
   * @default - nothing is revoked
   */
  readonly crl?: string;
  /**
   * The Secret, in the namespace of the gateway's pods, whose entries become the files.
   * @default - something else brings the files into the pods
   */
  readonly secretName?: string;
  /**
   * The name of the pod volume.
   * @default - the last part of the directory's name
   */
  readonly volumeName?: string;
}

/**
 * Whose clients a mutual-TLS gateway admits: the certificates at which their chains have to end.
 *
 * Istio takes the trust anchor from the Secret `<credential>-cacert`, and without one from the credential's own Secret, into which certificate
 * controllers write the CA of the *server* certificate. So a gateway always has a trust anchor of its own, unless that is asserted to be wanted.
 */
export class TrustAnchor {
  /**
   * The CAs in the given PEM text, rendered as a Secret `<credential>-cacert` beside each credential.
   *
   * Throws when one of them is no CA, or has no revocation list while others have one.
   */
  public static fromPem(pem: string, options: PemTrustAnchorOptions = {}): TrustAnchor {
    return new TrustAnchor(pemAnchor(pem, options, false));
  }

  /**
   * The given client certificates themselves, and no others: each stands for itself, not for a CA.
   *
   * Renewing a client certificate means changing the gateway. Throws when one is a CA, because then its clients would get in too.
   */
  public static pinnedLeaf(pem: string): TrustAnchor {
    return new TrustAnchor(pemAnchor(pem, {}, true));
  }

  /**
   * A ConfigMap with the CAs as `ca.crt` or `cacert`, such as trust-manager distributes. Istio 1.28 or newer.
   *
   * Throws on a name that ends in `-cacert`: Istio cuts that off and looks for another ConfigMap.
   */
  public static fromConfigMap(name: string, options: ConfigMapTrustAnchorOptions = {}): TrustAnchor {
    if (typeof name !== 'string' || !/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name)) {
      throw new Error(`invalid ConfigMap name \`${String(name)}\`: expected at most 253 lower-case letters, digits, \`-\` and \`.\``);
    }
    if (name.endsWith('-cacert')) throw new Error(`invalid ConfigMap name \`${name}\`: expected one that does not end in \`-cacert\`, Istio cuts that off and looks for another one`);
    const namespace = options.namespace === undefined ? undefined : checkedNamespace(options.namespace);
    return new TrustAnchor(givenAnchor({ tls: (own) => ({ caCertCredentialName: `configmap://${namespace ?? own}/${name}` }) }));
  }

  /** A Secret `<credential>-cacert` with the CAs as `cacert` or `ca.crt`, which exists for each credential in the namespace of the gateway's pods. */
  public static existing(): TrustAnchor {
    return new TrustAnchor(givenAnchor({ identity: 'an existing Secret' }));
  }

  /**
   * The CA inside the credential's own Secret (`cacert` or `ca.crt`), where no Secret `<credential>-cacert` exists.
   *
   * Only if you know which CA that is: Gardener, cert-manager and ACME clients write the CA of the server certificate there, so that all of its customers get in.
   *
   * @param reason why the CA in that Secret is the one for clients
   */
  public static inCredentialSecret(reason: string): TrustAnchor {
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw new Error(`invalid reason \`${String(reason)}\`: say why the CA in the credential's own Secret is the one for clients, e.g. \`put there by hand\``);
    }
    return new TrustAnchor(givenAnchor({ identity: 'the CA in the credential\'s own Secret', inCredential: true }));
  }

  /** A file in the gateway's pods, for servers whose certificates are files too. */
  public static fromFile(path: string, options: FileTrustAnchorOptions = {}): TrustAnchor {
    return new TrustAnchor(fileAnchor(path, options));
  }

  private constructor(
    /** @internal */
    public readonly _source: AnchorSource,
  ) {}
}

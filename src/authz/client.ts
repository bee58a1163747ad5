import { PeerCertificate } from './peer';
import { CertificateChain } from '../model/certificate-chain';
import { CertificateIdentity } from '../model/certificate-identity';
import { DistinguishedName } from '../model/distinguished-name';
import { SpiffeId } from '../model/spiffe-id';

/** The names that an asserted client certificate carries. */
export interface ClientCertificateNames {
  /**
   * Its subject.
   * @default - the empty name
   */
  readonly subject?: DistinguishedName;
  /**
   * Its issuer.
   * @default - the empty name
   */
  readonly issuer?: DistinguishedName;
  /**
   * The URIs of its SubjectAlternativeName, SPIFFE IDs among them.
   * @default - none
   */
  readonly uris?: string[];
  /**
   * The DNS names of its SubjectAlternativeName.
   * @default - none
   */
  readonly dnsNames?: string[];
}

/** What a client brings to the connection. */
export enum ClientKind {
  /** TLS, and a certificate if the gateway asks for one. */
  EXTERNAL = 'external',
  /** HTTP without TLS. */
  PLAINTEXT = 'plaintext',
  /** A workload of the mesh that calls a Service directly. */
  IN_MESH = 'in-mesh',
}

/** Who sends a request: with which certificate, or from where inside the mesh. */
export class Client {
  /** A client outside the mesh that uses TLS and has no certificate. */
  public static none(): Client {
    return new Client(ClientKind.EXTERNAL, 'no certificate');
  }

  /** A client outside the mesh that speaks HTTP without TLS. */
  public static plaintext(): Client {
    return new Client(ClientKind.PLAINTEXT, 'plain HTTP');
  }

  /**
   * A client whose certificate is taken for valid: it chains to the trust anchor of whichever gateway asks.
   *
   * The certificate carries the names of the identity and no others.
   * @param identity whom the certificate names
   */
  public static verified(identity: CertificateIdentity): Client {
    if (!(identity instanceof CertificateIdentity)) throw new Error(`a client is not made of ${typeName(identity)}: use \`CertificateIdentity.spiffe(…)\` or \`.subject(…)\``);
    const certificate = {
      uris: identity.spiffeId === undefined ? [] : [identity.spiffeId.uri],
      dnsNames: [],
      otherNames: [],
      subject: identity.subjectName?.envoySubject ?? '',
      issuer: identity.issuerName?.envoySubject ?? '',
    };
    return new Client(ClientKind.EXTERNAL, `certificate ${identity.toString()}`, certificate);
  }

  /**
   * A client whose certificate carries these names and is taken for valid.
   * @param names what stands in the certificate
   */
  public static certificate(names: ClientCertificateNames): Client {
    const certificate = {
      uris: [...names.uris ?? []],
      dnsNames: [...names.dnsNames ?? []],
      otherNames: [],
      subject: names.subject?.envoySubject ?? '',
      issuer: names.issuer?.envoySubject ?? '',
    };
    const shown = [certificate.subject, ...certificate.uris, ...certificate.dnsNames].filter((name) => name !== '').join(', ');
    return new Client(ClientKind.EXTERNAL, `certificate ${shown === '' ? 'without names' : shown}`, certificate);
  }

  /**
   * A client whose certificate carries these names and chains to no trust anchor: of a CA that nobody here trusts, or self-signed.
   * @param names what stands in the certificate
   */
  public static untrusted(names: ClientCertificateNames = {}): Client {
    const trusted = Client.certificate(names);
    return new Client(ClientKind.EXTERNAL, `untrusted ${trusted.text}`, { ...trusted.peerCertificate!, foreign: true });
  }

  /**
   * As `certificate`, with names as Envoy prints them.
   * @internal
   */
  public static _printed(names: Pick<PeerCertificate, 'subject' | 'issuer' | 'uris' | 'dnsNames'>): Client {
    const shown = [names.subject, ...names.uris, ...names.dnsNames].filter((name) => name !== '').join(', ');
    return new Client(ClientKind.EXTERNAL, `certificate ${shown === '' ? 'without names' : shown}`, { ...names, otherNames: [] });
  }

  /**
   * As `inMesh`, with any URI.
   * @internal
   */
  public static _inMeshUri(uri: string): Client {
    return new Client(ClientKind.IN_MESH, `in-mesh ${uri.replace(/^spiffe:\/\//, '')}`, undefined, uri);
  }

  /**
   * A client with this certificate, which is verified for real: signatures, dates, usages and revocation, against the anchors among the manifests.
   * @param chain the leaf in PEM, and the intermediates that the client sends behind it
   */
  public static fromPem(chain: string): Client {
    const all = CertificateChain.fromPem(chain)._certificates();
    const { alternativeNames } = all[0].extensions;
    const certificate = {
      uris: alternativeNames.uris,
      dnsNames: alternativeNames.dnsNames,
      otherNames: [...alternativeNames.ipAddresses, ...alternativeNames.emailAddresses],
      subject: DistinguishedName._ofName(all[0].subject).envoySubject,
      issuer: DistinguishedName._ofName(all[0].issuer).envoySubject,
      chain: all,
    };
    return new Client(ClientKind.EXTERNAL, `certificate ${certificate.subject || certificate.uris.join(', ') || 'without names'}`, certificate);
  }

  /**
   * A workload of the mesh with a sidecar, which calls a Service directly and past the gateway.
   * @param identity its SPIFFE ID, e.g. of a service account
   */
  public static inMesh(identity: SpiffeId): Client {
    if (!(identity instanceof SpiffeId)) throw new Error(`a client in the mesh is not made of ${typeName(identity)}: use \`SpiffeId.ofWorkload(…)\``);
    return new Client(ClientKind.IN_MESH, `in-mesh ${identity.principal}`, undefined, identity.uri);
  }

  /** A pod without sidecar, which calls a Service directly and in plain text. */
  public static inMeshPlaintext(): Client {
    return new Client(ClientKind.IN_MESH, 'in-mesh plain text');
  }

  /** What the client brings to the connection. */
  public readonly kind: ClientKind;

  private constructor(
    kind: ClientKind,
    private readonly text: string,
    private readonly peerCertificate?: PeerCertificate,
    private readonly meshIdentity?: string,
  ) {
    this.kind = kind;
  }

  /** The client in words. */
  public toString(): string {
    return this.text;
  }

  /** @internal */
  public _certificate(): PeerCertificate | undefined {
    return this.peerCertificate;
  }

  /** @internal */
  public _meshIdentity(): string | undefined {
    return this.meshIdentity;
  }
}

function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

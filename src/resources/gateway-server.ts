/** The protocol of a Gateway port. */
export enum GatewayProtocol {
  /** Plain HTTP/1.1. */
  HTTP = 'HTTP',
  /** Plain HTTP/2. */
  HTTP2 = 'HTTP2',
  /** Plain gRPC. */
  GRPC = 'GRPC',
  /** HTTP over TLS that the gateway terminates, or passes through. */
  HTTPS = 'HTTPS',
  /** TLS whose content is not HTTP, or is not looked into. */
  TLS = 'TLS',
  /** Plain TCP. */
  TCP = 'TCP',
}

/** What a Gateway server does with TLS, and what it asks of the client. */
export enum TlsMode {
  /** TLS is not terminated here. */
  PASSTHROUGH = 'PASSTHROUGH',
  /** Only the server shows a certificate. */
  SIMPLE = 'SIMPLE',
  /** The client has to show a certificate of the trust anchor: without one the handshake fails. */
  MUTUAL = 'MUTUAL',
  /** Like `PASSTHROUGH`, with the destination taken from the server name. */
  AUTO_PASSTHROUGH = 'AUTO_PASSTHROUGH',
  /** Mutual TLS with the mesh's own certificates: for clients inside the mesh. */
  ISTIO_MUTUAL = 'ISTIO_MUTUAL',
  /** A client certificate is verified if there is one; clients without one get in. */
  OPTIONAL_MUTUAL = 'OPTIONAL_MUTUAL',
}

/** A version of TLS that a server accepts. */
export enum TlsVersion {
  /** TLS 1.2 (RFC 5246). */
  TLS_1_2 = 'TLSV1_2',
  /** TLS 1.3 (RFC 8446). */
  TLS_1_3 = 'TLSV1_3',
}

/** TLS settings of one server (Istio `ServerTLSSettings`). */
export interface GatewayTls {
  /** What is asked of the client. Never left out: Istio reads a missing mode as `PASSTHROUGH`. */
  readonly mode: TlsMode;
  /**
   * The Secret with certificate and key, in the namespace of the gateway's pods.
   * @default - files, or none
   */
  readonly credentialName?: string;
  /**
   * One or two Secrets, for an RSA and an ECDSA certificate of the same hosts.
   * @default - `credentialName`
   */
  readonly credentialNames?: string[];
  /**
   * Where the trust anchor is: a Secret whose name ends in `-cacert`, or `configmap://<namespace>/<name>`. Istio 1.28 or newer.
   * @default - the Secret `<credentialName>-cacert`, and without it the CA inside the credential's own Secret
   */
  readonly caCertCredentialName?: string;
  /**
   * Path of the certificate in the gateway's pods.
   * @default - a Secret is used
   */
  readonly serverCertificate?: string;
  /**
   * Path of the private key in the gateway's pods.
   * @default - a Secret is used
   */
  readonly privateKey?: string;
  /**
   * Path of the trust anchor in the gateway's pods.
   * @default - a Secret is used
   */
  readonly caCertificates?: string;
  /**
   * Path of the revocation lists in the gateway's pods; with Secrets they stand in the trust anchor's Secret instead.
   * @default - nothing is revoked
   */
  readonly caCrl?: string;
  /**
   * Subject alternative names of which the client's certificate must have one.
   * @default - any
   */
  readonly subjectAltNames?: string[];
  /**
   * The oldest version of TLS.
   * @default TlsVersion.TLS_1_2
   */
  readonly minimumVersion?: TlsVersion;
  /**
   * The newest version of TLS.
   * @default - the newest that Envoy knows
   */
  readonly maximumVersion?: TlsVersion;
  /**
   * Cipher suites for TLS 1.2, in OpenSSL's spelling.
   * @default - Envoy's
   */
  readonly cipherSuites?: string[];
}

/** One server of a Gateway: a port, its hosts, and how TLS is done there. */
export interface GatewayServer {
  /** Hosts, wildcards, or `<namespace>/<host>` to admit the routes of that namespace only (`.`: the Gateway's own). */
  readonly hosts: string[];
  /** The Service port. */
  readonly port: number;
  /** What is spoken there. */
  readonly protocol: GatewayProtocol;
  /**
   * The name of the port, unique in the Gateway.
   * @default - from protocol, port and first host, e.g. `https-443-app-example-com`
   */
  readonly name?: string;
  /**
   * TLS settings: needed for `HTTPS` and `TLS`, impossible for the others.
   * @default - none
   */
  readonly tls?: GatewayTls;
  /**
   * Answers every plain HTTP request with a redirect to HTTPS.
   * @default false
   */
  readonly httpsRedirect?: boolean;
}

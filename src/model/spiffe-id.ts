const SCHEME = 'spiffe://';
const MAX_URI = 2048;
const MAX_TRUST_DOMAIN = 255;
// RFC 1123 label and subdomain, as Kubernetes requires of these names.
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SERVICE_ACCOUNT = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const EXPECTED = 'expected `spiffe://<trust domain>[/<path>]`';

/** A workload whose SPIFFE ID is wanted. */
export interface SpiffeWorkload {
  /**
   * Trust domain of the mesh.
   *
   * @default - `cluster.local`, Istio's default
   */
  readonly trustDomain?: string;
  /** Namespace of the workload. */
  readonly namespace: string;
  /** Service account that the workload runs under. */
  readonly serviceAccount: string;
}

/**
 * A SPIFFE ID, e.g. `spiffe://partner.example/billing`: the identity in the URI SAN of a certificate.
 *
 * Held to the SPIFFE-ID standard: trust domain in lower case (letters, digits, `.`, `-`, `_`; at most 255 bytes), path segments of letters, digits,
 * `.`, `-`, `_`, neither empty nor `.` or `..`, at most 2048 bytes in all. No port, user, query, fragment or percent-encoding.
 */
export class SpiffeId {
  /**
   * Reads a SPIFFE ID.
   *
   * @param uri the whole URI, with `spiffe://`
   */
  public static parse(uri: string): SpiffeId {
    if (typeof uri !== 'string') {
      throw new Error(`invalid SPIFFE ID of type ${uri === null ? 'null' : typeof uri}: ${EXPECTED}`);
    }
    if (uri.length > MAX_URI) {
      throw new Error(`invalid SPIFFE ID \`${uri.slice(0, 60)}…\` of ${uri.length} characters: at most ${MAX_URI} are allowed`);
    }
    const refuse = (cure: string) => new Error(`invalid SPIFFE ID \`${uri}\`: ${cure}`);
    if (!uri.startsWith(SCHEME)) {
      throw refuse(cureForScheme(uri));
    }
    const [trustDomain, ...segments] = uri.slice(SCHEME.length).split('/');
    const problem = problemOfWhole(uri) ?? problemOfTrustDomain(trustDomain) ?? problemOfPath(segments);
    if (problem !== undefined) {
      throw refuse(problem);
    }
    return new SpiffeId(trustDomain, segments.map((segment) => `/${segment}`).join(''));
  }

  /**
   * Makes the SPIFFE ID that Istio gives to a workload: `spiffe://<trust domain>/ns/<namespace>/sa/<service account>`.
   *
   * @param workload where it runs and under which account
   */
  public static ofWorkload(workload: SpiffeWorkload): SpiffeId {
    if (typeof workload !== 'object' || workload === null) {
      throw new Error('a SPIFFE ID of a workload needs `namespace` and `serviceAccount`');
    }
    const { trustDomain = 'cluster.local', namespace, serviceAccount } = workload;
    if (typeof trustDomain !== 'string' || trustDomain.includes('/')) {
      throw new Error(`invalid trust domain \`${trustDomain}\`: expected a name such as \`cluster.local\``);
    }
    if (!NAMESPACE.test(namespace ?? '')) {
      throw new Error(`invalid namespace \`${namespace}\`: expected a name such as \`default\` (at most 63 lower-case letters, digits and \`-\`)`);
    }
    if (!SERVICE_ACCOUNT.test(serviceAccount ?? '')) {
      throw new Error(`invalid service account \`${serviceAccount}\`: expected a name such as \`default\` (at most 253 lower-case letters, digits, \`-\` and \`.\`)`);
    }
    return SpiffeId.parse(`${SCHEME}${trustDomain}/ns/${namespace}/sa/${serviceAccount}`);
  }

  /** The trust domain, e.g. `partner.example`. */
  public readonly trustDomain: string;

  /** The path with its leading slash, e.g. `/billing`, or the empty text. */
  public readonly path: string;

  private constructor(trustDomain: string, path: string) {
    this.trustDomain = trustDomain;
    this.path = path;
  }

  /** The whole URI, e.g. `spiffe://partner.example/billing`. */
  public get uri(): string {
    return `${SCHEME}${this.principal}`;
  }

  /** What Istio's AuthorizationPolicy compares in `principals`: the URI without `spiffe://`. */
  public get principal(): string {
    return `${this.trustDomain}${this.path}`;
  }

  /**
   * Whether both are the same identity.
   *
   * @param other the SPIFFE ID to compare with
   */
  public isSameAs(other: SpiffeId): boolean {
    return this.uri === other.uri;
  }

  /** The whole URI. */
  public toString(): string {
    return this.uri;
  }
}

function cureForScheme(uri: string): string {
  if (uri.toLowerCase().startsWith(SCHEME)) {
    return `the scheme is lower case; write \`${SCHEME}${uri.slice(SCHEME.length)}\``;
  }
  if (/^[a-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(uri)) {
    return `this is a principal, as Istio writes it; a SPIFFE ID has the scheme: \`${SCHEME}${uri}\``;
  }
  return EXPECTED;
}

function problemOfWhole(uri: string): string | undefined {
  const part = /[?#%@]/.exec(uri)?.[0];
  if (part !== undefined) {
    return `\`${part}\` is not allowed; a SPIFFE ID has no user, query, fragment or percent-encoding`;
  }
  return undefined;
}

function problemOfTrustDomain(trustDomain: string): string | undefined {
  if (trustDomain === '') {
    return `the trust domain is missing; ${EXPECTED}`;
  }
  if (/:\d*$/.test(trustDomain)) {
    return `a trust domain has no port; write \`${trustDomain.replace(/:\d*$/, '')}\``;
  }
  if (/[A-Z]/.test(trustDomain) && /^[A-Za-z0-9._-]+$/.test(trustDomain)) {
    return `a trust domain is lower case; write \`${trustDomain.toLowerCase()}\``;
  }
  if (!/^[a-z0-9._-]+$/.test(trustDomain)) {
    return 'a trust domain has only lower-case letters, digits, `.`, `-` and `_`';
  }
  if (trustDomain.length > MAX_TRUST_DOMAIN) {
    return `its trust domain has ${trustDomain.length} characters, but at most ${MAX_TRUST_DOMAIN} are allowed`;
  }
  return undefined;
}

function problemOfPath(segments: readonly string[]): string | undefined {
  if (segments.at(-1) === '') {
    return 'leave out the slash at the end';
  }
  if (segments.includes('')) {
    return 'an empty path segment (`//`) is not allowed';
  }
  if (segments.includes('.') || segments.includes('..')) {
    return 'the path segments `.` and `..` are not allowed';
  }
  if (!segments.every((segment) => /^[A-Za-z0-9._-]+$/.test(segment))) {
    return 'a path segment has only letters, digits, `.`, `-` and `_`';
  }
  return undefined;
}

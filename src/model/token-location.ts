import { isIdentityHeader } from './identity-header-names';

const TOKEN = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;

/**
 * Where requests carry their token. Locations that are given replace Istio's defaults, among them the query parameter `access_token`.
 */
export class TokenLocation {
  /** The header `Authorization: Bearer <token>` (RFC 6750 section 2.1). */
  public static authorizationHeader(): TokenLocation {
    return new TokenLocation('header', 'Authorization', 'Bearer ');
  }

  /**
   * Another header, with a text in front of the token or without.
   *
   * The way out where the same workload gets other things in `Authorization`: a RequestAuthentication has no hosts, so it judges every such request of the workload.
   */
  public static header(name: string, prefix?: string): TokenLocation {
    checkedName('header', name);
    if (isIdentityHeader(name)) throw new Error(`invalid header \`${name}\` for tokens: expected another one, this tells the client certificate`);
    // eslint-disable-next-line no-control-regex
    if (prefix !== undefined && (typeof prefix !== 'string' || prefix === '' || /[\u0000-\u001f\u007f]/.test(prefix))) {
      throw new Error(`invalid token prefix ${JSON.stringify(prefix)}: expected a text such as \`Bearer \``);
    }
    if (name.toLowerCase() === 'authorization' && prefix === undefined) throw new Error('header `Authorization` without prefix: expected `TokenLocation.authorizationHeader()`, or the prefix that clients send');
    return new TokenLocation('header', name, prefix);
  }

  /** A cookie. Browsers send it by themselves: the application must guard against forged cross-site requests. */
  public static cookie(name: string): TokenLocation {
    return new TokenLocation('cookie', checkedName('cookie', name));
  }

  /** A query parameter. Addresses end up in logs and histories (RFC 6750 section 5.3), so prefer a header. */
  public static queryParameter(name: string): TokenLocation {
    return new TokenLocation('query', checkedName('query parameter', name));
  }

  private constructor(private readonly kind: 'header' | 'cookie' | 'query', private readonly name: string, private readonly prefix?: string) {}

  /**
   * The header in the words of the CRD; undefined for other locations.
   * @internal
   */
  public get _header(): { readonly name: string; readonly prefix?: string } | undefined {
    return this.kind === 'header' ? { name: this.name, ...(this.prefix === undefined ? {} : { prefix: this.prefix }) } : undefined;
  }

  /** @internal */
  public get _cookie(): string | undefined {
    return this.kind === 'cookie' ? this.name : undefined;
  }

  /** @internal */
  public get _queryParameter(): string | undefined {
    return this.kind === 'query' ? this.name : undefined;
  }

  /** The location in words. */
  public toString(): string {
    return `${this.kind} ${this.name}${this.prefix === undefined ? '' : ` with prefix ${JSON.stringify(this.prefix)}`}`;
  }
}

function checkedName(what: string, name: string): string {
  if (typeof name !== 'string' || !TOKEN.test(name)) throw new Error(`invalid ${what} name \`${String(name)}\`: expected the characters of RFC 9110 section 5.6.2`);
  return name;
}

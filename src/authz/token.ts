/** What an asserted token says. */
export interface TokenClaims {
  /** Who issued it: the claim `iss`. */
  readonly issuer: string;
  /**
   * Whom it is about: the claim `sub`.
   * @default - no such claim, which no request principal matches
   */
  readonly subject?: string;
  /**
   * Whom it is for: the claim `aud`.
   * @default - no such claim
   */
  readonly audiences?: string[];
  /**
   * Further claims, as in the JSON of the token.
   * @default - none
   */
  readonly claims?: { [name: string]: any };
}

/** A token that a request carries. */
export class Token {
  /**
   * A token as text, which is verified for real: issuer, audience, dates and signature.
   * @param compact the three parts with dots between
   */
  public static of(compact: string): Token {
    if (typeof compact !== 'string' || compact === '') throw new Error(`a token is ${compact === '' ? 'empty' : `of type ${typeof compact}`}: expected the compact form \`header.payload.signature\``);
    return new Token(compact, false);
  }

  /**
   * A token with these claims whose signature is taken for valid.
   *
   * Issuer and audiences are still compared with what the RequestAuthentication wants.
   * @param claims what the token says
   */
  public static verified(claims: TokenClaims): Token {
    if (typeof claims?.issuer !== 'string') throw new Error('a verified token has no `issuer`: expected the text of the claim `iss`');
    const payload = {
      ...claims.claims,
      iss: claims.issuer,
      ...(claims.subject === undefined ? {} : { sub: claims.subject }),
      ...(claims.audiences === undefined ? {} : { aud: claims.audiences }),
    };
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return new Token(`${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(payload)}.${encode('asserted')}`, true, claims.issuer);
  }

  private constructor(private readonly compact: string, private readonly asserted: boolean, private readonly knownIssuer?: string) {}

  /** The compact form. That of an asserted token has no valid signature. */
  public get text(): string {
    return this.compact;
  }

  /** @internal */
  public _isAsserted(): boolean {
    return this.asserted;
  }

  /** @internal */
  public _issuer(): string | undefined {
    return this.knownIssuer;
  }
}

import { checkedJwt } from './api-rule-jwt';
import type { ApiRuleJwtOptions } from './api-rule-jwt';
import type * as kyma from '../../imports/gateway.kyma-project.io';

/** External authorization of a rule. */
export interface ApiRuleExtAuthOptions {
  /** Names of `envoyExtAuthzHttp` extension providers of the mesh configuration; each of them has to consent. */
  readonly authorizers: string[];
  /**
   * Tokens that a request needs besides.
   * @default - none
   */
  readonly restrictions?: ApiRuleJwtOptions;
}

type Handler = Pick<kyma.ApiRuleSpecRules, 'noAuth' | 'jwt' | 'extAuth'>;

/**
 * Who may use the paths of an `ApiRule`.
 *
 * None of the three asks for a client certificate: that comes from the gateway alone, and any other APIRule on the same Service opens another way in.
 */
export class ApiRuleAccess {
  /** Everybody who reaches the gateway. Behind a mutual-TLS gateway that is every client with a certificate of its trust anchor. */
  public static noAuth(): ApiRuleAccess {
    return new ApiRuleAccess({ noAuth: true });
  }

  /**
   * Holders of a valid token.
   *
   * The check of tokens covers the whole workload: an invalid Bearer token answers 401 on its `noAuth` paths and other hosts too.
   */
  public static jwt(options: ApiRuleJwtOptions): ApiRuleAccess {
    return new ApiRuleAccess({ jwt: checkedJwt('jwt', options) });
  }

  /** Those to whom the external authorizers consent. In-mesh callers are asked for too, and then refused by Kyma's own policy. */
  public static extAuth(options: ApiRuleExtAuthOptions): ApiRuleAccess {
    const authorizers = options?.authorizers;
    if (!Array.isArray(authorizers) || authorizers.length === 0) throw new Error(`invalid \`authorizers\` \`${String(authorizers)}\`: expected at least one extension provider of the mesh configuration`);
    for (const name of authorizers) {
      if (typeof name !== 'string' || !/^[!-~]+$/.test(name)) throw new Error(`invalid authorizer \`${String(name)}\`: expected the name of an extension provider of the mesh configuration`);
    }
    const restrictions = options.restrictions === undefined ? {} : { restrictions: checkedJwt('extAuth restrictions', options.restrictions) };
    return new ApiRuleAccess({ extAuth: { authorizers: [...authorizers], ...restrictions } });
  }

  private readonly text: string;

  private constructor(handler: Handler) {
    this.text = JSON.stringify(handler);
  }

  /** Whether everybody who reaches the gateway gets in. */
  public get isOpen(): boolean {
    return this._handler().noAuth === true;
  }

  /** The kind of access: `noAuth`, `jwt` or `extAuth`. */
  public toString(): string {
    return Object.keys(this._handler())[0];
  }

  /** @internal */
  public _handler(): Handler {
    return JSON.parse(this.text);
  }

  /**
   * The accepted issuers.
   * @internal
   */
  public _authentications(): kyma.ApiRuleSpecRulesJwtAuthentications[] {
    return tokensOf(this._handler())?.authentications ?? [];
  }

  /**
   * Whether whoever gets in here would also get in there.
   * @internal
   */
  public _demandsAllOf(other: ApiRuleAccess): boolean {
    const [mine, theirs] = [this._handler(), other._handler()];
    return subset(theirs.extAuth?.authorizers ?? [], mine.extAuth?.authorizers ?? []) && demandsAllOf(tokensOf(mine), tokensOf(theirs));
  }
}

function tokensOf({ jwt, extAuth }: Handler): kyma.ApiRuleSpecRulesJwt | undefined {
  return jwt ?? extAuth?.restrictions;
}

function demandsAllOf(mine: kyma.ApiRuleSpecRulesJwt | undefined, theirs: kyma.ApiRuleSpecRulesJwt | undefined): boolean {
  if (!theirs) return true;
  if (!mine) return false;
  const issuers = (tokens: kyma.ApiRuleSpecRulesJwt) => tokens.authentications!.map((entry) => JSON.stringify(entry));
  if (!subset(issuers(mine), issuers(theirs))) return false;
  if (!theirs.authorizations) return true;
  return mine.authorizations?.every((entry) => theirs.authorizations!.some((wanted) =>
    subset(wanted.requiredScopes ?? [], entry.requiredScopes ?? []) && subset(wanted.audiences ?? [], entry.audiences ?? []))) ?? false;
}

function subset(some: string[], all: string[]): boolean {
  return some.every((entry) => all.includes(entry));
}

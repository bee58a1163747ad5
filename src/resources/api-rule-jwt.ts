import type * as kyma from '../../imports/gateway.kyma-project.io';

/** A header that carries a token. */
export interface ApiRuleTokenHeader {
  /** The header's name. */
  readonly name: string;
  /**
   * The text in front of the token, with its space.
   * @default - none
   */
  readonly prefix?: string;
}

/** An issuer whose tokens are accepted. */
export interface ApiRuleJwtAuthentication {
  /** The issuer exactly as the tokens spell it in `iss`, with or without the slash at the end. */
  readonly issuer: string;
  /** Where its public keys are: an absolute `https://` address, or `http://` of a Service inside the cluster. */
  readonly jwksUri: string;
  /**
   * The header that carries the token. Kyma takes one place for each issuer.
   * @default - `Authorization: Bearer`, and the query parameter `access_token`
   */
  readonly fromHeader?: ApiRuleTokenHeader;
  /**
   * The query parameter that carries the token. It ends up in access logs: prefer a header.
   * @default - `Authorization: Bearer`, and the query parameter `access_token`
   */
  readonly fromParam?: string;
}

/** What a token must carry besides; all of it. */
export interface ApiRuleJwtAuthorization {
  /**
   * Scopes that the token must have, all of them, in one of the claims `scp`, `scope` and `scopes`.
   * @default - none
   */
  readonly requiredScopes?: string[];
  /**
   * Audiences that the token must have, all of them.
   * @default - none
   */
  readonly audiences?: string[];
}

/** Tokens that a rule demands. */
export interface ApiRuleJwtOptions {
  /** The accepted issuers. A token needs a `sub` claim too (Istio's request principal is `iss/sub`). */
  readonly authentications: ApiRuleJwtAuthentication[];
  /**
   * What the token must carry; one of the entries must hold as a whole.
   * @default - any valid token of the issuers, whatever its audience
   */
  readonly authorizations?: ApiRuleJwtAuthorization[];
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** @internal */
export function checkedJwt(what: string, options: ApiRuleJwtOptions): kyma.ApiRuleSpecRulesJwt {
  if (!Array.isArray(options?.authentications) || options.authentications.length === 0) {
    throw new Error(`${what} has no authentications \`${String(options?.authentications)}\`: expected at least one issuer with its \`jwksUri\``);
  }
  const authentications = options.authentications.map((entry) => authentication(what, entry));
  requireOneSpelling(authentications);
  if (options.authorizations === undefined) return { authentications };
  const authorizations: unknown = options.authorizations;
  if (!Array.isArray(authorizations) || authorizations.length === 0) {
    throw new Error(`invalid \`authorizations\` \`${String(authorizations)}\` of ${what}: Kyma reads an empty list as no limit, leave the field out to mean that`);
  }
  return { authentications, authorizations: authorizations.map((entry) => authorization(what, entry)) };
}

/**
 * Refuses one issuer with two key addresses or token places: Kyma refuses it in one rule and renders two RequestAuthentications for two rules.
 * @internal
 */
export function requireOneSpelling(authentications: kyma.ApiRuleSpecRulesJwtAuthentications[]): void {
  const seen = new Map<string, string>();
  for (const entry of authentications) {
    const text = JSON.stringify(entry);
    const other = seen.get(entry.issuer) ?? text;
    if (other !== text) throw new Error(`issuer \`${entry.issuer}\` has two configurations: expected the same \`jwksUri\` and token place everywhere in the APIRule`);
    seen.set(entry.issuer, text);
  }
}

function authentication(what: string, entry: ApiRuleJwtAuthentication): kyma.ApiRuleSpecRulesJwtAuthentications {
  const { issuer, jwksUri, fromHeader, fromParam } = entry ?? {};
  if (typeof issuer !== 'string' || !/^[!-~]+$/.test(issuer)) throw new Error(`invalid issuer \`${String(issuer)}\` of ${what}: expected the token's \`iss\` without spaces, such as \`https://idp.example.com\``);
  if (issuer.includes('*')) throw new Error(`invalid issuer \`${issuer}\` of ${what}: expected no \`*\`, which policies read as a wildcard`);
  if (!isKeyAddress(jwksUri)) throw new Error(`invalid jwksUri \`${String(jwksUri)}\` of issuer \`${issuer}\`: expected an absolute \`https://\` address, or \`http://<service>.<namespace>.svc…\` inside the cluster`);
  if (fromHeader !== undefined && fromParam !== undefined) throw new Error(`issuer \`${issuer}\` has \`fromHeader\` and \`fromParam\`: Kyma takes one of them`);
  if (fromHeader !== undefined) return { issuer, jwksUri, fromHeaders: [tokenHeader(issuer, fromHeader)] };
  if (fromParam === undefined) return { issuer, jwksUri };
  if (typeof fromParam !== 'string' || !/^[A-Za-z0-9._~-]+$/.test(fromParam)) throw new Error(`invalid query parameter \`${String(fromParam)}\` of issuer \`${issuer}\`: expected letters, digits, \`.\`, \`_\`, \`~\` and \`-\``);
  return { issuer, jwksUri, fromParams: [fromParam] };
}

function tokenHeader(issuer: string, header: ApiRuleTokenHeader): kyma.ApiRuleSpecRulesJwtAuthenticationsFromHeaders {
  if (typeof header?.name !== 'string' || !TOKEN.test(header.name)) throw new Error(`invalid token header \`${String(header?.name)}\` of issuer \`${issuer}\`: expected a header name (RFC 9110 section 5.1)`);
  if (header.prefix === undefined) return { name: header.name };
  if (typeof header.prefix !== 'string' || !/^[ -~]+$/.test(header.prefix)) throw new Error(`invalid token prefix ${JSON.stringify(header.prefix)} of issuer \`${issuer}\`: expected printable text such as \`Bearer \``);
  return { name: header.name, prefix: header.prefix };
}

function authorization(what: string, entry: ApiRuleJwtAuthorization): kyma.ApiRuleSpecRulesJwtAuthorizations {
  const lists = Object.fromEntries((['requiredScopes', 'audiences'] as const).filter((field) => entry?.[field] !== undefined).map((field) => {
    const values: unknown = entry[field];
    if (!Array.isArray(values) || values.length === 0) throw new Error(`invalid \`${field}\` \`${String(values)}\` of ${what}: Kyma reads an empty list as no limit, give at least one value`);
    for (const value of values) {
      if (typeof value !== 'string' || !/^[ -~]+$/.test(value)) throw new Error(`invalid value ${JSON.stringify(value)} in \`${field}\` of ${what}: expected printable text`);
      if (value.includes('*')) throw new Error(`invalid value \`${value}\` in \`${field}\` of ${what}: expected no \`*\`, which policies read as a wildcard`);
    }
    return [field, [...new Set(values as string[])]];
  }));
  if (Object.keys(lists).length === 0) throw new Error(`empty authorization of ${what}: expected \`requiredScopes\` or \`audiences\`, because one entry without either admits every token`);
  return lists;
}

function isKeyAddress(address: unknown): boolean {
  if (typeof address !== 'string' || !/^[!-~]+$/.test(address) || !URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  // Keys fetched in plain text from outside could be replaced on the way, and with them every token.
  return protocol === 'https:' || (protocol === 'http:' && /^[a-z0-9-]+\.[a-z0-9-]+\.svc(\.[a-z0-9.-]+)?$/.test(hostname));
}

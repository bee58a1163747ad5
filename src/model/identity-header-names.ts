/** The headers in which a certificate-secured route tells the workload who the client is. */
const NAMES = ['X-CLIENT-SSL-CN', 'X-CLIENT-SSL-SAN', 'X-CLIENT-SSL-ISSUER'];

/**
 * Every spelling of the identity headers that applications may take for one of them, sorted: each mixture of `-` and `_`.
 *
 * CGI, WSGI, Rack and others fold `-` and `_`, so they would read `X_CLIENT_SSL-CN` of a client as `X-CLIENT-SSL-CN`. Letter case does not matter to HTTP.
 * @internal
 */
export const IDENTITY_HEADER_SPELLINGS: readonly string[] = NAMES.flatMap(spellings).sort();

/**
 * Whether a header name is an identity header in some spelling and letter case.
 * @internal
 */
export function isIdentityHeader(name: string): boolean {
  return NAMES.includes(name.toUpperCase().replace(/_/g, '-'));
}

function spellings(name: string): string[] {
  const [first, ...rest] = name.split('-');
  return rest.reduce((heads, word) => heads.flatMap((head) => [`${head}-${word}`, `${head}_${word}`]), [first]);
}

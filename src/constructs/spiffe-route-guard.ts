import type { HostPattern } from '../model/host-pattern';
import type { HttpMethod } from '../model/http-method';
import type { PathPattern } from '../model/path-pattern';
import type { SpiffeId } from '../model/spiffe-id';
import { StringMatch } from '../model/string-match';
import type { HttpMatch, HttpRoute } from '../resources/http-route';

const SLASH = '(/|%2f|%5c)';
const PARAMETERS = '((;|%3b)[^/]*)?';
/** What may stand between two segments: slashes, and empty segments with parameters of their own. */
const SEPARATOR = `(${SLASH}${PARAMETERS})`;
/** A path with a dot segment: the gateway has resolved those that it sees, so what is left hides behind an encoded slash (or the mesh resolves none). */
export const DOT_SEGMENTS = '(?i)(.*(/|%2f|%5c))?([.]|%2e){1,2}((;|%3b|/|%2f|%5c).*)?';

/** What a guarding route denies. */
export interface Guarded {
  readonly clients: SpiffeId[];
  readonly paths: PathPattern[];
  readonly methods?: HttpMethod[];
  /** Exact hosts; undefined for all that the route serves. */
  readonly hosts?: HostPattern[];
}

/**
 * A route that answers 403 itself to the given identities on the given paths, however the path is spelt, and on every path with a dot segment.
 *
 * The gateway writes `x-forwarded-client-cert` from the verified certificate before it routes (Istio's default, SANITIZE_SET).
 */
export function guardingRoute({ clients, paths, methods, hosts }: Guarded): HttpRoute {
  const uris = [...[...new Set(paths.map(guardingExpression))].sort(), DOT_SEGMENTS];
  const authority = hosts && { authority: StringMatch.regex(`(?i)(${hosts.map(({ text }) => escaped(text)).join('|')})(:[0-9]*)?`) };
  return {
    name: 'spiffe-deny',
    match: clients.flatMap((client) => uris.flatMap((uri) => (methods ?? [undefined]).map((method): HttpMatch => ({
      uri: StringMatch.regex(uri),
      headers: { 'x-forwarded-client-cert': StringMatch.regex(`.*;URI=${escaped(client.uri)}(;.*)?`) },
      ...(method && { method }),
      ...authority,
    })))),
    directResponse: { status: 403 },
  };
}

/** An RE2 expression for every spelling of a path that some server may take for it, with what is below it. */
export function guardingExpression(path: PathPattern): string {
  const [value] = path.allowValues();
  const isPrefix = !value.includes('{') && value.endsWith('*');
  const segments = (isPrefix ? value.slice(0, -1) : value).split('/').filter((segment, index, all) => segment !== '' || (isPrefix && index === all.length - 1));
  // Below the root is everything, so of the root itself only the parameters are spellings.
  if (segments.length === 0) return `(?i)${SLASH}*((;|%3b).*)?`;
  const words = segments.map((segment) => (segment === '{**}' ? '.*' : segment === '{*}' ? '[^/]+' : spelling(segment)));
  const end = isPrefix ? '.*' : '((;|%3b|/|%2f|%5c).*)?';
  return `(?i)${SEPARATOR}*${words.join(`${PARAMETERS}${SEPARATOR}+`)}${end}`;
}

function spelling(segment: string): string {
  return segment.replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9]/g, (text) => {
    if (text.startsWith('%')) return text;
    return `(${escaped(text)}|%${text.charCodeAt(0).toString(16)})`;
  });
}

function escaped(text: string): string {
  return text.replace(/[.+*?()|$[\]]/g, (special) => (/[[\]]/.test(special) ? `\\${special}` : `[${special}]`));
}

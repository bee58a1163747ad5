import { AccessRequest, ClientKind, HttpVersion } from '../authz';
import { EvaluatedMesh, withToken } from '../authz/evaluation';
import { HttpMessage } from '../authz/http-message';
import { normalized } from '../authz/proxy-arrival';
import { inLine, readRequest } from '../authz/request-line';
import { explore } from '../mesh/choices';
import { RouteMatch } from '../mesh/virtual-service';

const NEUTRAL_HOST = 'a.invalid';

/** A part of a request, read with everything else left plain: the message, or the status that the codec answers with, 0 where it ends the connection. */
export type Part = { readonly message: HttpMessage } | { readonly refused: number };

/** The request with the host of an absolute target put where hosts stand. */
export function canonical(request: AccessRequest): { readonly host: string; readonly path: string } {
  if (request.httpVersion === HttpVersion.HTTP_2) return { host: request.host, path: request.path };
  const path = inLine(request.path);
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/is.exec(path);
  if (absolute === null) return { host: request.host, path };
  return { host: absolute[1], path: absolute[2].startsWith('/') ? absolute[2] : `/${absolute[2]}` };
}

/** Path and query of a request. The target `*` goes with one method only. Behind trusted proxies the scheme of a target need not be that of the connection. */
export function pathPart(request: AccessRequest, behindProxies = false): Part {
  const given = { client: request.client, host: NEUTRAL_HOST, path: request.path, method: request.path === '*' ? request.method : 'GET', httpVersion: request.httpVersion };
  const part = read(given);
  return behindProxies && 'refused' in part && part.refused === 403 ? read({ ...given, path: inLine(request.path).replace(/^https:/i, 'http:') }) : part;
}

/** The method of a request. */
export function methodPart(request: AccessRequest): Part {
  return read({ client: request.client, host: NEUTRAL_HOST, path: '/', method: request.method, httpVersion: request.httpVersion });
}

/** The host of a request. */
export function hostPart(request: AccessRequest): Part {
  return read({ client: request.client, host: canonical(request).host, path: '/', httpVersion: request.httpVersion });
}

/** The header lines of a request. */
export function headerPart({ client, headers, repeatedHeaders, httpVersion }: AccessRequest): Part {
  return read({ client, host: NEUTRAL_HOST, path: '/', headers, repeatedHeaders, httpVersion });
}

/** What the client brings to identify itself: headers and a token, wherever it stands. */
export function credentialPart({ view }: EvaluatedMesh, request: AccessRequest): Part {
  const { client, headers, repeatedHeaders, httpVersion, token } = request;
  const given = canonical(request);
  const question = given.path.indexOf('?');
  const query = question < 0 ? '' : given.path.slice(question).split('#')[0];
  const host = 'refused' in hostPart(request) ? NEUTRAL_HOST : given.host;
  for (const path of [`/${query}`, '/']) {
    const part = read({ client, host, path, headers, repeatedHeaders, httpVersion });
    if ('message' in part) return { message: withToken(view, part.message, { ...request, token }) };
    if (path === '/') return part;
  }
  return { refused: 400 };
}

function read(request: AccessRequest): Part {
  const found = readRequest(request, request.client.kind === ClientKind.EXTERNAL);
  return 'malformed' in found ? { refused: found.status ?? 0 } : { message: found };
}

/** The message with its path as a proxy rewrites it, for each answer to open facts; undefined where it answers 400. */
export function normalizations({ view }: EvaluatedMesh, message: HttpMessage): (HttpMessage | undefined)[] {
  return explore((choices) => normalized(message, view.settings, choices), 4).runs.map(({ value }) => value);
}

const PSEUDO: Record<string, 'method' | 'host'> = { ':method': 'method', ':authority': 'host', 'host': 'host' };
const EMPTY: Pick<RouteMatch, 'uri' | 'method' | 'authority' | 'scheme' | 'headers' | 'withoutHeaders' | 'queryParams'> = {
  uri: undefined, method: undefined, authority: undefined, scheme: undefined, headers: [], withoutHeaders: [], queryParams: [],
};

/** What a route asks of one part of a request. */
export function matchOf(match: RouteMatch, part: 'credentials' | 'path' | 'method' | 'host'): RouteMatch {
  const own = ({ name }: { readonly name: string }) => (PSEUDO[name.toLowerCase()] ?? 'credentials') === part;
  const [headers, withoutHeaders] = [match.headers.filter(own), match.withoutHeaders.filter(own)];
  return {
    ...match,
    ...EMPTY,
    headers,
    withoutHeaders,
    ...(part === 'path' ? { uri: match.uri, queryParams: match.queryParams } : {}),
    ...(part === 'method' ? { method: match.method } : {}),
    ...(part === 'host' ? { authority: match.authority } : {}),
    // Behind trusted proxies a header line tells the scheme.
    ...(part === 'credentials' ? { scheme: match.scheme } : {}),
  };
}

import { HttpVersion, AccessRequest } from './access-request';
import { ClientKind } from './client';
import { HeaderLines } from './header-lines';
import { HttpMessage } from './http-message';

/** Envoy reads at most so much of request line and headers. */
const MAX_HEAD = 60 * 1024;

/** A request that the codec refuses, and how. */
export interface Malformed {
  readonly malformed: string;
  /** Undefined where the connection ends without an answer. */
  readonly status?: number;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'COPY', 'LOCK', 'MKCOL', 'MOVE', 'PROPFIND', 'PROPPATCH', 'SEARCH', 'UNLOCK', 'BIND', 'REBIND',
  'UNBIND', 'ACL', 'REPORT', 'MKACTIVITY', 'CHECKOUT', 'MERGE', 'M-SEARCH', 'NOTIFY', 'SUBSCRIBE', 'UNSUBSCRIBE', 'MKCALENDAR', 'LINK', 'UNLINK', 'PURGE', 'SOURCE']);
const AUTHORITY = /^[A-Za-z0-9\-._~!$&'()*+,;=:@%[\]]*$/;
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** The request as it is sent, where no proxy reads it. */
export function sentRequest({ host, path, method, headers, repeatedHeaders }: AccessRequest): HttpMessage {
  const question = path.indexOf('?');
  const [whole, query] = question < 0 ? [path, ''] : [path.slice(0, question), path.slice(question)];
  return { method: method ?? 'GET', authority: host, path: whole, query, scheme: 'http', headers: new HeaderLines(linesOf(headers, repeatedHeaders)) };
}

/** The request as the codec of the first proxy reads it, or why it answers 400. At the edge, where clients from outside are, it is stricter. */
export function readRequest(request: AccessRequest, secure: boolean, edge = request.client.kind !== ClientKind.IN_MESH): HttpMessage | Malformed {
  const method = request.method ?? 'GET';
  if (headLength(request) > MAX_HEAD) return { malformed: 'its head is longer than 60 KiB', status: 431 };
  const http2 = request.httpVersion === HttpVersion.HTTP_2;
  if (!METHODS.has(method) && !http2) return { status: 400, malformed: `method \`${method}\` is unknown to HTTP/1.1` };
  const headers = readHeaders(request);
  if ('malformed' in headers) return headers;
  const { authority, rest } = http2 ? { authority: request.host, rest: request.path } : target(request.host, inLine(request.path));
  if (!AUTHORITY.test(authority)) return { status: 400, malformed: `host \`${authority}\` has characters that no host has` };
  // HTTP/2 has no answer for what is no request: the stream is reset or the connection ends.
  if (authority === '' && http2) return { malformed: 'the host is empty' };
  if (http2 && !rest.startsWith('/') && (rest !== '*' || method !== 'OPTIONS')) return { malformed: 'the path does not begin with `/`' };
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f]/.test(rest)) return { status: 400, malformed: 'the path has spaces or control characters' };
  const bytes = Buffer.from(rest, 'utf8').toString('latin1');
  if (!http2 && /[\u0080-\u00ff]/.test(bytes)) return { status: 400, malformed: 'the path has bytes outside ASCII, which HTTP/1.1 does not carry' };
  if (!secure && edge && /^https:\/\//i.test(inLine(request.path))) {
    return { status: 403, malformed: 'its target is of HTTPS, on a connection in plain text' };
  }
  if (rest === '*' && method !== 'OPTIONS') return { status: 400, malformed: 'the target `*` is for OPTIONS' };
  // The connection manager answers before any filter (Envoy `conn_manager_impl.cc`, absolute_path_rejected).
  if (rest === '*') return { status: 404, malformed: 'the target `*` is of no path' };
  if (!rest.startsWith('/')) return { status: 400, malformed: 'the path does not begin with `/`' };
  const [whole] = bytes.split('#');
  const question = whole.indexOf('?');
  return {
    method,
    authority,
    path: question < 0 ? whole : whole.slice(0, question),
    query: question < 0 ? '' : whole.slice(question),
    scheme: secure ? 'https' : 'http',
    headers: headers.lines,
  };
}

/** Why the next proxy refuses a request that came over HTTP/2 and is passed on over HTTP/1.1, which carries less. */
export function passedOnProblem({ method, path, query }: HttpMessage): Malformed | undefined {
  if (!METHODS.has(method)) return { status: 400, malformed: `method \`${method}\` is unknown to HTTP/1.1, over which it is passed on` };
  return /[\u0080-\u00ff]/.test(path + query) ? { status: 400, malformed: 'the path has bytes outside ASCII, which HTTP/1.1 does not carry' } : undefined;
}

/** The target of a request line of HTTP/1.1: Envoy's parser (Balsa) passes over runs of spaces and tabs around it. */
export function inLine(path: string): string {
  return path.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** An absolute target brings its own host, which replaces the header. */
function target(host: string, path: string): { authority: string; rest: string } {
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/is.exec(path);
  if (absolute === null) return { authority: host, rest: path };
  return { authority: absolute[1], rest: absolute[2].startsWith('/') ? absolute[2] : `/${absolute[2]}` };
}

function readHeaders({ headers, repeatedHeaders }: AccessRequest): { readonly lines: HeaderLines } | Malformed {
  const lines = linesOf(headers, repeatedHeaders);
  for (const [name, value] of lines) {
    if (name === 'host') return { status: 400, malformed: 'the header `host` is given beside `host` of the request' };
    if (!HEADER_NAME.test(name)) return { status: 400, malformed: `header name \`${name}\`` };
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) return { status: 400, malformed: `the value of header \`${name}\`` };
  }
  return { lines: new HeaderLines(lines.map(([name, value]) => [name, value.replace(/^[ \t]+|[ \t]+$/g, '')])) };
}

function linesOf(headers: AccessRequest['headers'], repeated: AccessRequest['repeatedHeaders']): [string, string][] {
  const lines = (name: string, values: readonly string[]) => values.map((value): [string, string] => [name, value]);
  const several = Object.entries(repeated ?? {}).flatMap(([name, values]) => lines(name, Array.isArray(values) ? values : [values]));
  return [...Object.entries(headers ?? {}), ...several].map(([name, value]) => [name.toLowerCase(), String(value)]);
}

function headLength({ host, path, headers, repeatedHeaders }: AccessRequest): number {
  return linesOf(headers, repeatedHeaders).reduce((sum, [name, value]) => sum + name.length + value.length + 4, host.length + path.length);
}

import { AccessRequest, ClientKind } from '../authz';

/** Variables of the shell that stand for what no manifest shows. */
const GATEWAY = '"$GATEWAY"';

/** Paths that curl sends as they stand in a URL: no fragment, no braces and brackets, nothing that it would encode. */
const PLAIN_PATH = /^\/[A-Za-z0-9/._~;:@%?=&+!$,-]*$/;

/**
 * A request as a command line: `$GATEWAY` stands for the address of the gateway, `$TOKEN` for the token, `client.pem` and `client.key` for the certificate.
 *
 * It sends method, path, Host, server name and header lines byte for byte. A caller in the mesh is shown as it is run inside a pod.
 */
export function curlOf(request: AccessRequest): string {
  const { client, host, method = 'GET', path, token } = request;
  const targetOf = { [ClientKind.IN_MESH]: meshTarget, [ClientKind.EXTERNAL]: secureTarget, [ClientKind.PLAINTEXT]: plainTarget }[client.kind];
  const { authority, url, options } = targetOf(request);
  const inUrl = PLAIN_PATH.test(path);
  return [
    'curl',
    '--path-as-is',
    ...(method === 'GET' ? [] : method === 'HEAD' ? ['--head'] : ['-X', quoted(method)]),
    ...(client._certificate() === undefined ? [] : ['--cert', 'client.pem', '--key', 'client.key']),
    ...(token === undefined ? [] : ['-H', '"Authorization: Bearer $TOKEN"']),
    ...headerOptions(request),
    ...(inUrl ? [] : ['--request-target', quoted(path)]),
    ...(authority === host ? [] : ['-H', quoted(`Host: ${host}`)]),
    ...options,
    url(inUrl ? path : '/'),
  ].join(' ');
}

/** A text as one word of a shell. Control characters are written as escapes that bash knows. */
export function quoted(text: string): string {
  if (/^[A-Za-z0-9_./:=@,+-]+$/.test(text)) return text;
  // eslint-disable-next-line no-control-regex
  if (!/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(text)) return `'${text.replace(/'/g, "'\\''")}'`;
  const escaped = text.replace(/[\\']/g, '\\$&').replace(/[^\u0020-\u007e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `$'${escaped}'`;
}

/** What curl talks to: the authority that it sends when it is not told another Host, and the URL with a path. */
interface Target {
  readonly authority?: string;
  readonly options: readonly string[];
  readonly url: (path: string) => string;
}

function secureTarget({ host, sni, port = 443 }: AccessRequest): Target {
  const server = sni ?? host.replace(/:\d+$/, '');
  const authority = `${server}${portOf(port, 443)}`;
  // Without a server name curl has to be given an address: it sends none for these, and has no name to verify.
  if (server === '') return { options: ['-k'], url: (path) => `https://${GATEWAY}${portOf(port, 443)}${quoted(path)}` };
  return { authority, options: ['--connect-to', `${quoted(`${server}:${port}:`)}${GATEWAY}:${port}`], url: (path) => quoted(`https://${authority}${path}`) };
}

function plainTarget({ port = 80 }: AccessRequest): Target {
  return { options: [], url: (path) => `http://${GATEWAY}${portOf(port, 80)}${quoted(path)}` };
}

function meshTarget({ service, host, port = 80 }: AccessRequest): Target {
  const [namespace, name] = service?.split('/') ?? [];
  const authority = `${service === undefined ? host : `${name}.${namespace}`}${portOf(port, 80)}`;
  return { authority, options: [], url: (path) => quoted(`http://${authority}${path}`) };
}

function portOf(port: number, usual: number): string {
  return port === usual ? '' : `:${port}`;
}

function headerOptions({ headers, repeatedHeaders }: AccessRequest): string[] {
  const repeated = Object.entries(repeatedHeaders ?? {}).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
  const lines = [...Object.entries(headers ?? {}), ...repeated];
  // curl sends a header without value only when a semicolon ends it.
  return lines.flatMap(([name, value]) => ['-H', quoted(value === '' ? `${name};` : `${name}: ${value}`)]);
}

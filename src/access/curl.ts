import { AccessRequest, ClientKind } from '../authz';

/** Variables of the shell that stand for what no manifest shows. */
const GATEWAY = '"$GATEWAY"';

/**
 * A request as a command line: `$GATEWAY` stands for the address of the gateway, `$TOKEN` for the token, `client.pem` and `client.key` for the certificate.
 *
 * A caller in the mesh is shown as it is run inside a pod.
 */
export function curlOf(request: AccessRequest): string {
  const { client, method = 'GET', path, token } = request;
  const inMesh = client.kind === ClientKind.IN_MESH;
  const secure = client.kind === ClientKind.EXTERNAL;
  const options = [
    '--path-as-is',
    ...(method === 'GET' ? [] : method === 'HEAD' ? ['--head'] : ['-X', quoted(method)]),
    ...(client._certificate() === undefined ? [] : ['--cert', 'client.pem', '--key', 'client.key']),
    ...(token === undefined ? [] : ['-H', '"Authorization: Bearer $TOKEN"']),
    ...headerOptions(request),
  ];
  const target = path === '*' ? ['--request-target', quoted('*')] : [];
  const where = inMesh ? meshTarget(request) : secure ? secureTarget(request) : [`-H ${quoted(`Host: ${request.host}`)}`, `http://${GATEWAY}${portOf(request, 80)}${quotedPath(path)}`];
  return ['curl', ...options, ...target, ...where].join(' ');
}

/** A text as one word of a shell. Control characters are written as escapes that bash knows. */
export function quoted(text: string): string {
  if (/^[A-Za-z0-9_./:=@,+-]+$/.test(text)) return text;
  // eslint-disable-next-line no-control-regex
  if (!/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(text)) return `'${text.replace(/'/g, "'\\''")}'`;
  const escaped = text.replace(/[\\']/g, '\\$&').replace(/[^\u0020-\u007e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `$'${escaped}'`;
}

function secureTarget({ host, sni, port = 443, path }: AccessRequest): string[] {
  const name = host.replace(/:\d+$/, '');
  const server = sni ?? name;
  // Without a server name curl has to be given an address: it sends none for these.
  if (server === '') return ['-k', `-H ${quoted(`Host: ${host}`)}`, `https://${GATEWAY}${port === 443 ? '' : `:${port}`}${quotedPath(path)}`];
  return [
    ...(server === host ? [] : [`-H ${quoted(`Host: ${host}`)}`]),
    '--connect-to', `${quoted(`${server}:${port}:`)}${GATEWAY}:${port}`,
    quoted(`https://${server}${port === 443 ? '' : `:${port}`}${path === '*' ? '/' : path}`),
  ];
}

function meshTarget({ service, host, port, path }: AccessRequest): string[] {
  const [namespace, name] = service?.split('/') ?? [];
  const target = service === undefined ? host : `${name}.${namespace}`;
  const url = quoted(`http://${target}${port === undefined || port === 80 ? '' : `:${port}`}${path === '*' ? '/' : path}`);
  return target === host ? [url] : [`-H ${quoted(`Host: ${host}`)}`, url];
}

function portOf({ port }: AccessRequest, usual: number): string {
  return port === undefined || port === usual ? '' : `:${port}`;
}

function quotedPath(path: string): string {
  return path === '*' ? '/' : quoted(path);
}

function headerOptions({ headers, repeatedHeaders }: AccessRequest): string[] {
  const repeated = Object.entries(repeatedHeaders ?? {}).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
  const lines = [...Object.entries(headers ?? {}), ...repeated];
  // curl sends a header without value only when a semicolon ends it.
  return lines.flatMap(([name, value]) => ['-H', quoted(value === '' ? `${name};` : `${name}: ${value}`)]);
}

import { Attempt } from './attempt';
import { withoutPort } from '../authz/http-message';

/** A shell command that sends an attempt, byte for byte; `$GATEWAY` is the address of the gateway, `$TOKEN` the token. */
export function curlOf(attempt: Attempt): string {
  const { door, caller, method, headers, path } = attempt;
  const { authority, connect } = door === undefined ? insideAddress(attempt) : outsideAddress(attempt);
  const scheme = door?.secure === true ? 'https' : 'http';
  const plain = /^\/[A-Za-z0-9/._~;%-]*$/.test(path);
  return [
    'curl',
    ...(scheme === 'https' ? ['--insecure'] : []),
    '--path-as-is',
    ...(method === 'GET' ? [] : method === 'HEAD' ? ['--head'] : ['--request', quoted(method)]),
    ...(connect === undefined ? [] : ['--connect-to', connect]),
    ...(caller.certificate || caller.foreign === true ? ['--cert client.pem --key client.key'] : []),
    ...(hostLine(attempt, authority) ? ['--header', quoted(`Host: ${attempt.host}`)] : []),
    ...headers.flatMap(([name, value]) => ['--header', quoted(`${name}: ${value}`)]),
    ...(caller.token === undefined ? [] : ['--header "Authorization: Bearer $TOKEN"']),
    ...(plain ? [] : ['--request-target', quoted(path)]),
    authority.startsWith('"') ? `"${scheme}://${authority.slice(1)}${plain ? quoted(path) : '/'}` : quoted(`${scheme}://${authority}${plain ? path : '/'}`),
  ].join(' ');
}

/** What stands behind the names of a command: certificate, token, or from where it is sent. */
export function curlNotes({ caller, door, service }: Attempt): string[] {
  return [
    ...(door === undefined ? [`sent from ${caller.text.split(' with ')[0]}, to Service ${service}`] : []),
    ...(caller.certificate || caller.foreign === true ? [`client.pem: ${caller.text.split(', a token')[0]}`] : []),
    ...(caller.token === undefined ? [] : [`$TOKEN: ${caller.text.replace(/^.*?(a token)/, '$1')}`]),
  ];
}

/** A word of a POSIX shell that stands for exactly this text. */
export function quoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}

/** The URL names what the handshake asks for; without a server name it has the address itself. */
function outsideAddress({ door, host }: Attempt): { readonly authority: string; readonly connect?: string } {
  const { secure, sni, port } = door!;
  const usual = (secure ? 443 : 80) === port;
  const name = secure ? sni : withoutPort(host).replace(/\.$/, '').toLowerCase();
  if (name === '') return { authority: usual ? '"$GATEWAY"' : `"$GATEWAY:${port}"` };
  return { authority: usual ? name : `${name}:${port}`, connect: `${quoted(`${name}:${port}:`)}"$GATEWAY"${quoted(`:${port}`)}` };
}

function insideAddress({ service, port }: Attempt): { readonly authority: string; readonly connect?: string } {
  const [namespace, name] = service!.split('/');
  return { authority: `${name}.${namespace}.svc.cluster.local:${port}` };
}

/** curl writes the authority of the URL, but the port where it is the usual one. */
function hostLine({ host }: Attempt, authority: string): boolean {
  return authority !== host;
}

import { Command } from 'commander';
import { reportDecision } from './report';
import { AccessRequest, Client, HttpVersion, Mesh, Token } from '../../authz';
import { DistinguishedName } from '../../model/distinguished-name';
import { formatMoment } from '../../model/moment';
import { SpiffeId } from '../../model/spiffe-id';
import { decisionJson } from '../decision-json';
import { Stop, stopping } from '../exit-status';
import { addFactOptions, addMeshOptions, MANIFESTS, meshOptionsOf, MeshCommandOptions } from '../manifests/mesh-options';
import { readManifests } from '../manifests/read-manifests';
import { collect, spiffeOf, subjectOf } from '../options';
import { readPemText } from '../pki/pem-file';
import { asText, readText } from '../read-file';
import { clientOf } from '../request/client';
import { assertedToken, tokenOf } from '../request/token';
import { isUrl, parseUrl } from '../request/url';
import { Run } from '../run';

interface ExplainOptions extends MeshCommandOptions {
  readonly cert?: string | false;
  readonly subject?: DistinguishedName;
  readonly issuer?: DistinguishedName;
  readonly spiffe?: SpiffeId;
  readonly uri?: string[];
  readonly dns?: string[];
  readonly inMesh?: string;
  readonly inMeshPlaintext?: boolean;
  readonly plaintext?: boolean;
  readonly token?: string;
  readonly claims?: string;
  readonly request?: string;
  readonly header?: string[];
  readonly sni?: string;
  readonly port?: number;
  readonly service?: string;
  readonly gateway?: string;
  readonly clientIp?: string;
  readonly http2?: boolean;
}

const EXAMPLES = `
Examples:
  explain dist/ --cert alice.pem https://api.example.com/orders
  explain dist/ --subject /O=Example/CN=alice -X POST -H 'X-Tenant: a' https://api.example.com/orders
  kubectl get gw,vs,authorizationpolicy,svc,deploy -A -o yaml | explain - --in-mesh shop/web http://orders.shop:8080/`;

/** Adds `explain`. */
export function addExplain(program: Command, run: Run): void {
  const command = program.command('explain')
    .description('follow one request through the mesh of some manifests, and say what becomes of it and why')
    .argument('<manifest-or-url...>', `${MANIFESTS}; and the URL of the request`)
    .option('--cert <file>', 'client certificate in PEM with its intermediates, verified against the anchors among the manifests')
    .option('--no-cert', 'no client certificate (default)')
    .option('--subject <name>', 'subject of a certificate that is taken for valid, as `/O=Example/CN=alice` or as `CN=alice,O=Example`', subjectOf)
    .option('--issuer <name>', 'issuer of it', subjectOf)
    .option('--spiffe <id>', 'SPIFFE ID in it', spiffeOf)
    .option('--uri <uri>', 'another URI in it; may be repeated', collect)
    .option('--dns <name>', 'DNS name in it; may be repeated', collect)
    .option('--in-mesh <caller>', 'a pod with a sidecar that calls the Service directly: `namespace/service account` or a SPIFFE ID')
    .option('--in-mesh-plaintext', 'a pod without a sidecar that does')
    .option('--plaintext', 'no TLS, whatever the URL says')
    .option('--token <file>', 'file with a JSON Web Token, whose signature is verified; `-` is standard input')
    .option('--claims <json>', 'claims of a token that is taken for signed, e.g. `{"iss":"https://idp.example.com","sub":"alice"}`')
    .option('-X, --request <method>', 'method (default: GET)')
    .option('-H, --header <line>', 'header, `Name: value`; may be repeated', collect)
    .option('--sni <name>', 'server name in the handshake; the empty text sends none (default: the host)')
    .option('--port <number>', 'port that is connected to (default: that of the URL)', portOf)
    .option('--service <name>', 'called Service, `namespace/name`, of a caller in the mesh (default: that of the host)')
    .option('--gateway <name>', 'gateway, `namespace/name` (default: the one that serves the host)')
    .option('--client-ip <address>', 'address of the client, as the gateway sees it')
    .option('--http2', 'HTTP/2 instead of HTTP/1.1')
    .addHelpText('after', EXAMPLES);
  addMeshOptions(addFactOptions(command)).action((arguments_: string[], options: ExplainOptions) => explain(arguments_, options, run));
}

function explain(arguments_: readonly string[], options: ExplainOptions, { terminal }: Run): void {
  const [url, ...more] = arguments_.filter(isUrl);
  const files = arguments_.filter((argument) => !isUrl(argument));
  if (url === undefined || more.length > 0) throw Stop.wrongUse(`${url === undefined ? 'no' : 'more than one'} URL: give one, e.g. \`https://api.example.com/orders\``);
  if (files.length === 0) throw Stop.wrongUse('no manifests: give files, a directory, or `-` for standard input');
  if (options.token === '-' && files.includes('-')) throw Stop.wrongUse('standard input (`-`) can be read once only');
  const { documents } = readManifests(files, terminal);
  const mesh = stopping(Stop.unreadable, () => Mesh.fromManifests(documents, meshOptionsOf(options)));
  const token = tokenFrom(options, terminal.readInput);
  const at = options.at ?? terminal.now();
  const request = stopping(Stop.wrongUse, () => ({ ...requestFrom(url, options, mesh.trustDomain), token, at: at.toISOString() }));
  const decision = stopping(Stop.wrongUse, () => mesh.evaluate(request));
  // A token is a secret for as long as it is valid.
  const hidden = (text: string) => token === undefined ? text : text.split(token.text).join('(token)');
  if (options.format === 'json') {
    const answer = { url, client: request.client.toString(), at: formatMoment(at), ...decisionJson(decision), refused: mesh.refused };
    terminal.write(`${hidden(JSON.stringify(answer, undefined, 2))}\n`);
  } else {
    reportDecision({ ...terminal, write: (text) => terminal.write(hidden(text)) }, decision, mesh.refused);
  }
}

function requestFrom(url: string, options: ExplainOptions, trustDomain: string): AccessRequest {
  const { secure, host, port, path } = parseUrl(url);
  const { cert, spiffe, uri = [], dns, plaintext = false } = options;
  const certificate = typeof cert === 'string' ? certificateClient(cert) : undefined;
  const uris = [...spiffe === undefined ? [] : [spiffe.uri], ...uri];
  const client = clientOf({ ...options, certificate, uris, dnsNames: dns }, secure && !plaintext, trustDomain);
  return {
    client,
    host,
    path,
    sni: options.sni,
    port: options.port ?? port ?? (secure && plaintext ? 443 : undefined),
    method: options.request,
    repeatedHeaders: headersOf(options.header ?? []),
    service: options.service,
    gateway: options.gateway,
    clientIp: options.clientIp,
    httpVersion: options.http2 === true ? HttpVersion.HTTP_2 : undefined,
  };
}

function certificateClient(file: string): Client {
  const pem = readPemText(file, 'client certificate');
  return stopping((message) => Stop.unreadable(`client certificate \`${file}\`: ${message}`), () => Client.fromPem(pem));
}

function tokenFrom({ token, claims }: ExplainOptions, readInput: () => Buffer): Token | undefined {
  if (token !== undefined && claims !== undefined) throw Stop.wrongUse('--token and --claims exclude each other: a request has one token');
  if (claims !== undefined) return stopping((message) => Stop.wrongUse(`--claims: ${message}`), () => assertedToken(parsedClaims(claims)));
  if (token === undefined) return undefined;
  const text = token === '-' ? asText(readInput(), 'standard input') : readText(token, 'token');
  return stopping((message) => Stop.unreadable(`token \`${token}\`: ${message}`), () => tokenOf(text));
}

function parsedClaims(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('no valid JSON: expected an object such as `{"iss":"https://idp.example.com","sub":"alice"}`');
  }
}

function headersOf(lines: readonly string[]): { [name: string]: string[] } {
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (name === '') throw new Error(`invalid header \`${line}\`: expected \`Name: value\``);
    headers.set(name, [...headers.get(name) ?? [], line.slice(colon + 1).trim()]);
  }
  return Object.fromEntries(headers);
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65535) throw Stop.wrongUse(`invalid port \`${text}\`: expected a number from 1 to 65535`);
  return port;
}

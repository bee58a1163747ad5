import { isIP } from 'node:net';
import { at, entries, field, list, number, text, texts, Value } from './value';

const PROTOCOLS = new Set(['TCP', 'UDP', 'GRPC', 'GRPC-WEB', 'HTTP', 'HTTP_PROXY', 'HTTP2', 'HTTPS', 'TLS', 'MONGO', 'REDIS', 'MYSQL']);
const HTTP = new Set(['HTTP', 'HTTP2', 'HTTP_PROXY', 'GRPC', 'GRPC-WEB']);
const CERTIFICATES = ['serverCertificate', 'privateKey', 'caCertificates', 'credentialName', 'credentialNames', 'tlsCertificates'];

/** Why the API server or Istio's webhook refuses a Gateway, in words; undefined where it does not (istio `pkg/config/validation`). */
export function gatewayRefusal(spec: Value, name: string): string | undefined {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return `\`metadata.name\` \`${name}\` is no DNS label`;
  const servers = list(field(spec, 'servers'));
  if (servers.length === 0) return '`spec.servers` is empty';
  for (const [index, server] of servers.entries()) {
    const problem = serverProblem(server, `spec.servers[${index}]`);
    if (problem !== undefined) return problem;
  }
  const names = new Set<string | undefined>();
  for (const [index, server] of servers.entries()) {
    const portName = text(at(server, 'port', 'name'));
    if (names.has(portName)) return `\`spec.servers[${index}].port.name\` is \`${portName!}\`, as that of another server`;
    names.add(portName);
  }
  return undefined;
}

function serverProblem(server: Value, path: string): string | undefined {
  const hosts = texts(field(server, 'hosts'));
  if (hosts.length === 0) return `\`${path}.hosts\` is empty`;
  const bad = hosts.findIndex((host) => !isServerHost(host));
  if (bad >= 0) return `\`${path}.hosts[${bad}]\` is \`${hosts[bad]}\``;
  return portProblem(field(server, 'port'), text(field(server, 'bind')) ?? '', path) ?? protocolProblem(server, path);
}

function portProblem(port: Value, bind: string, path: string): string | undefined {
  const value = number(field(port, 'number'));
  const socket = bind.startsWith('unix://');
  if (socket && value !== undefined && value !== 0) return `\`${path}.port.number\` is not 0, as a Unix socket demands`;
  if (!socket && (value === undefined || value < 1 || value > 65535)) return `\`${path}.port.number\` is no port`;
  if (!text(field(port, 'name'))) return `\`${path}.port.name\` is missing`;
  const protocol = text(field(port, 'protocol')) ?? '';
  if (!PROTOCOLS.has(protocol.toUpperCase())) return `\`${path}.port.protocol\` is ${protocol === '' ? 'missing' : `\`${protocol}\``}`;
  if (field(port, 'targetPort')) return `\`${path}.port.targetPort\` is not supported`;
  return bind !== '' && !socket && isIP(bind) === 0 ? `\`${path}.bind\` is no IP address` : undefined;
}

function protocolProblem(server: Value, path: string): string | undefined {
  const protocol = text(at(server, 'port', 'protocol'))!.toUpperCase();
  const tls = field(server, 'tls') ?? undefined;
  const secure = protocol === 'HTTPS' || protocol === 'TLS';
  if (tls === undefined) return secure ? `\`${path}.tls\` is missing for protocol ${protocol}` : undefined;
  const mode = text(field(tls, 'mode')) ?? 'PASSTHROUGH';
  const passThrough = mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH';
  const files = ['caCertificates', 'privateKey', 'serverCertificate'].some((key) => has(tls, key));
  if (!secure && (!HTTP.has(protocol) || !passThrough || files)) return `\`${path}.tls\` is not for protocol ${protocol}${HTTP.has(protocol) ? ', but for `httpsRedirect`' : ''}`;
  return tlsProblem(tls, mode, path);
}

function tlsProblem(tls: Value, mode: string, path: string): string | undefined {
  const given = (key: string) => has(tls, key);
  const present = (key: string) => (field(tls, key) ?? undefined) !== undefined;
  const certificates = list(field(tls, 'tlsCertificates'));
  if (mode === 'ISTIO_MUTUAL') return CERTIFICATES.some(given) ? `\`${path}.tls\` has certificates, which ISTIO_MUTUAL forbids` : undefined;
  const ways = [given('serverCertificate') && given('privateKey'), present('credentialName'), present('credentialNames'), present('tlsCertificates')].filter(Boolean).length;
  if (ways > 1) return `\`${path}.tls\` names its server certificate in more than one way`;
  const wrong = ['credentialNames', 'tlsCertificates'].find((key) => present(key) && (list(field(tls, key)).length < 1 || list(field(tls, key)).length > 2));
  if (wrong !== undefined) return `\`${path}.tls.${wrong}\` does not have one or two entries`;
  const remote = given('credentialName') || given('credentialNames');
  if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') return given('caCrl') && given('credentialName') ? `\`${path}.tls.caCrl\` is not for \`credentialName\`` : undefined;
  if (remote) return undefined;
  const pairs = certificates.length > 0 ? certificates : [tls];
  if (pairs.some((pair) => !has(pair, 'serverCertificate') || !has(pair, 'privateKey'))) return `\`${path}.tls\` names no server certificate${certificates.length > 0 ? ' and key in one of `tlsCertificates`' : ''}`;
  if (mode !== 'SIMPLE' && !given('caCertificates')) return `\`${path}.tls.caCertificates\` is missing for ${mode}`;
  return mode === 'SIMPLE' && given('caCrl') ? `\`${path}.tls.caCrl\` is not for SIMPLE` : undefined;
}

function has(tls: Value, key: string): boolean {
  return Boolean(text(field(tls, key))) || list(field(tls, key)).length > 0;
}

function isServerHost(entry: string): boolean {
  const parts = entry.split('/');
  if (parts.length > 2 || parts.includes('')) return false;
  const host = parts[parts.length - 1];
  if (host === '*' || isIP(host) !== 0) return true;
  return host.includes('.') && /^(\*\.)?([a-z0-9_]([-a-z0-9_]*[a-z0-9_])?\.)*[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?\.?$/i.test(host) && !/\.\d+\.?$/.test(host);
}

/** Fields of a Gateway that versions before do not know. */
export function tooNewInGateway(spec: Value, minor: number): string | undefined {
  if (minor >= 31) return undefined;
  const index = list(field(spec, 'servers')).findIndex((server) => entries(field(server, 'tls')).some(([key]) => key === 'insecureSkipVerify'));
  return index < 0 ? undefined : `unknown field \`spec.servers[${index}].tls.insecureSkipVerify\` before Istio 1.31`;
}

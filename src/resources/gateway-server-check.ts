import { GatewayProtocol, GatewayServer, GatewayTls, TlsMode, TlsVersion } from './gateway-server';
import { parseServerHost, ServerHost } from './server-host';
import { checkedPort } from '../model/ingress-gateway';

/** A server whose values have been checked, with its hosts read. */
export interface CheckedServer extends GatewayServer {
  readonly parsedHosts: ServerHost[];
  readonly name: string;
}

const VERIFYING = [TlsMode.MUTUAL, TlsMode.OPTIONAL_MUTUAL];
const TERMINATING = [TlsMode.SIMPLE, ...VERIFYING];
const NO_MATERIAL = ['mode', 'minimumVersion', 'maximumVersion', 'cipherSuites'];
const SECRET_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * Checks one server and returns a copy of it.
 *
 * Refuses what Istio's webhook accepts and Envoy then drops, rejects, or serves without asking for a certificate.
 */
export function checkedServer(server: GatewayServer): CheckedServer {
  if (typeof server !== 'object' || server === null) throw new Error(`invalid gateway server \`${String(server)}\`: expected hosts, port and protocol`);
  const parsedHosts = checkedHosts(server.hosts);
  const port = checkedPort(server.port);
  const protocol = oneOf('protocol', server.protocol, GatewayProtocol);
  const encrypted = protocol === GatewayProtocol.HTTPS || protocol === GatewayProtocol.TLS;
  if (encrypted && !server.tls) throw new Error(`server for \`${parsedHosts[0].text}\` with protocol \`${protocol}\` has no \`tls\`: give at least its mode`);
  if (!encrypted && server.tls) throw new Error(`server for \`${parsedHosts[0].text}\` with protocol \`${protocol}\` has \`tls\`: expected protocol \`HTTPS\` or \`TLS\``);
  if (server.httpsRedirect && protocol !== GatewayProtocol.HTTP) throw new Error(`\`httpsRedirect\` with protocol \`${protocol}\`: expected protocol \`HTTP\``);
  if (server.name !== undefined && (typeof server.name !== 'string' || !/^[A-Za-z0-9]([-A-Za-z0-9]{0,253}[A-Za-z0-9])?$/.test(server.name))) {
    throw new Error(`invalid port name \`${String(server.name)}\`: expected letters, digits and inner \`-\`; Istio splits names at dots`);
  }
  return {
    ...server,
    hosts: parsedHosts.map(({ text }) => text),
    parsedHosts,
    port,
    name: server.name ?? derivedName(protocol, port, parsedHosts),
    tls: server.tls && checkedTls(server.tls),
  };
}

/** A Secret's name as `credentialName`: in the namespace of the gateway's pods, whatever namespace a prefix would say. */
export function checkedCredentialName(name: string): string {
  if (typeof name === 'string' && name.includes('://')) {
    throw new Error(`invalid credential name \`${name}\`: expected the name of a Secret in the namespace of the gateway's pods, without a scheme`);
  }
  if (typeof name === 'string' && name.includes('/')) {
    throw new Error(`invalid credential name \`${name}\`: expected the Secret's name alone, Istio reads it in the namespace of the gateway's pods only`);
  }
  if (typeof name !== 'string' || !SECRET_NAME.test(name) || name.includes('..')) {
    throw new Error(`invalid credential name \`${String(name)}\`: expected at most 253 lower-case letters, digits, \`-\` and \`.\``);
  }
  if (name.endsWith('-cacert')) {
    throw new Error(`invalid credential name \`${name}\`: expected a name without the ending \`-cacert\`, by which Istio tells trust anchors from server certificates`);
  }
  return name;
}

function checkedHosts(hosts: string[]): ServerHost[] {
  if (!Array.isArray(hosts) || hosts.length === 0) throw new Error('gateway server has no hosts `[]`: name the hosts that it serves');
  const parsed = hosts.map(parseServerHost).sort((a, b) => (a.text < b.text ? -1 : 1));
  for (const [index, { text, pattern, binding }] of parsed.entries()) {
    const other = parsed.find((host, at) => at > index && host.pattern.text === pattern.text);
    if (other && other.text === text) throw new Error(`host \`${text}\` stands twice in one server: leave one out`);
    // Istio de-duplicates `a/h` and `b/h` in one server, but `h` beside them admits all namespaces after all.
    if (other && [binding, other.binding].includes('*')) {
      throw new Error(`hosts \`${text}\` and \`${other.text}\` stand in one server: the one without a namespace admits the routes of all, leave one out`);
    }
  }
  return parsed;
}

function derivedName(protocol: GatewayProtocol, port: number, hosts: ServerHost[]): string {
  // Istio splits the names of its route tables at dots.
  const host = hosts.map(({ pattern }) => pattern.text).sort()[0].replace(/^\*/, 'wildcard').replaceAll('.', '-');
  return `${protocol.toLowerCase()}-${port}-${host}`;
}

function checkedTls(tls: GatewayTls): GatewayTls {
  const mode = oneOf('TLS mode', tls.mode, TlsMode);
  for (const version of [tls.minimumVersion, tls.maximumVersion]) if (version !== undefined) oneOf('TLS version', version, TlsVersion);
  if (tls.minimumVersion === TlsVersion.TLS_1_3 && tls.maximumVersion === TlsVersion.TLS_1_2) {
    throw new Error('minimum TLS version `TLSV1_3` is above the maximum `TLSV1_2`: no client could connect');
  }
  const material = Object.keys(tls).filter((key) => tls[key as keyof GatewayTls] !== undefined && !NO_MATERIAL.includes(key));
  if (!TERMINATING.includes(mode)) {
    if (mode !== TlsMode.ISTIO_MUTUAL && material.length > 0) throw new Error(`\`${material[0]}\` with TLS mode \`${mode}\`: the mode reads no certificates`);
    const other = material.find((key) => key !== 'subjectAltNames');
    if (other) throw new Error(`\`${other}\` with TLS mode \`ISTIO_MUTUAL\`: the mode uses the mesh's own certificates`);
    return { ...tls, mode };
  }
  checkSource(tls);
  if (VERIFYING.includes(mode)) {
    checkAnchor(tls);
  } else {
    const verifying = (['caCertCredentialName', 'caCertificates', 'caCrl', 'subjectAltNames'] as const).find((key) => tls[key] !== undefined);
    if (verifying) throw new Error(`\`${verifying}\` with TLS mode \`SIMPLE\`: no client certificate is asked for, expected \`MUTUAL\``);
  }
  if (mode === TlsMode.OPTIONAL_MUTUAL && tls.subjectAltNames) {
    throw new Error('`subjectAltNames` with TLS mode `OPTIONAL_MUTUAL`: Envoy then demands a certificate after all, say `MUTUAL`');
  }
  // Lists are copied as they are given: a change of the caller's list afterwards is none of the server.
  return Object.fromEntries(Object.entries(tls).map(([key, value]) => [key, Array.isArray(value) ? [...value] : value])) as unknown as GatewayTls;
}

function checkSource(tls: GatewayTls): void {
  const files = tls.serverCertificate !== undefined || tls.privateKey !== undefined;
  const given = [tls.credentialName !== undefined && '`credentialName`', tls.credentialNames !== undefined && '`credentialNames`', files && 'files'].filter(Boolean);
  if (given.length !== 1) {
    throw new Error(`server certificate comes from ${given.length === 0 ? 'nowhere' : given.join(' and ')}: give one of \`credentialName\`, \`credentialNames\`, or \`serverCertificate\` with \`privateKey\``);
  }
  if (tls.credentialName !== undefined) checkedCredentialName(tls.credentialName);
  if (tls.credentialNames !== undefined) {
    if (tls.credentialNames.length < 1 || tls.credentialNames.length > 2) throw new Error(`\`credentialNames\` has ${tls.credentialNames.length} entries: expected one or two`);
    tls.credentialNames.forEach(checkedCredentialName);
  }
  if (!files) {
    const ignored = (['caCertificates', 'caCrl'] as const).find((key) => tls[key] !== undefined);
    if (ignored) throw new Error(`\`${ignored}\` beside a credential's Secret: Istio ignores the file, put it into the Secret of the trust anchor`);
    return;
  }
  if (tls.caCertCredentialName !== undefined) throw new Error('`caCertCredentialName` beside certificate files: expected `caCertificates`, a path');
  checkedPath('serverCertificate', tls.serverCertificate);
  checkedPath('privateKey', tls.privateKey);
  if (tls.caCrl !== undefined) checkedPath('caCrl', tls.caCrl);
}

function checkAnchor(tls: GatewayTls): void {
  if (tls.serverCertificate !== undefined) checkedPath('caCertificates', tls.caCertificates);
  const name = tls.caCertCredentialName;
  if (name === undefined) return;
  const configMap = /^configmap:\/\/[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)$/.exec(name);
  if (configMap && configMap[2].endsWith('-cacert')) {
    throw new Error(`invalid trust anchor \`${name}\`: expected a ConfigMap whose name does not end in \`-cacert\`, Istio cuts that off and looks for another one`);
  }
  if (!configMap && !(SECRET_NAME.test(name) && name.endsWith('-cacert'))) {
    throw new Error(`invalid trust anchor \`${name}\`: expected a Secret whose name ends in \`-cacert\`, or \`configmap://<namespace>/<name>\``);
  }
}

/** A path inside the gateway's pods. */
export function checkedPath(what: string, path: string | undefined): string {
  if (typeof path !== 'string' || !/^\/[!-~]+[^/]$/.test(path) || /\/\.{0,2}\//.test(path) || path.includes('~')) {
    throw new Error(`invalid \`${what}\` \`${String(path)}\`: expected the absolute path of a file in the gateway's pods`);
  }
  return path;
}

function oneOf<T extends string>(what: string, value: T, values: { [key: string]: T }): T {
  if (Object.values(values).includes(value)) return value;
  throw new Error(`invalid ${what} \`${String(value)}\`: expected one of ${Object.values(values).map((known) => `\`${known}\``).join(', ')}`);
}

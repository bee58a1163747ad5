import { KubeObject } from './kube-object';
import { at, field, list, number, text, textMap, texts, Value } from './value';

/** TLS settings of a Gateway server. */
export interface ServerTls {
  readonly mode: 'PASSTHROUGH' | 'AUTO_PASSTHROUGH' | 'SIMPLE' | 'MUTUAL' | 'OPTIONAL_MUTUAL' | 'ISTIO_MUTUAL';
  readonly httpsRedirect: boolean;
  readonly credentialNames: readonly string[];
  readonly caCertCredentialName?: string;
  readonly serverCertificate?: string;
  readonly privateKey?: string;
  readonly caCertificates?: string;
  readonly subjectAltNames: readonly string[];
  readonly spkiHashes: readonly string[];
  readonly certificateHashes: readonly string[];
  readonly insecureSkipVerify: boolean;
}

/** One server of a Gateway object. */
export interface GatewayServer {
  readonly gateway: GatewayObject;
  readonly port: number;
  readonly portName: string;
  /** As written, e.g. `HTTPS`. */
  readonly protocol: string;
  readonly bind: string;
  /** `h` or `ns/h`: what istiod makes of `./h` and `*`+`/h`. */
  readonly hosts: readonly string[];
  readonly tls?: ServerTls;
}

/** A Gateway object. */
export interface GatewayObject {
  readonly namespace: string;
  readonly name: string;
  readonly object: KubeObject;
  /** Undefined without any: then every gateway proxy serves it. */
  readonly selector: ReadonlyMap<string, string>;
  readonly servers: readonly GatewayServer[];
  /** What was taken for granted about it, for people; undefined where it is among the manifests. */
  readonly assumed?: string;
}

/** Reads the Gateway objects; those that the API server refuses are not among them. */
export function readGateway(object: KubeObject): GatewayObject {
  const servers: GatewayServer[] = [];
  const gateway = { namespace: object.namespace, name: object.name, object, selector: textMap(field(object.spec, 'selector')), servers };
  for (const server of list(field(object.spec, 'servers'))) servers.push(readServer(gateway, server));
  return gateway;
}

function readServer(gateway: GatewayObject, server: Value): GatewayServer {
  const tls = field(server, 'tls');
  return {
    gateway,
    port: number(at(server, 'port', 'number')) ?? 0,
    portName: text(at(server, 'port', 'name')) ?? '',
    protocol: text(at(server, 'port', 'protocol')) ?? '',
    bind: text(field(server, 'bind')) ?? '',
    hosts: namespacedHosts(texts(field(server, 'hosts')), gateway.namespace),
    tls: tls === undefined || tls === null ? undefined : readTls(tls),
  };
}

function readTls(tls: Value): ServerTls {
  const one = text(field(tls, 'credentialName'));
  return {
    mode: (text(field(tls, 'mode')) ?? 'PASSTHROUGH') as ServerTls['mode'],
    httpsRedirect: field(tls, 'httpsRedirect') === true,
    credentialNames: texts(field(tls, 'credentialNames')).length > 0 ? texts(field(tls, 'credentialNames')) : one ? [one] : [],
    caCertCredentialName: text(field(tls, 'caCertCredentialName')) || undefined,
    serverCertificate: text(field(tls, 'serverCertificate')) || undefined,
    privateKey: text(field(tls, 'privateKey')) || undefined,
    caCertificates: text(field(tls, 'caCertificates')) || undefined,
    subjectAltNames: texts(field(tls, 'subjectAltNames')),
    spkiHashes: texts(field(tls, 'verifyCertificateSpki')),
    certificateHashes: texts(field(tls, 'verifyCertificateHash')),
    insecureSkipVerify: field(tls, 'insecureSkipVerify') === true,
  };
}

// As istiod's sanitizeServerHostNamespace: `*/*` replaces the whole list, and the entries before it are lost.
function namespacedHosts(hosts: readonly string[], namespace: string): string[] {
  let found = [...hosts];
  hosts.forEach((host, index) => {
    const [admitted, name] = host.split('/');
    if (name === undefined) return;
    if (admitted === '.') found[index] = `${namespace}/${name}`;
    if (admitted === '*' && name === '*') found = ['*'];
    else if (admitted === '*') found[index] = name;
  });
  return found.filter((host) => host !== undefined);
}

/** Whether a protocol is plain HTTP in Istio's sense. */
export function isPlainHttp(protocol: string): boolean {
  return ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY'].includes(protocol.toUpperCase());
}

/** Whether TLS goes through the gateway unopened. */
export function isPassThrough(server: GatewayServer): boolean {
  return server.tls?.mode === 'PASSTHROUGH' || server.tls?.mode === 'AUTO_PASSTHROUGH';
}

/** How reasons name a server. */
export function describeServer(server: GatewayServer): string {
  const mode = server.tls?.httpsRedirect === true ? 'redirect to HTTPS' : isPlainHttp(server.protocol) ? 'plain HTTP' : server.tls?.mode ?? server.protocol;
  return `port ${server.port} (${mode}) of Gateway ${server.gateway.namespace}/${server.gateway.name}`;
}

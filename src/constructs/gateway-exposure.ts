import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import type { AnchorSource } from './anchor-source';
import type { ManifestTarget } from './credential-source';
import { gatewayName } from './gateway-name';
import { GatewayVolumes } from './gateway-volumes';
import { HostBinding } from './host-binding';
import { PlainHttp } from './plain-http';
import type { TlsServer } from './tls-server';
import { HostPattern } from '../model/host-pattern';
import { IngressGateway } from '../model/ingress-gateway';
import { parseMoment } from '../model/moment';
import { Gateway } from '../resources/gateway';
import { GatewayProtocol, GatewayServer, TlsMode } from '../resources/gateway-server';
import { Synthesis } from '../resources/synthesis';

/** What both kinds of gateway are made of. */
export interface ExposureProps {
  readonly metadata?: ApiObjectMetadata;
  readonly ingress?: IngressGateway;
  readonly plainHttp?: PlainHttp;
  readonly credentialScope?: Construct;
  readonly validAt?: string;
  readonly servers: TlsServer[];
  readonly namePrefix: string;
  /** Undefined: clients are not asked for a certificate. */
  readonly anchor?: AnchorSource;
}

interface Exposed {
  readonly hosts: string[];
  readonly port: number;
}

const HTTP = 80;
const HTTPS = 443;

/** The Gateway object behind a gateway construct, its certificates, and its port 80. */
export class GatewayExposure {
  public readonly gateway: Gateway;
  public readonly volumes = new GatewayVolumes();

  private readonly target: ManifestTarget;
  private readonly patterns = new Map<string, HostPattern>();
  private readonly exposed: Exposed[] = [];

  public constructor(owner: Construct, private readonly props: ExposureProps) {
    if (!Array.isArray(props.servers) || props.servers.length === 0) throw new Error('gateway has no servers `[]`: give at least one');
    if (props.plainHttp !== undefined && !Object.values(PlainHttp).includes(props.plainHttp)) {
      throw new Error(`invalid \`plainHttp\` \`${String(props.plainHttp)}\`: expected \`CLOSED\` or \`REDIRECT\``);
    }
    if (props.validAt !== undefined) parseMoment(props.validAt);
    const ingress = props.ingress ?? IngressGateway.istioctlDefault();
    // Before the Gateway in the output: it is served as soon as it is there.
    const credentials = props.credentialScope ?? new Construct(owner, 'Credentials');
    const { labels, annotations } = props.metadata ?? {};
    this.target = { owner, scope: credentials, namespace: ingress.namespace, labels, annotations };
    this.gateway = new Gateway(owner, 'Resource', {
      metadata: { ...props.metadata, name: props.metadata?.name ?? gatewayName(props.namePrefix, props.servers[0]) },
      ingress,
      servers: [],
    });
    if (props.plainHttp === PlainHttp.REDIRECT) {
      this.gateway._deriveServers(() => this.redirects());
      Synthesis.of(owner).addCheck(owner, () => this.problems());
    }
  }

  /** Whether a server has exactly this host or wildcard. */
  public serves(pattern: string): boolean {
    return this.patterns.has(pattern);
  }

  /** The distinct host patterns of all servers, sorted. */
  public get hosts(): HostPattern[] {
    return [...this.patterns.keys()].sort().map((text) => this.patterns.get(text)!);
  }

  /** Adds a server and returns its hosts. */
  public addServer(server: TlsServer): HostPattern[] {
    if (typeof server !== 'object' || server === null) throw new Error(`invalid server \`${String(server)}\`: expected hosts and a credential`);
    if (!Array.isArray(server.hosts) || server.hosts.length === 0) throw new Error('server has no hosts `[]`: name the hosts that it serves');
    const patterns = server.hosts.map((host) => HostPattern.parse(host));
    const credential = server.credential?._source;
    if (!credential) throw new Error(`server for \`${server.hosts[0]}\` has no credential \`${String(server.credential)}\`: expected one such as \`ServerCredential.fromSecretName('…')\``);
    const { anchor, validAt } = this.props;
    credential.check(patterns, validAt);
    anchor?.check(credential, validAt);
    const port = server.port ?? HTTPS;
    const hosts = patterns.flatMap(({ text }) => (server.bindTo ?? HostBinding.anyNamespace())._hosts(text));
    this.gateway.addServer({
      hosts,
      port,
      name: server.name,
      protocol: GatewayProtocol.HTTPS,
      tls: {
        mode: anchor ? TlsMode.MUTUAL : TlsMode.SIMPLE,
        ...credential.tls,
        ...anchor?.tls(this.target.namespace),
        minimumVersion: server.minimumTls,
      },
    });
    this.volumes._add([...credential.mounts, ...anchor?.mounts ?? []]);
    patterns.forEach((pattern) => this.patterns.set(pattern.text, pattern));
    this.exposed.push({ hosts, port });
    credential.render(this.target, patterns);
    anchor?.render(this.target, credential);
    return patterns;
  }

  // One server for all hosts: of two redirecting servers that share a host, Istio drops one.
  private redirects(): GatewayServer[] {
    const hosts = this.exposed.filter(({ port }) => port === HTTPS).flatMap((server) => server.hosts);
    if (hosts.length === 0) return [];
    return [{ hosts: [...new Set(hosts)], port: HTTP, name: `http-${HTTP}`, protocol: GatewayProtocol.HTTP, httpsRedirect: true }];
  }

  private problems(): string[] {
    if (this.exposed.some(({ port }) => port === HTTPS)) return [];
    return [`gateway \`${this.gateway.name}\` redirects plain HTTP to port \`${HTTPS}\`, where it serves no host: serve one there, or close port ${HTTP}`];
  }
}

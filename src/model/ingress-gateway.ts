/** A port of an ingress gateway: the Service port that clients use, and the port on which the gateway's Envoy listens. */
export interface IngressPort {
  /** The Service port, which a Gateway's `servers[].port.number` names. */
  readonly port: number;
  /** The container port, which `ports` and `destination.port` of a policy on the gateway name. */
  readonly targetPort: number;
}

/** What has to be known of the workload that a Gateway selects. */
export interface IngressGatewayProps {
  /** The labels of its pods. */
  readonly labels: { [key: string]: string };
  /** Its namespace: credentials and policies for the gateway live there, wherever the Gateway object is. */
  readonly namespace: string;
  /** The service account of its pods: what workloads behind it see as the caller. */
  readonly serviceAccount: string;
  /**
   * The trust domain of its identity.
   * @default - `cluster.local`, which Istio reads in policies as the mesh's own trust domain
   */
  readonly trustDomain?: string;
  /**
   * Service ports and the ports behind them.
   * @default - 80 to 8080 and 443 to 8443
   */
  readonly ports?: IngressPort[];
}

/** How the Helm chart `gateway` was installed. */
export interface HelmIngressOptions {
  /**
   * The Helm release name, which the chart uses as name, `app` label and service account.
   * @default - `istio-ingressgateway`
   */
  readonly release?: string;
  /**
   * The namespace of the release.
   * @default - `istio-ingress`
   */
  readonly namespace?: string;
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/**
 * The workload behind Gateway objects: which pods, where, under which identity.
 *
 * Istio looks credentials up in the namespace of these pods and enforces gateway policies on them; the namespace of the Gateway object decides neither.
 */
export class IngressGateway {
  /**
   * Describes any ingress gateway.
   *
   * Throws when there are no labels (such a Gateway would be served by every gateway proxy of the mesh) or when a name is not valid in Kubernetes.
   */
  public static of(props: IngressGatewayProps): IngressGateway {
    return new IngressGateway(props);
  }

  /** The gateway that `istioctl install` deploys: `istio-ingressgateway` in `istio-system`. */
  public static istioctlDefault(): IngressGateway {
    return new IngressGateway({
      labels: { app: 'istio-ingressgateway', istio: 'ingressgateway' },
      namespace: 'istio-system',
      serviceAccount: 'istio-ingressgateway-service-account',
    });
  }

  /**
   * A gateway installed with the Helm chart `gateway`.
   *
   * The chart labels its pods `app: <release>` and `istio: <release without "istio-">`, names the service account like the release and listens on the Service ports themselves.
   */
  public static helm(options: HelmIngressOptions = {}): IngressGateway {
    const release = options.release ?? 'istio-ingressgateway';
    return new IngressGateway({
      labels: { app: release, istio: release.replace(/^istio-/, '') },
      namespace: options.namespace ?? 'istio-ingress',
      serviceAccount: release,
      ports: [{ port: 80, targetPort: 80 }, { port: 443, targetPort: 443 }],
    });
  }

  /** The gateway of Kyma's Istio module. */
  public static kyma(): IngressGateway {
    return IngressGateway.istioctlDefault();
  }

  /**
   * The ingress gateway of Alibaba Cloud Service Mesh (ASM), under its default name.
   *
   * Its pods run as `istio-ingressgateway` and listen on the Service ports themselves (ASM documentation: IstioGateway fields, authorization policies).
   */
  public static asm(): IngressGateway {
    return new IngressGateway({
      labels: { istio: 'ingressgateway' },
      namespace: 'istio-system',
      serviceAccount: 'istio-ingressgateway',
      ports: [{ port: 80, targetPort: 80 }, { port: 443, targetPort: 443 }],
    });
  }

  /** The namespace of the gateway's pods. */
  public readonly namespace: string;
  /** The service account of the gateway's pods. */
  public readonly serviceAccount: string;
  /** The trust domain of the gateway's identity. */
  public readonly trustDomain: string;

  private readonly podLabels: { [key: string]: string };
  private readonly servicePorts: IngressPort[];

  private constructor(props: IngressGatewayProps) {
    this.podLabels = checkedLabels('ingress gateway', props.labels);
    this.namespace = checkedNamespace(props.namespace);
    if (typeof props.serviceAccount !== 'string' || !DNS_SUBDOMAIN.test(props.serviceAccount)) {
      throw new Error(`invalid service account \`${String(props.serviceAccount)}\`: expected a Kubernetes name such as \`istio-ingressgateway-service-account\``);
    }
    this.serviceAccount = props.serviceAccount;
    this.trustDomain = props.trustDomain ?? 'cluster.local';
    if (typeof this.trustDomain !== 'string' || !/^[a-z0-9._-]{1,255}$/.test(this.trustDomain)) {
      throw new Error(`invalid trust domain \`${String(this.trustDomain)}\`: expected lower-case letters, digits, \`.\`, \`-\` and \`_\``);
    }
    this.servicePorts = (props.ports ?? [{ port: 80, targetPort: 8080 }, { port: 443, targetPort: 8443 }]).map(({ port, targetPort }) => ({
      port: checkedPort(port),
      targetPort: checkedPort(targetPort),
    }));
    const seen = new Set<number>();
    for (const { targetPort } of this.servicePorts) {
      // Istio merges servers by target port: of two Service ports on one, it drops the servers of the second.
      if (seen.has(targetPort)) throw new Error(`target port \`${targetPort}\` serves two ports of the ingress gateway: Istio drops the servers of one of them, give each port its own target port`);
      seen.add(targetPort);
    }
  }

  /** The labels of the gateway's pods: the `selector` of its Gateways and policies. */
  public get labels(): { [key: string]: string } {
    return { ...this.podLabels };
  }

  /** Service ports and the ports behind them. */
  public get ports(): IngressPort[] {
    return this.servicePorts.map((port) => ({ ...port }));
  }

  /** The gateway's identity as policies name it: `<trust domain>/ns/<namespace>/sa/<service account>`. */
  public get principal(): string {
    return `${this.trustDomain}/ns/${this.namespace}/sa/${this.serviceAccount}`;
  }

  /** The port on which the gateway's Envoy listens for a Service port; the port itself where none is declared. */
  public targetPort(port: number): number {
    return this.servicePorts.find((entry) => entry.port === port)?.targetPort ?? port;
  }
}

/** @internal */
export function checkedNamespace(namespace: string): string {
  if (typeof namespace !== 'string' || !DNS_LABEL.test(namespace)) {
    throw new Error(`invalid namespace \`${String(namespace)}\`: expected at most 63 lower-case letters, digits and inner \`-\``);
  }
  return namespace;
}

/** @internal */
export function checkedPort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`invalid port \`${String(port)}\`: expected an integer from 1 to 65535`);
  return port;
}

/** @internal */
export function checkedLabels(what: string, labels: { [key: string]: string }): { [key: string]: string } {
  const entries = Object.entries(labels ?? {});
  if (entries.length === 0) throw new Error(`${what} has no labels \`{}\`: a selector without labels applies to every pod, give the labels that its pods carry`);
  for (const [key, value] of entries) {
    if (!/^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(key)) {
      throw new Error(`invalid label key \`${key}\` of ${what}: expected \`[prefix/]name\` with letters, digits, \`-\`, \`_\` and \`.\``);
    }
    if (typeof value !== 'string' || !LABEL_VALUE.test(value)) {
      throw new Error(`invalid value \`${String(value)}\` of label \`${key}\` of ${what}: expected at most 63 letters, digits, \`-\`, \`_\` and \`.\`; policies know no wildcards in selectors`);
    }
  }
  return Object.fromEntries(entries);
}

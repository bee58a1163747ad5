import { Choices, Remembered } from './choices';
import { GatewayObject, GatewayServer } from './gateway';
import { GatewayTopology, readTopology } from './gateway-topology';
import { maySelect, surelySelects } from './labels';
import { FilterChain, Listener, mergeListener, rejectionOf } from './listener';
import { MeshView } from './mesh-view';
import { RouteTable } from './route-table';
import { Service } from './service';
import { streamChains } from './stream-chain';
import { visibleInOrder } from './visibility';
import { Workload } from './workload';

const CHART_PORTS = new Map([[80, 8080], [443, 8443]]);

/** The ingress gateway that `istioctl install` and Kyma's Istio module deploy. */
export const DEFAULT_GATEWAY: Workload = {
  namespace: 'istio-system',
  name: 'istio-ingressgateway',
  labels: { known: new Map([['app', 'istio-ingressgateway'], ['istio', 'ingressgateway']]), complete: false },
  serviceAccount: 'istio-ingressgateway-service-account',
  proxied: true,
  namedPorts: new Map(),
  assumed: 'the ingress gateway is that of istioctl: istio-ingressgateway in istio-system',
};

/** Gateway pods and all that Gateway objects make them serve. */
export class GatewayProxy {
  private readonly byPort = new Map<number, { gateway: GatewayObject; servers: GatewayServer[] }[]>();
  private readonly listeners = new Map<number, Remembered<Listener>>();
  private all?: readonly { readonly server: GatewayServer; readonly target: number }[];
  private readonly tables = new Map<FilterChain, RouteTable>();

  public constructor(
    public readonly workload: Workload,
    gateways: readonly GatewayObject[],
    private readonly services: readonly Service[],
    private readonly view: MeshView,
  ) {
    for (const gateway of gateways) {
      for (const server of gateway.servers) this.add(gateway, server);
    }
  }

  /** The port on which the pods listen for a port of their Service; undefined where the Service has no such port. */
  public targetOf(port: number): number | undefined {
    if (this.services.length > 0) return this.translate(port);
    return this.workload.assumed === undefined ? port : CHART_PORTS.get(port) ?? port;
  }

  /** What listens on a port of the pods; undefined where nothing does. */
  public listener(target: number, choices: Choices): Listener | undefined {
    const servers = this.byPort.get(target);
    if (servers === undefined) return undefined;
    const known = this.listeners.get(target) ?? new Remembered((open) => this.withStreams(mergeListener(servers, this.view.sameTime, open), open));
    this.listeners.set(target, known);
    return known.get(choices);
  }

  /** The virtual hosts of a filter chain. */
  public routes(chain: FilterChain): RouteTable {
    const known = this.tables.get(chain);
    if (known !== undefined) return known;
    const { view, workload } = this;
    const table = new RouteTable(chain.routes!, {
      namespace: workload.namespace,
      labels: workload.labels,
    }, (gateway) => view.virtualServicesOf(gateway),
    view.settings.defaultVirtualServiceExportTo, view.sameTime);
    this.tables.set(chain, table);
    return table;
  }

  /** What stands before the gateway, and how far it is trusted. */
  public get topology(): GatewayTopology {
    return readTopology(this.workload.proxyConfig, this.view.settings.topology);
  }

  /** The Services in front of the pods, `namespace/name`. */
  public get serviceNames(): string[] {
    return this.services.map(({ namespace, name }) => `${namespace}/${name}`);
  }

  /** The ports on which the pods listen. */
  public get targets(): number[] {
    return [...this.byPort.keys()];
  }

  /** Every server, with the port on which the pods listen. */
  public get servers(): readonly { readonly server: GatewayServer; readonly target: number }[] {
    this.all ??= [...this.byPort].flatMap(([target, entries]) => entries.flatMap(({ servers }) => servers.map((server) => ({ server, target }))));
    return this.all;
  }

  /** Servers that hand bytes on have filter chains only for the routes that lead on. */
  private withStreams(listener: Listener, choices: Choices): Listener {
    const { settings, sameTime } = this.view;
    const taken = new Set<string>();
    const chains = listener.chains.flatMap((chain) => {
      if (chain.routes !== undefined) return [chain];
      const { namespace, name } = chain.server.gateway;
      const bound = this.view.virtualServicesOf(`${namespace}/${name}`).filter(({ tcp, tls }) => tcp.length + tls.length > 0);
      return streamChains(chain, visibleInOrder(bound, this.workload.namespace, settings.defaultVirtualServiceExportTo, sameTime, choices), taken);
    });
    return { ...listener, chains, ...rejectionOf(chains) };
  }

  private add(gateway: GatewayObject, server: GatewayServer): void {
    // A port that no Service has is listened on as it is.
    const target = (this.services.length > 0 ? this.translate(server.port) : this.targetOf(server.port)) ?? server.port;
    const entries = this.byPort.get(target) ?? [];
    this.byPort.set(target, entries);
    // The servers of one Gateway come one after the other.
    const entry = entries[entries.length - 1]?.gateway === gateway ? entries[entries.length - 1] : undefined;
    if (entry === undefined) entries.push({ gateway, servers: [server] });
    else entry.servers.push(server);
  }

  private translate(port: number): number | undefined {
    for (const service of this.services) {
      const found = service.ports.find((candidate) => candidate.port === port);
      if (found !== undefined) return typeof found.targetPort === 'number' ? found.targetPort : this.workload.namedPorts.get(found.targetPort);
    }
    return undefined;
  }
}

/** The gateway pods of a mesh: those that a Gateway selects, and where none are among the manifests those that must be meant. */
export function gatewayProxies(view: MeshView): GatewayProxy[] {
  const chosen = new Map<Workload, Set<GatewayObject>>();
  const assumed = new Map<string, Workload>();
  const selective = view.gateways.filter(({ selector }) => selector.size > 0);
  for (const gateway of selective) {
    const found = view.workloads.filter(({ labels }) => surelySelects(gateway.selector, labels));
    const workloads = found.length > 0 || view.complete ? found : [presumed(gateway, assumed)];
    workloads.forEach((workload) => chosen.set(workload, (chosen.get(workload) ?? new Set()).add(gateway)));
  }
  const everywhere = view.gateways.filter(({ selector }) => selector.size === 0);
  const routers = everywhere.length > 0 ? view.workloads.filter(({ router }) => router === true) : [];
  routers.forEach((workload) => chosen.set(workload, chosen.get(workload) ?? new Set()));
  if (everywhere.length > 0 && chosen.size === 0 && !view.complete) chosen.set(DEFAULT_GATEWAY, new Set());
  return [...chosen].map(([workload, gateways]) => {
    const selecting = ({ selector }: Service) => selector.size > 0 && surelySelects(selector, workload.labels);
    const services = view.services.filter((service) => service.namespace === workload.namespace && selecting(service));
    services.sort((a, b) => (a.name < b.name ? -1 : 1));
    return new GatewayProxy(workload, [...gateways, ...everywhere], services, view);
  });
}

function presumed({ selector }: GatewayObject, made: Map<string, Workload>): Workload {
  if (maySelect(selector, DEFAULT_GATEWAY.labels)) return DEFAULT_GATEWAY;
  const text = [...selector].map(([key, value]) => `${key}=${value}`).sort().join(',');
  const workload = made.get(text) ?? {
    ...DEFAULT_GATEWAY,
    name: text,
    labels: { known: selector, complete: false },
    assumed: `the gateway pods with labels ${text} run in istio-system and listen on 8080 and 8443`,
  };
  made.set(text, workload);
  return workload;
}

import { ApiObject, ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { gatewayReference, IGateway } from './gateway-reference';
import type { HttpRoute } from './http-route';
import { checkedRoute } from './http-route-check';
import { renderRoute } from './http-route-render';
import { MeshResource, objectMetadata } from './mesh-resource';
import { Synthesis } from './synthesis';
import * as networking from '../../imports/networking.istio.io';
import { HostPattern } from '../model/host-pattern';
import { checkedNamespace } from '../model/ingress-gateway';

/** Properties of a `VirtualService`. */
export interface VirtualServiceProps {
  /**
   * Name, namespace, labels and annotations.
   * @default - the construct id as name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /** The hosts, exact or `*.suffix`; each must be served by one of the gateways. */
  readonly hosts: string[];
  /**
   * The gateways to which the routes are bound; rendered as `<namespace>/<name>`.
   * @default - none, then `mesh` is needed
   */
  readonly gateways?: IGateway[];
  /**
   * Applies the routes to callers inside the mesh as well.
   * @default false
   */
  readonly mesh?: boolean;
  /** The routes, tried in order. An entry without `match` takes everything and must be the last. */
  readonly http: HttpRoute[];
  /**
   * The namespaces whose proxies see the routes: names, `.` for its own, `*` for all.
   * @default - all namespaces
   */
  readonly exportTo?: string[];
}

/**
 * Istio's VirtualService for HTTP: which requests for a host go where, and how they are changed on the way.
 *
 * Refuses what Istio accepts although the route would never work: hosts that no gateway serves, an `exportTo` that hides the route from its gateway, header
 * values for which Envoy rejects all routes of the port.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/
 */
export class VirtualService extends MeshResource {
  /** The API object behind this resource. */
  public readonly apiObject: ApiObject;

  private readonly hosts: HostPattern[];
  private readonly gateways: IGateway[];
  private readonly routes: HttpRoute[];

  /** Defines the routes. Throws on values that Istio or Envoy would refuse, or that could never match. */
  public constructor(scope: Construct, id: string, props: VirtualServiceProps) {
    super(scope, id);
    const what = `virtual service \`${id}\``;
    this.hosts = checkedHosts(what, props.hosts);
    this.gateways = [...props.gateways ?? []];
    if (props.gateways?.length === 0) throw new Error(`empty list \`gateways\` of ${what}: leave the field out and say \`mesh: true\` for routes inside the mesh`);
    if (this.gateways.length === 0 && props.mesh !== true) throw new Error(`${what} is bound to nothing: give \`gateways\`, or say \`mesh: true\``);
    if (props.mesh === true && this.hosts.some(({ text }) => text === '*')) throw new Error(`${what} applies to the mesh with host \`*\`: Istio refuses that, name the hosts`);
    if (!Array.isArray(props.http) || props.http.length === 0) throw new Error(`${what} has no routes: give at least one in \`http\``);
    this.routes = props.http.map(checkedRoute);
    const catchAll = this.routes.findIndex(takesEverything);
    if (catchAll >= 0 && catchAll < this.routes.length - 1) throw new Error(`route ${catchAll} of ${what} takes every request: move it behind the others, which Istio would drop`);
    const exportTo = props.exportTo && checkedExportTo(props.exportTo);
    this.apiObject = new networking.VirtualService(this, 'Resource', {
      metadata: objectMetadata(this, props.metadata, id),
      spec: Lazy.any({
        produce: (): networking.VirtualServiceSpec => ({
          hosts: this.hosts.map(({ text }) => text),
          gateways: [...this.gateways.map(gatewayReference), ...(props.mesh === true ? ['mesh'] : [])],
          ...(exportTo ? { exportTo } : {}),
          http: this.routes.map((route) => renderRoute(route, this.namespace)),
        }),
      }),
    });
    if (exportTo) this.checkVisibility(exportTo);
    Synthesis.of(this).addCheck(this, () => this.problems());
  }

  // Gateways see the routes that are exported to the namespace of their pods, wherever the Gateway object is.
  private checkVisibility(exportTo: string[]): void {
    const visible = new Set(exportTo.map((entry) => (entry === '.' ? this.namespace : entry)));
    for (const gateway of this.gateways) {
      const { namespace } = gateway.ingress;
      if (visible.has('*') || visible.has(namespace)) continue;
      throw new Error(`exportTo \`${exportTo.join('`, `')}\` hides virtual service \`${this.name}\` from gateway \`${gatewayReference(gateway)}\`: add \`${namespace}\`, the namespace of its pods`);
    }
  }

  private problems(): string[] {
    const problems = this.routes.flatMap(({ destinations }) => (destinations ?? []).flatMap(({ destination }) => destination._problems()));
    if (this.gateways.length === 0) return problems;
    const served = this.gateways.flatMap((gateway) => gateway.gatewayHosts.map((host) => ({ host, gateway })));
    for (const { text } of this.hosts) {
      const parsed = HostPattern.parse(text);
      if (!served.some(({ host }) => HostPattern.parse(host).overlaps(parsed))) problems.push(notServed(text, this.gateways));
    }
    return problems;
  }
}

/**
 * The message for a host outside of the hosts of its gateways.
 * @internal
 */
export function notServed(host: string, gateways: IGateway[]): string {
  const names = gateways.map((gateway) => `\`${gatewayReference(gateway)}\` (hosts: ${gateway.gatewayHosts.map((served) => `\`${served}\``).join(', ') || 'none'})`);
  return `host \`${host}\` is not served by gateway ${names.join(' or ')}`;
}

function checkedHosts(what: string, hosts: string[]): HostPattern[] {
  if (!Array.isArray(hosts) || hosts.length === 0) throw new Error(`${what} has no hosts: give at least one`);
  const patterns = hosts.map((host) => HostPattern.parse(host));
  patterns.forEach((pattern, index) => {
    const other = patterns.slice(0, index).find((earlier) => earlier.overlaps(pattern));
    if (other) throw new Error(`hosts \`${other.text}\` and \`${pattern.text}\` of ${what} overlap: Istio refuses that, keep one of them`);
  });
  return patterns;
}

function checkedExportTo(exportTo: string[]): string[] {
  if (!Array.isArray(exportTo) || exportTo.length === 0) throw new Error('empty list `exportTo`: leave the field out to export to all namespaces');
  for (const entry of exportTo) {
    if (entry !== '.' && entry !== '*') checkedNamespace(entry);
  }
  return [...new Set(exportTo)].sort();
}

function takesEverything({ match }: HttpRoute): boolean {
  return !match || match.some(({ uri, ...rest }) => {
    const text = uri?._render();
    return (text?.prefix === '/' || text?.regex === '.*') && Object.values(rest).every((field) => field === undefined);
  });
}

import type { Enforcement } from './enforcement';
import { GatewayEnforcement } from './gateway-enforcement';
import { checkedPassthroughHosts } from './gateway-guard';
import type { IMutualTlsGateway } from './mutual-tls-gateway';
import { WorkloadEnforcement } from './workload-enforcement';
import { Workload } from '../resources/workload';

/** How a policy is enforced at a gateway. */
export interface GatewayEnforcementOptions {
  /**
   * Covers every host of the ingress workload, those of other Gateways and teams too. For an ingress workload that serves this gateway alone.
   * @default false - the policy is limited to the hosts that it names, or else to the gateway's
   */
  readonly everyHost?: boolean;
  /**
   * Server names whose TLS others pass through (mode `PASSTHROUGH`) on the same ingress workload, which the policy has to spare: it cannot look into such
   * connections, and a DENY policy refuses what it cannot look into. Those of this app's own Gateways are found.
   * @default - none besides those of this app
   */
  readonly passthroughHosts?: string[];
}

/** How a policy is enforced at a workload. */
export interface WorkloadEnforcementOptions {
  /**
   * The trust domain of the mesh: identities of another one never reach a workload.
   * @default - `cluster.local`
   */
  readonly trustDomain?: string;
}

/**
 * Where a policy by SPIFFE ID is enforced: at the proxy that sees the certificate in question.
 *
 * Clients from outside show theirs to the gateway; the workload behind it sees the gateway's. Callers inside the mesh show theirs to the workload.
 */
export class EnforcementPoint {
  /**
   * At a gateway that verifies client certificates: the policy is rendered into the namespace of the gateway's pods.
   *
   * Throws when the gateway does not verify them.
   */
  public static gateway(gateway: IMutualTlsGateway, options: GatewayEnforcementOptions = {}): EnforcementPoint {
    if (gateway?.verifiesClientCertificates !== true) {
      const name = typeof gateway?.gatewayName === 'string' ? `${gateway.gatewayNamespace}/${gateway.gatewayName}` : String(gateway);
      throw new Error(`gateway \`${name}\` does not verify client certificates: expected a MutualTlsGateway, because a SPIFFE ID that nobody verified means nothing`);
    }
    const { everyHost = false } = options;
    if (typeof everyHost !== 'boolean') throw new Error(`invalid \`everyHost\` \`${String(everyHost)}\`: expected true or false`);
    return new EnforcementPoint(new GatewayEnforcement(gateway, everyHost, checkedPassthroughHosts(options.passthroughHosts)));
  }

  /** At a workload, for callers inside the mesh: the policy is rendered into the namespace of the workload. */
  public static workload(workload: Workload, options: WorkloadEnforcementOptions = {}): EnforcementPoint {
    if (!(workload instanceof Workload)) throw new Error(`invalid workload \`${String(workload)}\`: expected a Workload, such as Workload.of({ service, port, labels })`);
    const { trustDomain = 'cluster.local' } = options;
    if (typeof trustDomain !== 'string' || !/^[a-z0-9._-]{1,255}$/.test(trustDomain)) {
      throw new Error(`invalid trust domain \`${String(trustDomain)}\`: expected lower-case letters, digits, \`.\`, \`-\` and \`_\``);
    }
    return new EnforcementPoint(new WorkloadEnforcement(workload, trustDomain));
  }

  /** @internal */
  public readonly _enforcement: Enforcement;

  private constructor(enforcement: Enforcement) {
    this._enforcement = enforcement;
  }
}

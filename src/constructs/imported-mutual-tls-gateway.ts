import { Construct } from 'constructs';
import { checkedPassthroughHosts, GatewayGuard } from './gateway-guard';
import { ImportedGateway } from './imported-gateway';
import type { IMutualTlsGateway, MutualTlsGatewayAttributes } from './mutual-tls-gateway';
import { HostPattern } from '../model/host-pattern';
import { namespaceOf } from '../resources/mesh-resource';
import { Synthesis } from '../resources/synthesis';

interface SharedGuard {
  readonly guard: GatewayGuard;
  /** What the gateway serves, by all descriptions of it. */
  readonly hosts: Set<string>;
}

const KEY = Symbol.for('cdk8s-istio-security.guards');

/** A mutual-TLS gateway of another team. */
export class ImportedMutualTlsGateway extends ImportedGateway implements IMutualTlsGateway {
  public readonly trustAnchored: boolean = true;
  public readonly verifiesClientCertificates: boolean = true;

  private readonly shield?: GatewayGuard;

  public constructor(scope: Construct, id: string, attributes: MutualTlsGatewayAttributes) {
    super(scope, id, { ...attributes, hosts: attributes.mutualTlsHosts, hostsField: 'mutualTlsHosts' });
    if (attributes.guardScope) this.shield = this.sharedGuard(attributes.guardScope, checkedPassthroughHosts(attributes.passthroughHosts));
  }

  public override guard(host: string): void {
    this.shield?.add(HostPattern.parse(host));
  }

  /** Apps of other namespaces guard their hosts at the same gateway: each has a policy of its own, and all constructs of one app share theirs. */
  private sharedGuard(scope: Construct, passthroughHosts: string[] | undefined): GatewayGuard {
    const name = `${this.gatewayNamespace}.${this.gatewayName}-client-certificate.${namespaceOf(this)}`;
    const guards = Synthesis.of(scope).sharedBy(KEY, () => new Map<string, SharedGuard>());
    const key = `${this.ingress.namespace}/${name}`;
    let shared = guards.get(key);
    if (!shared) {
      const hosts = new Set<string>();
      const guard = new GatewayGuard({
        scope: new Construct(scope, name),
        ingress: this.ingress,
        name,
        isServed: (host) => hosts.has(host),
        ports: () => this.gatewayPorts,
        passthroughHosts,
      });
      shared = { hosts, guard };
      guards.set(key, shared);
    }
    for (const host of this.gatewayHosts) shared.hosts.add(host);
    shared.guard.grow();
    return shared.guard;
  }
}

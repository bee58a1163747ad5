import type { IMutualTlsGateway } from '../../src/constructs/mutual-tls-gateway';
import { IngressGateway } from '../../src/model/ingress-gateway';

/** A gateway that is nothing but what routes see of it. */
export class TestGateway implements IMutualTlsGateway {
  public readonly trustAnchored = true;
  public readonly ingress = IngressGateway.istioctlDefault();
  public readonly guarded: string[] = [];

  public constructor(
    public readonly gatewayHosts: string[] = ['*.example.com'],
    public readonly verifiesClientCertificates: boolean = true,
    public readonly gatewayName: string = 'edge',
    public readonly gatewayNamespace: string = 'platform',
    public readonly gatewayPorts: number[] = [443],
  ) {}

  public guard(host: string): void {
    this.guarded.push(host);
  }
}

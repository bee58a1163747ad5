import { IngressGateway } from '../../src/model/ingress-gateway';
import type { IGateway } from '../../src/resources/gateway-reference';

/** A gateway of another team, with what was guarded. */
export function fakeGateway(gatewayHosts: string[] = ['*.mtls.example.com'], more: Partial<IGateway> = {}): IGateway & { guarded: string[]; trustAnchored: boolean } {
  const guarded: string[] = [];
  return {
    gatewayName: 'kyma-mtls-gateway',
    gatewayNamespace: 'default',
    ingress: IngressGateway.kyma(),
    gatewayHosts,
    gatewayPorts: [443],
    verifiesClientCertificates: true,
    trustAnchored: true,
    guard: (host: string) => void guarded.push(host),
    guarded,
    ...more,
  };
}

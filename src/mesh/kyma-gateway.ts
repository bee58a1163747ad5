import { GatewayObject, readGateway } from './gateway';
import { readObject } from './kube-object';
import { VirtualService } from './virtual-service';

const NAMESPACE = 'kyma-system';
const NAME = 'kyma-gateway';

/**
 * The Gateway that every Kyma cluster has, for manifests that bind routes to it and leave it out: TLS on 443, a redirect on 80, one domain.
 *
 * The domain is told by the routes. Undefined where the Gateway is there, or nothing is bound to it.
 */
export function presumedKymaGateway(gateways: readonly GatewayObject[], virtualServices: readonly VirtualService[]): GatewayObject | undefined {
  const bound = virtualServices.filter((service) => service.gateways.includes(`${NAMESPACE}/${NAME}`));
  if (bound.length === 0 || gateways.some(({ namespace, name }) => namespace === NAMESPACE && name === NAME)) return undefined;
  const hosts = [...new Set(bound.flatMap((service) => service.hosts).filter((host) => host.includes('.')).map((host) => `*${host.slice(host.indexOf('.'))}`))];
  const document = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { namespace: NAMESPACE, name: NAME },
    spec: {
      selector: { app: 'istio-ingressgateway', istio: 'ingressgateway' },
      servers: [
        { port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'SIMPLE', credentialName: 'kyma-gateway-certs' }, hosts },
        { port: { number: 80, name: 'http', protocol: 'HTTP' }, tls: { httpsRedirect: true }, hosts },
      ],
    },
  };
  return { ...readGateway(readObject(document, -1)!), assumed: `Gateway ${NAMESPACE}/${NAME} is that of the Kyma module` };
}

import type { CredentialReference } from './reference';
import type { GatewayObject, GatewayServer, ServerTls } from '../../mesh/gateway';
import { frontendOf, GatewayListener, KubernetesGateway } from '../../mesh/kubernetes-gateway';
import { at, field, list, text, Value } from '../../mesh/value';
import type { CheckContext } from '../context';
import { kubernetesGateways } from '../gateway-api/gateways';

const MODES = ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'] as const;

/**
 * What the listeners of Gateways of the Gateway API need, as servers of Istio's own Gateways: istiod makes such of them, and looks for their Secrets in the
 * Gateway's namespace. Those of other namespaces are MTLS108.
 */
export function listenerReferences(context: CheckContext): CredentialReference[] {
  return kubernetesGateways(context).filter(isServedHere).flatMap((gateway) => {
    const servers: GatewayServer[] = [];
    const object: GatewayObject = { namespace: gateway.namespace, name: gateway.name, object: gateway.object, selector: new Map(), servers };
    servers.push(...gateway.listeners.map((listener) => serverOf(listener, object)));
    return gateway.listeners.flatMap((listener) => referencesOf(listener, servers[listener.index], context));
  });
}

/** One that no pods serve is MTLS107. */
function isServedHere({ namespace, services = [] }: KubernetesGateway): boolean {
  return services.every((service) => service.namespace === namespace);
}

function serverOf({ name, port, protocol, hostname, mode, body }: GatewayListener, gateway: GatewayObject): GatewayServer {
  const found = MODES.find((one) => one === mode);
  const tls: ServerTls | undefined = found === undefined ? undefined : {
    mode: found,
    httpsRedirect: false,
    credentialNames: list(at(body, 'tls', 'certificateRefs')).map((reference) => text(field(reference, 'name')) ?? ''),
    caCertCredentialName: text(field(anchorsOf(gateway, port)[0], 'name')),
    subjectAltNames: [],
    spkiHashes: [],
    certificateHashes: [],
    insecureSkipVerify: false,
  };
  return { gateway, port, portName: name, protocol, bind: '', hosts: [hostname === '' ? '*' : hostname], tls };
}

function anchorsOf({ object }: GatewayObject, port: number): readonly Value[] {
  return list(at(frontendOf(object.spec, port), 'validation', 'caCertificateRefs'));
}

function referencesOf({ body, index, port }: GatewayListener, server: GatewayServer, context: CheckContext): CredentialReference[] {
  const { namespace } = server.gateway;
  const written = list(at(body, 'tls', 'certificateRefs'));
  if (server.tls === undefined || written.length === 0) return [];
  const workload = { namespace, name: server.gateway.name, labels: { known: new Map(), complete: true }, serviceAccount: '', proxied: true, namedPorts: new Map() };
  const of = (use: CredentialReference['use'], kind: CredentialReference['kind'], name: string, place: number): CredentialReference => (
    { server, workload, use, credential: name, kind, namespace, name, path: ['spec', 'listeners', index, 'tls', 'certificateRefs', place, 'name'] });
  const named = written.flatMap((reference, place) => {
    const [kind, other, name] = [text(field(reference, 'kind')) ?? 'Secret', text(field(reference, 'namespace')) ?? namespace, text(field(reference, 'name'))];
    return kind !== 'Secret' || other !== namespace || name === undefined ? [] : [of('server', 'kubernetes', name, place)];
  });
  if (server.tls.mode === 'SIMPLE' || named.length === 0) return named;
  const [anchor] = anchorsOf(server.gateway, port);
  if (anchor === undefined) return [...named, of('anchor', 'kubernetes', `${named[0].name}-cacert`, 0)];
  const name = text(field(anchor, 'name')) ?? '';
  const known = text(field(anchor, 'kind')) === 'ConfigMap' && (text(field(anchor, 'namespace')) ?? namespace) === namespace
    && context.view.credentials.configMap(namespace, name) !== undefined;
  // istiod adds the ending, and takes it off again.
  return known ? [...named, of('anchor', 'configmap', `${name}-cacert`, 0)] : named;
}

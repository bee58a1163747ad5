import { isGuarded } from './client-certificate-guard';
import { isWritten } from './server';
import { boundServers, serversByHost, serversOf } from './ways-in';
import { clientCheckOf, ClientCheck } from '../../mesh/client-check';
import { describeServer, GatewayServer } from '../../mesh/gateway';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { rememberedOf } from '../../mesh/remembered';
import { field, Value } from '../../mesh/value';
import type { HeaderChanges, HttpRoute, VirtualService } from '../../mesh/virtual-service';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, FieldPath, Finding, PatchOperation, Severity } from '../finding';

/**
 * MTLS008: a route writes the identity of the client's certificate into a header, and clients without one reach it: the header that they send survives.
 *
 * Envoy leaves a header as it is where the value to `set` is empty (envoy `header_parser.cc`), which `%DOWNSTREAM_PEER_…%` is without a certificate. A `remove` of the
 * same name, which comes first, closes that.
 */
export const spoofedHeader: Check = {
  id: 'MTLS008',
  title: 'an identity header that clients without certificate write themselves',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => {
    return context.view.virtualServices.flatMap((service) => service.http.flatMap((route, index) => {
      const kept = keptHeaders(route, index);
      const open = kept.length === 0 ? undefined : openServer(context, service, route);
      return open === undefined ? [] : kept.map((header) => finding(service, header, open));
    }));
  },
};

interface KeptHeader {
  readonly name: string;
  readonly path: FieldPath;
}

function keptHeaders({ headers, destinations }: HttpRoute, index: number): KeptHeader[] {
  const changes = [headers, ...destinations.map((destination) => destination.headers)];
  if (!changes.some(tellsCertificate)) return [];
  const removed = new Set(changes.flatMap(({ remove }) => remove).map((name) => name.toLowerCase()));
  const written = ({ set }: HeaderChanges, path: FieldPath): KeptHeader[] => set
    .filter(([name, value]) => /%DOWNSTREAM_PEER_[A-Z]/.test(value) && !removed.has(name.toLowerCase()))
    .map(([name]) => ({ name, path: [...path, 'headers', 'request', 'set', name] }));
  const ofDestinations = destinations.flatMap((destination, place) => written(destination.headers, ['spec', 'http', index, 'route', place]));
  return [...written(headers, ['spec', 'http', index]), ...ofDestinations];
}

const tellsCertificate = rememberedOf(({ set, remove }: HeaderChanges): boolean => {
  const removed = new Set(remove.map((name) => name.toLowerCase()));
  return set.some(([name, value]) => /%DOWNSTREAM_PEER_[A-Z]/.test(value) && !removed.has(name.toLowerCase()));
});

function openServer(context: CheckContext, service: VirtualService, route: HttpRoute): GatewayServer | undefined {
  for (const [index, bound] of serversByHost(service, boundServers(context, service)).entries()) {
    const open = serversOf(route, bound).find((server) => clientCheckOf(server) === ClientCheck.NONE && !isMandatory(server)
      && !isGuarded(context, server, service.hosts[index]));
    if (open !== undefined) return open;
  }
  return undefined;
}

/** OPTIONAL_MUTUAL with a list of names, which is MTLS007. */
function isMandatory({ tls }: GatewayServer): boolean {
  return tls?.mode === 'OPTIONAL_MUTUAL' && !tls.insecureSkipVerify && tls.subjectAltNames.length + (tls.credentialNames.length > 0 ? tls.spkiHashes.length + tls.certificateHashes.length : 0) > 0;
}

/** The change that has the header removed first. */
function removal({ body }: KubeObject, name: string, path: FieldPath): PatchOperation {
  const list = [...path.slice(0, -2), 'remove'];
  const present = list.reduce<Value>((value, key) => (typeof key === 'number' ? (value as Value[])[key] : field(value, key)), body);
  return Array.isArray(present) ? { op: 'add', path: `/${list.join('/')}/-`, value: name } : { op: 'add', path: `/${list.join('/')}`, value: [name] };
}

function finding({ object }: VirtualService, { name, path }: KeptHeader, open: GatewayServer): Finding {
  return {
    object,
    path,
    message: `${describeObject(object)} sets header \`${name}\` from the client's certificate and does not remove it, and ${describeServer(open)} asks for none`,
    effect: 'a client without certificate sends the header itself, and it reaches the workload as it is',
    cure: 'list the header in `headers.request.remove` too, or serve the route with mode `MUTUAL` only',
    patch: [removal(object, name, path)],
    ...(isWritten(open.gateway) ? { related: [open.gateway.object] } : {}),
  };
}

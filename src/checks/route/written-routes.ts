import { serviceOfHost } from '../../mesh/backend';
import { putInto } from '../../mesh/groups';
import { parts } from '../../mesh/header-format';
import { HeaderChanges, HttpRoute, VirtualService } from '../../mesh/virtual-service';
import type { CheckContext } from '../context';
import type { FieldPath } from '../finding';
import { remembered } from '../remembered';
import { oncePerContext, writtenObjects } from '../written';

/** One entry of `http` that somebody wrote. */
export interface WrittenRoute {
  readonly virtualService: VirtualService;
  readonly route: HttpRoute;
  readonly path: FieldPath;
}

/** Changes of request headers that set or add some, for all destinations of a route or for one, and where they stand. */
export interface WrittenChanges {
  readonly virtualService: VirtualService;
  readonly route: HttpRoute;
  readonly changes: HeaderChanges;
  readonly path: FieldPath;
  /** The names, in lower case, that are removed before these changes take place: by them and by those of the whole route. */
  readonly removed: ReadonlySet<string>;
}

/** The VirtualServices that somebody wrote and the API server takes. */
export const writtenVirtualServices: (context: CheckContext) => readonly VirtualService[] = oncePerContext((context) => {
  const written = new Set(writtenObjects(context, 'VirtualService', 'networking.istio.io').map(({ key }) => key));
  return context.view.virtualServices.filter(({ object }) => written.has(object.key));
});

/** Their HTTP routes. */
export const writtenRoutes: (context: CheckContext) => readonly WrittenRoute[] = oncePerContext((context) => writtenVirtualServices(context)
  .flatMap((virtualService) => virtualService.http.map((route, index) => ({ virtualService, route, path: ['spec', 'http', index] }))));

/** Those of VirtualServices that gateways serve. */
export const gatewayRoutes: (context: CheckContext) => readonly WrittenRoute[] = oncePerContext((context) => writtenRoutes(context)
  .filter(({ virtualService }) => isOfGateways(virtualService)));

/** Every place where headers are set or added. */
export const writtenChanges: (context: CheckContext) => readonly WrittenChanges[] = oncePerContext((context) => writtenRoutes(context)
  .flatMap(changesOf));

/** Those of VirtualServices that gateways serve. */
export const gatewayChanges: (context: CheckContext) => readonly WrittenChanges[] = oncePerContext((context) => writtenChanges(context)
  .filter(({ virtualService }) => isOfGateways(virtualService)));

/** The changes of a route and of its destinations. */
export function headerChangesOf({ headers, destinations }: HttpRoute): HeaderChanges[] {
  return [headers, ...destinations.map((destination) => destination.headers)];
}

function changesOf({ virtualService, route, path }: WrittenRoute): WrittenChanges[] {
  const common = route.headers.remove;
  const places = [
    { changes: route.headers, place: path },
    ...route.destinations.map(({ headers }, index) => ({ changes: headers, place: [...path, 'route', index] })),
  ];
  return places.filter(({ changes }) => changes.set.length + changes.add.length > 0).map(({ changes, place }) => ({
    virtualService,
    route,
    changes,
    path: [...place, 'headers', 'request'],
    removed: new Set([...common, ...changes.remove].map((name) => name.toLowerCase())),
  }));
}

/** Whether a header value is taken from the client's certificate, so that there is none without one. */
export const isOfCertificate = remembered((value: string): boolean => {
  const found = parts(value);
  return found.length > 0 && found.every((part) => part.startsWith('%DOWNSTREAM_PEER_'));
});

/** The headers, in lower case, in which a route tells its workload what the client's certificate says. */
export function identityHeadersOf(route: HttpRoute): Set<string> {
  return new Set(headerChangesOf(route)
    .flatMap(({ set, add }) => [...set, ...add]).filter(([, value]) => isOfCertificate(value)).map(([name]) => name.toLowerCase()));
}

/** Every header, in lower case, in which some route tells its workload what the client's certificate says, and by which VirtualServices. */
export const identityHeaders: (context: CheckContext) => ReadonlyMap<string, readonly VirtualService[]> = oncePerContext(({ view }) => {
  const found = new Map<string, VirtualService[]>();
  for (const virtualService of view.virtualServices) {
    const names = new Set(virtualService.http.flatMap((route) => [...identityHeadersOf(route)]));
    for (const name of names) putInto(found, name, virtualService);
  }
  return found;
});

/** The same for the VirtualServices that lead to Services of one namespace. */
export function identityHeadersTo(context: CheckContext, namespace: string, header: string): readonly VirtualService[] {
  return headersByNamespace(context).get(namespace)?.get(header) ?? [];
}

const headersByNamespace = oncePerContext((context) => {
  const found = new Map<string, Map<string, VirtualService[]>>();
  for (const [header, services] of identityHeaders(context)) {
    for (const service of services) {
      for (const namespace of namespacesOf(service)) {
        const headers = found.get(namespace) ?? new Map<string, VirtualService[]>();
        found.set(namespace, headers);
        putInto(headers, header, service);
      }
    }
  }
  return found;
});

function namespacesOf({ http }: VirtualService): Set<string> {
  return new Set(http.flatMap(({ destinations }) => destinations).flatMap(({ host }) => serviceOfHost(host)?.namespace ?? []));
}

/** The name of the header that a `when` key asks about, in lower case. */
export function headerOfKey(key: string): string | undefined {
  return /^request\.headers\[(.+)\]$/s.exec(key)?.[1].toLowerCase();
}

/** Whether a VirtualService is for gateways at all. */
export function isOfGateways({ gateways }: VirtualService): boolean {
  return gateways.some((gateway) => gateway !== 'mesh');
}

import { serviceOfHost } from '../../mesh/backend';
import { putInto } from '../../mesh/groups';
import { parts } from '../../mesh/header-format';
import { remembered, rememberedOf } from '../../mesh/remembered';
import { HeaderChanges, HttpRoute, VirtualService } from '../../mesh/virtual-service';
import type { CheckContext } from '../context';
import type { FieldPath } from '../finding';
import { oncePerContext, writtenObjects } from '../written';

/** One entry of `http` that somebody wrote. */
export interface WrittenRoute {
  readonly virtualService: VirtualService;
  readonly route: HttpRoute;
  readonly path: FieldPath;
}

/** Changes of request headers that set or add some, with what is gone before they take place. One object for all places where the same is written. */
export interface EffectiveChanges extends HeaderChanges {
  /** The names, in lower case, that are removed first: by these changes and by those of the whole route. */
  readonly removed: ReadonlySet<string>;
}

/** Where headers are set or added, for all destinations of a route or for one. */
export interface WrittenChanges {
  readonly virtualService: VirtualService;
  readonly route: HttpRoute;
  readonly changes: EffectiveChanges;
  readonly path: FieldPath;
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

function changesOf(written: WrittenRoute): WrittenChanges[] {
  const { headers, destinations } = written.route;
  const places: WrittenChanges[] = [];
  if (isWriting(headers)) places.push(new Place(written, ofRoute(headers)));
  destinations.forEach((destination, index) => {
    if (!isWriting(destination.headers)) return;
    places.push(new Place(written, headers.remove.length === 0 ? ofRoute(destination.headers) : after(headers, destination.headers), index));
  });
  return places;
}

function isWriting({ set, add }: HeaderChanges): boolean {
  return set.length > 0 || add.length > 0;
}

const ofRoute = rememberedOf((changes: HeaderChanges): EffectiveChanges => ({
  ...changes,
  removed: new Set(changes.remove.map((name) => name.toLowerCase())),
}));

function after(first: HeaderChanges, changes: HeaderChanges): EffectiveChanges {
  return { ...changes, removed: new Set([...ofRoute(first).removed, ...ofRoute(changes).removed]) };
}

/** Its path is put together when asked for: of thousands few are findings. */
class Place implements WrittenChanges {
  public constructor(private readonly written: WrittenRoute, public readonly changes: EffectiveChanges, private readonly destination?: number) {}

  public get virtualService(): VirtualService {
    return this.written.virtualService;
  }

  public get route(): HttpRoute {
    return this.written.route;
  }

  public get path(): FieldPath {
    return [...this.written.path, ...this.destination === undefined ? [] : ['route', this.destination], 'headers', 'request'];
  }
}

/** Whether a header value is taken from the client's certificate, so that there is none without one. */
export const isOfCertificate = remembered((value: string): boolean => {
  const found = parts(value);
  return found.length > 0 && found.every((part) => part.startsWith('%DOWNSTREAM_PEER_'));
});

/** The headers, in lower case, in which a route tells its workload what the client's certificate says. */
export function identityHeadersOf({ headers, destinations }: HttpRoute): ReadonlySet<string> {
  const own = identitiesIn(headers);
  const theirs = destinations.map((destination) => identitiesIn(destination.headers)).filter(({ size }) => size > 0);
  return theirs.length === 0 ? own : new Set([own, ...theirs].flatMap((names) => [...names]));
}

const identitiesIn = rememberedOf(({ set, add }: HeaderChanges): ReadonlySet<string> => new Set([...set, ...add]
  .filter(([, value]) => isOfCertificate(value)).map(([name]) => name.toLowerCase())));

/** Every header, in lower case, in which some route tells its workload what the client's certificate says, and by which VirtualServices. */
export const identityHeaders: (context: CheckContext) => ReadonlyMap<string, readonly VirtualService[]> = oncePerContext(({ view }) => {
  const found = new Map<string, VirtualService[]>();
  for (const virtualService of view.virtualServices) {
    for (const name of identityHeadersIn(virtualService)) putInto(found, name, virtualService);
  }
  return found;
});

function identityHeadersIn({ http }: VirtualService): ReadonlySet<string> {
  return http.length === 1 ? identityHeadersOf(http[0]) : new Set(http.flatMap((route) => [...identityHeadersOf(route)]));
}

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
export const headerOfKey = remembered((key: string): string | undefined => /^request\.headers\[(.+)\]$/s.exec(key)?.[1].toLowerCase());

/** Whether a VirtualService is for gateways at all. */
export function isOfGateways({ gateways }: VirtualService): boolean {
  return gateways.some((gateway) => gateway !== 'mesh');
}

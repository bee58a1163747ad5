import { KubeObject } from './kube-object';
import { readPattern, readPatterns, StringPattern } from './string-pattern';
import { at, entries, field, isMapping, list, number, text, texts, textMap, Value } from './value';

/** A pattern for a header or query parameter. */
export interface NamedPattern {
  readonly name: string;
  readonly pattern: StringPattern;
}

/** One entry of a `match` list: all that is set must hold. */
export interface RouteMatch {
  readonly uri?: StringPattern;
  readonly ignoreUriCase: boolean;
  readonly method?: StringPattern;
  readonly authority?: StringPattern;
  readonly scheme?: StringPattern;
  readonly headers: readonly NamedPattern[];
  readonly withoutHeaders: readonly NamedPattern[];
  readonly queryParams: readonly NamedPattern[];
  readonly port?: number;
  readonly gateways: readonly string[];
  readonly sourceLabels: ReadonlyMap<string, string>;
  readonly sourceNamespace?: string;
}

/** Changes of the request headers. */
export interface HeaderChanges {
  readonly set: readonly (readonly [string, string])[];
  readonly add: readonly (readonly [string, string])[];
  readonly remove: readonly string[];
}

/** Where a route leads. */
export interface RouteDestination {
  /** The fully qualified name, as istiod expands it. */
  readonly host: string;
  readonly port?: number;
  readonly subset?: string;
  readonly weight: number;
  readonly headers: HeaderChanges;
}

/** One entry of `http`. */
export interface HttpRoute {
  readonly name: string;
  /** Undefined without any: then it takes every request. */
  readonly matches?: readonly RouteMatch[];
  readonly destinations: readonly RouteDestination[];
  readonly redirect?: { readonly status: number };
  readonly directStatus?: number;
  readonly headers: HeaderChanges;
  readonly rewriteUri?: string;
  readonly rewriteRegex?: { readonly match: string; readonly rewrite: string };
  readonly rewriteAuthority?: string;
  readonly cors: boolean;
  /** A fault that is injected into requests, so that they may be answered here. */
  readonly fault: boolean;
  /** The VirtualService whose routes stand here, as long as they are not merged in. */
  readonly delegate?: { readonly namespace: string; readonly name: string };
  /** The fields that the manifest sets. */
  readonly given: ReadonlySet<string>;
}

/** What a TCP or TLS route asks of a connection: all that is set must hold. */
export interface StreamMatch {
  /** Server names, of TLS routes only. */
  readonly sniHosts: readonly string[];
  readonly port?: number;
  readonly gateways: readonly string[];
}

/** One entry of `tcp` or `tls`. */
export interface StreamRoute {
  /** Empty: every connection. */
  readonly matches: readonly StreamMatch[];
  readonly destinations: readonly RouteDestination[];
}

/** A VirtualService, or one that its delegates were merged into. */
export interface VirtualService {
  readonly object: KubeObject;
  readonly namespace: string;
  readonly name: string;
  readonly hosts: readonly string[];
  readonly gateways: readonly string[];
  readonly exportTo: readonly string[];
  readonly http: readonly HttpRoute[];
  readonly tcp: readonly StreamRoute[];
  readonly tls: readonly StreamRoute[];
}

/** Reads a VirtualService; names are resolved as istiod does. */
export function readVirtualService(object: KubeObject, changes = new HeaderChangesReader()): VirtualService {
  const { spec, namespace } = object;
  return {
    object,
    namespace,
    name: object.name,
    hosts: texts(field(spec, 'hosts')).map((host) => expand(host, namespace)),
    gateways: texts(field(spec, 'gateways')).map((gateway) => resolveGateway(gateway, namespace)),
    exportTo: texts(field(spec, 'exportTo')),
    http: list(field(spec, 'http')).map((route) => readRoute(route, namespace, changes)),
    tcp: list(field(spec, 'tcp')).map((route) => readStreamRoute(route, namespace, changes)),
    tls: list(field(spec, 'tls')).map((route) => readStreamRoute(route, namespace, changes)),
  };
}

function readStreamRoute(route: Value, namespace: string, changes: HeaderChangesReader): StreamRoute {
  return {
    matches: list(field(route, 'match')).map((match) => ({
      sniHosts: texts(field(match, 'sniHosts')),
      port: number(field(match, 'port')) || undefined,
      gateways: texts(field(match, 'gateways')).map((gateway) => resolveGateway(gateway, namespace)),
    })),
    destinations: readDestinations(route, namespace, changes),
  };
}

function readDestinations(route: Value, namespace: string, changes: HeaderChangesReader): RouteDestination[] {
  return list(field(route, 'route')).map((destination) => ({
    host: expand(text(at(destination, 'destination', 'host')) ?? '', namespace),
    port: number(at(destination, 'destination', 'port', 'number')),
    subset: text(at(destination, 'destination', 'subset')) || undefined,
    weight: number(field(destination, 'weight')) ?? 0,
    headers: changes.read(at(destination, 'headers', 'request')),
  }));
}

/** A short host is one of the namespace's Services; one with a dot stays. */
export function expand(host: string, namespace: string): string {
  return host === '' || host.includes('.') || host.startsWith('*') ? host : `${host}.${namespace}.svc.cluster.local`;
}

/** `name`, `./name`, `ns/name`, and the legacy `name.ns` with or without a domain. */
export function resolveGateway(gateway: string, namespace: string): string {
  if (gateway === 'mesh') return gateway;
  const [first, second] = gateway.split('/');
  if (second !== undefined) return `${first === '.' ? namespace : first}/${second}`;
  const parts = gateway.split('.');
  return parts.length > 1 ? `${parts[1]}/${parts[0]}` : `${namespace}/${gateway}`;
}

function readRoute(route: Value, namespace: string, changes: HeaderChangesReader): HttpRoute {
  const matches = list(field(route, 'match'));
  const redirect = field(route, 'redirect');
  const rewrite = field(route, 'rewrite');
  const regex = field(rewrite, 'uriRegexRewrite');
  const delegate = field(route, 'delegate');
  return {
    name: text(field(route, 'name')) ?? '',
    matches: matches.length === 0 ? undefined : matches.map((match) => readMatch(match, namespace)),
    destinations: readDestinations(route, namespace, changes),
    redirect: isMapping(redirect) ? { status: number(field(redirect, 'redirectCode')) || 301 } : undefined,
    directStatus: number(at(route, 'directResponse', 'status')),
    headers: changes.read(at(route, 'headers', 'request')),
    rewriteUri: text(field(rewrite, 'uri')) || undefined,
    rewriteRegex: isMapping(regex) ? { match: text(field(regex, 'match')) ?? '', rewrite: text(field(regex, 'rewrite')) ?? '' } : undefined,
    rewriteAuthority: text(field(rewrite, 'authority')) || undefined,
    cors: isMapping(field(route, 'corsPolicy')),
    fault: isMapping(field(route, 'fault')) && field(field(route, 'fault'), 'abort') !== undefined,
    delegate: isMapping(delegate) ? { namespace: text(field(delegate, 'namespace')) || namespace, name: text(field(delegate, 'name')) ?? '' } : undefined,
    given: new Set(entries(route).filter(([, value]) => value !== undefined && value !== null).map(([key]) => key)),
  };
}

function readMatch(match: Value, namespace: string): RouteMatch {
  return {
    uri: readPattern(field(match, 'uri')),
    ignoreUriCase: field(match, 'ignoreUriCase') === true,
    method: readPattern(field(match, 'method')),
    authority: readPattern(field(match, 'authority')),
    scheme: readPattern(field(match, 'scheme')),
    headers: readPatterns(field(match, 'headers')),
    withoutHeaders: readPatterns(field(match, 'withoutHeaders')),
    queryParams: readPatterns(field(match, 'queryParams')),
    port: number(field(match, 'port')) || undefined,
    gateways: texts(field(match, 'gateways')).map((gateway) => resolveGateway(gateway, namespace)),
    sourceLabels: textMap(field(match, 'sourceLabels')),
    sourceNamespace: text(field(match, 'sourceNamespace')) || undefined,
  };
}

const NO_CHANGES: HeaderChanges = { set: [], add: [], remove: [] };

/** Reads changes of headers. Thousands of routes of a mesh change the same ones: what is written alike is one object, so that what follows from it is found once. */
export class HeaderChangesReader {
  private readonly known = new Map<string, HeaderChanges>();

  /** The changes under `headers.request`. */
  public read(value: Value): HeaderChanges {
    if (value === undefined) return NO_CHANGES;
    // Accepted changes are made of strings only, so that text tells them apart.
    const written = JSON.stringify(value);
    const changes = this.known.get(written) ?? readChanges(value);
    this.known.set(written, changes);
    return changes;
  }
}

function readChanges(value: Value): HeaderChanges {
  const pairs = (key: string) => entries(field(value, key)).filter((entry): entry is [string, string] => typeof entry[1] === 'string').sort(([a], [b]) => (a < b ? -1 : 1));
  return { set: pairs('set'), add: pairs('add'), remove: texts(field(value, 'remove')) };
}

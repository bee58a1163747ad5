import { podsOf } from './backends';
import { Caller, NamedClient, NamedToken } from './caller';
import { allCallers, meshClients, outsideClients, tokensOf } from './callers';
import { connectionsOf, hostConditions } from './connection';
import { CredentialClasses } from './credential-classes';
import { elsewhere } from './elsewhere';
import { Endpoint } from './endpoint';
import { gatewayEndpoints } from './gateway-endpoints';
import { GatewayScope } from './gateway-scope';
import { Guard, Guards } from './guards';
import { HeaderSet, Operation, Sample } from './operation';
import { canonical, headerPart, hostPart, methodPart, pathPart } from './request-parts';
import { Scope } from './scope';
import { serviceEndpoints } from './service-endpoints';
import { ServiceScope } from './service-scope';
import { StreamScope } from './stream-scope';
import { hostCandidates, Surface, surfaceOf } from './surface';
import { WorkloadExamination } from './workload-examination';
import { AccessRequest, Client, ClientKind, HttpVersion, Mesh } from '../authz';
import { absentGatewayOf, calledService, callerNamespace, EvaluatedMesh } from '../authz/evaluation';
import { withoutPort } from '../authz/http-message';
import { findBackend } from '../mesh/backend';
import { Workload } from '../mesh/workload';

/** Examples are judged as of this moment: what they carry is asserted and has no dates. */
export const EXAMPLE_TIME = '2030-01-01T00:00:00Z';

const PARTS = ['host', 'credentials', 'path', 'method', 'address'] as const;

/** A place where requests go: equal keys for places where they meet the same conditions, but for those on the Host header. */
export interface Station {
  readonly key: string;
  /** How the conditions come out for a part of a request that goes there. */
  told(request: AccessRequest, part: (typeof PARTS)[number]): string;
}

/**
 * The requests that the manifests of a mesh tell apart: who may ask, where, and what.
 *
 * The class of a request is how every condition on its way comes out for it; requests of one class get the same answer, and each class is named by an
 * example. What is sampled here is finite: every value that a manifest compares with, its neighbours, and others that nothing names.
 */
export class AccessSpace {
  /** Derives the classes of a mesh. */
  public static of(mesh: Mesh): AccessSpace {
    return new AccessSpace(mesh);
  }

  private readonly evaluated: EvaluatedMesh;
  private readonly guards: Guards;
  private readonly scopes = new Map<string, Scope>();
  private readonly surfaces = new Map<Endpoint, Surface>();
  private readonly samples = new Map<Endpoint, { path?: Map<string, string>; method?: Map<string, string> }>();
  private readonly credentials = new Map<Endpoint, CredentialClasses>();
  private readonly atEndpoints = new Map<Endpoint, readonly { readonly scope?: Scope }[]>();
  private places?: Map<string, Endpoint>;
  private others?: Map<string, Endpoint>;
  private all?: readonly Endpoint[];
  private found?: { readonly outside: readonly NamedClient[]; readonly inMesh: readonly NamedClient[]; readonly tokens: readonly NamedToken[] };

  private constructor(public readonly mesh: Mesh) {
    this.evaluated = mesh._evaluated();
    this.guards = new Guards(this.evaluated);
  }

  /** Hosts on the ports of gateways, and ports of Services. */
  public get endpoints(): readonly Endpoint[] {
    this.all ??= [...gatewayEndpoints(this.evaluated), ...serviceEndpoints(this.evaluated)].flatMap((endpoint) => this.variants(endpoint));
    return this.all;
  }

  /** The clients outside the mesh, without their tokens. */
  public get outsideClients(): readonly NamedClient[] {
    return this.named.outside;
  }

  /** The clients inside the mesh. */
  public get meshClients(): readonly NamedClient[] {
    return this.named.inMesh;
  }

  /** The tokens that clients may bring. */
  public get tokens(): readonly NamedToken[] {
    return this.named.tokens;
  }

  /** Who may ask at an endpoint: every client without a token and with each. */
  public callersOf({ kind }: Endpoint): Caller[] {
    return allCallers(kind === 'gateway' ? this.outsideClients : this.meshClients, this.tokens);
  }

  /** What can be asked at an endpoint. */
  public surfaceOf(endpoint: Endpoint): Surface {
    const known = this.surfaces.get(endpoint);
    if (known !== undefined) return known;
    const base = this.plainRequest(endpoint);
    const scope = this.scopesOf(base)[0]?.scope;
    const policies = (end: WorkloadExamination) => this.guards.of(end.pods.workload).policies;
    const surface = scope === undefined ? NO_SURFACE : surfaceOf(scope, policies, (more) => ({ ...base, ...more }));
    this.surfaces.set(endpoint, surface);
    return surface;
  }

  /** The request of a caller at an endpoint. Clients from outside speak there what the endpoint speaks. */
  public requestOf(endpoint: Endpoint, { client, token }: Caller, operation: Partial<Operation> = {}): AccessRequest {
    const { kind, gateway, service, port, tls, sni, host } = endpoint;
    const { single, repeated } = headerFields(operation.headers ?? new Map());
    return {
      client: kind === 'gateway' && tls !== true ? Client.plaintext() : client,
      host,
      path: operation.path ?? '/',
      method: operation.method ?? 'GET',
      port,
      at: EXAMPLE_TIME,
      ...(token === undefined ? {} : { token }),
      ...(kind === 'service' ? { service } : gateway === undefined ? {} : { gateway }),
      ...(kind === 'gateway' && tls === true ? { sni } : {}),
      ...(Object.keys(single).length > 0 ? { headers: single } : {}),
      ...(Object.keys(repeated).length > 0 ? { repeatedHeaders: repeated } : {}),
    };
  }

  /** What guards pods. */
  public guardOf(workload: Workload): Guard {
    return this.guards.of(workload);
  }

  /** The routes of an endpoint of a gateway in words, each with the pods that it leads to. */
  public waysOf(endpoint: Endpoint): { readonly route: string; readonly pods?: Workload }[] {
    const ways = this.scopesAt(endpoint).flatMap(({ scope }) => (scope instanceof GatewayScope ? scope.ways : []));
    return ways.flatMap(({ entry: { virtualService, route }, pods }) => {
      const name = `${virtualService.namespace}/${virtualService.name}`;
      if (pods.length > 0) return pods.map(({ workload }) => ({ route: name, pods: workload }));
      const answer = route.redirect !== undefined ? 'redirects' : route.directStatus !== undefined ? `answers ${route.directStatus}` : 'leads outside or nowhere';
      return [{ route: `${name} ${answer}` }];
    });
  }

  /** The pods behind an endpoint inside the mesh. */
  public podsOf(endpoint: Endpoint): Workload[] {
    return this.scopesAt(endpoint).flatMap(({ scope }) => (scope instanceof ServiceScope ? scope.ends : [])).map(({ pods }) => pods.workload);
  }

  /** The class of a request: equal texts for requests that get equal answers. */
  public signatureOf(request: AccessRequest): string {
    return this.scopesOf(request).map(({ key, scope }) => [key, ...(scope === undefined ? [] : PARTS.map((part) => told(scope, part, request)))].join('\n#')).join('\n==\n');
  }

  /** The example that names the class of a request; undefined where none of the samples is of that class. The address of the client is kept. */
  public exampleOf(request: AccessRequest): AccessRequest | undefined {
    const endpoint = this.endpointOf(request);
    if (endpoint === undefined) return undefined;
    const { paths, methods } = this.surfaceOf(endpoint);
    const base = this.plainRequest(endpoint);
    const path = this.sampleOf(endpoint, 'path', this.partOf(request, 'path'), paths, (value) => ({ ...base, path: value, ...(value === '*' ? { method: 'OPTIONS' } : {}) }));
    const method = this.sampleOf(endpoint, 'method', this.partOf(request, 'method'), methods, (value) => ({ ...base, method: value }));
    const credentials = this.credentialsOf(endpoint).find(this.partOf(request, 'credentials'), this.partOf({ ...request, token: undefined }, 'client'));
    if (path === undefined || method === undefined || credentials === undefined) return undefined;
    const operation = { path, method: path === '*' ? 'OPTIONS' : method, headers: credentials.headers };
    const example = { ...this.requestOf(endpoint, credentials.caller, operation), clientIp: request.clientIp };
    if (this.partOf(example, 'address') === this.partOf(request, 'address')) return example;
    // Where addresses are told apart by what is forwarded, that is kept too.
    const kept = { ...example, repeatedHeaders: { ...example.repeatedHeaders, 'x-forwarded-for': forwardedLines(request) } };
    return this.signatureOf(kept) === this.signatureOf(request) ? kept : undefined;
  }

  /** The endpoint at which requests meet the same conditions. */
  public endpointOf(request: AccessRequest): Endpoint | undefined {
    const placed = (endpoints: readonly Endpoint[]) => (
      new Map([...endpoints].reverse().map((endpoint) => [this.placeOf(this.plainRequest(endpoint)), endpoint]))
    );
    const place = this.placeOf(request);
    this.places ??= placed(this.endpoints);
    const known = this.places.get(place);
    if (known !== undefined || request.client.kind === ClientKind.IN_MESH) return known;
    this.others ??= placed(elsewhere(this.evaluated.proxies, this.endpoints));
    return this.others.get(place);
  }

  /** How much of a request a place tells apart by one part, for requests that go to the same place. */
  public partOf(request: AccessRequest, part: (typeof PARTS)[number] | 'client'): string {
    return this.scopesOf(request).map(({ scope }) => (scope === undefined ? '' : told(scope, part, request))).join('\n==\n');
  }

  /** How much an endpoint tells apart by one part, for requests that are made for it. */
  public partAt(endpoint: Endpoint, request: AccessRequest, part: (typeof PARTS)[number] | 'client'): string {
    return this.scopesAt(endpoint).map(({ scope }) => (scope === undefined ? '' : told(scope, part, request))).join('\n==\n');
  }

  /** Where a request goes: equal texts for requests that meet the same conditions. */
  public placeOf(request: AccessRequest): string {
    return this.scopesOf(request).map(({ key, scope }) => `${key}${scope?.host(request) ?? ''}`).join('\n==\n');
  }

  /** Where a request goes and what is told apart there, for whoever asks often about one place. */
  public stationOf(request: AccessRequest): Station {
    const scopes = this.scopesOf(request);
    return {
      key: scopes.map(({ key }) => key).join('\n==\n'),
      told: (other, part) => scopes.map(({ scope }) => (scope === undefined ? '' : told(scope, part, other))).join('\n==\n'),
    };
  }

  private sampleOf(endpoint: Endpoint, part: 'path' | 'method', wanted: string, samples: readonly Sample<string>[], ask: (value: string) => AccessRequest): string | undefined {
    const tables = this.samples.get(endpoint) ?? {};
    this.samples.set(endpoint, tables);
    tables[part] ??= new Map([...samples].reverse().map(({ value }) => [this.partOf(ask(value), part), value]));
    return tables[part].get(wanted);
  }

  /** The kinds of credentials that an endpoint tells apart. */
  private credentialsOf(endpoint: Endpoint): CredentialClasses {
    const known = this.credentials.get(endpoint) ?? new CredentialClasses(
      this.callersOf(endpoint), withPreflights(this.surfaceOf(endpoint).headers.map(({ value }) => value)),
      (caller, headers) => this.partAt(endpoint, this.requestOf(endpoint, caller, { headers }), 'credentials'),
      (caller) => this.partAt(endpoint, this.requestOf(endpoint, caller), 'client'),
    );
    this.credentials.set(endpoint, known);
    return known;
  }

  private plainRequest(endpoint: Endpoint): AccessRequest {
    const client = endpoint.kind === 'service' ? Client.inMeshPlaintext() : endpoint.tls === true ? Client.none() : Client.plaintext();
    return this.requestOf(endpoint, { name: '', client, named: false });
  }

  /** An endpoint with each Host header that is told apart there; with a port of its own, or in the mesh any name. */
  private variants(endpoint: Endpoint): Endpoint[] {
    const base = this.plainRequest(endpoint);
    const [scope] = this.scopesOf(base);
    if (scope.scope === undefined) return [endpoint];
    const found = new Map([[this.placeOf(base), endpoint]]);
    for (const host of [`${endpoint.host}:${endpoint.port}`, ...hostCandidates(scope.scope)]) {
      if (endpoint.kind === 'gateway' && withoutPort(host).toLowerCase() !== endpoint.host.toLowerCase()) continue;
      const place = this.placeOf({ ...base, host });
      if (!found.has(place)) found.set(place, { ...endpoint, host });
    }
    return [...found.values()];
  }

  private scopesAt(endpoint: Endpoint): readonly { readonly scope?: Scope }[] {
    const scopes = this.atEndpoints.get(endpoint) ?? this.scopesOf(this.plainRequest(endpoint));
    this.atEndpoints.set(endpoint, scopes);
    return scopes;
  }

  /** The places that a request may come to, one for each answer to open facts; without a scope where nobody reads it. */
  private scopesOf(request: AccessRequest): { readonly key: string; readonly scope?: Scope }[] {
    return request.client.kind === ClientKind.IN_MESH ? [this.serviceScope(request)] : connectionsOf(this.evaluated, request).map((connection) => {
      const { place, stream } = connection;
      const { host } = canonical(request);
      if (stream !== undefined) {
        return { key: connection.key, scope: this.scope(connection.key, () => new StreamScope(this.evaluated, this.guards, stream)) };
      }
      if (place === undefined) return { key: `${connection.key} ${absentGatewayOf(this.evaluated.view, host) ?? ''}` };
      const key = `${connection.key} ${hostConditions(this.evaluated, this.guards, place, request)}`;
      return { key, scope: this.scope(key, () => new GatewayScope(this.evaluated, this.guards, place, host)) };
    });
  }

  private serviceScope(request: AccessRequest): { readonly key: string; readonly scope?: Scope } {
    const { view } = this.evaluated;
    const { full } = calledService(request, canonical(request).host);
    if (full === undefined) return { key: `no service ${withoutPort(canonical(request).host)}` };
    const namespace = callerNamespace(request.client._meshIdentity());
    const pods = podsOf((choices) => findBackend(view, full, request.port, undefined, namespace, request.port ?? 80, choices, true));
    const key = `${full} ${pods.map(({ workload, port, http }) => `${workload.namespace}/${workload.name}:${port}${http ? '' : ' tcp'}`).join(' ')}`;
    return { key, scope: pods.length === 0 ? undefined : this.scope(key, () => new ServiceScope(this.evaluated, this.guards, pods)) };
  }

  private scope(key: string, make: () => Scope): Scope {
    const known = this.scopes.get(key) ?? make();
    this.scopes.set(key, known);
    return known;
  }

  private get named() {
    if (this.found === undefined) {
      const surfaces = this.endpoints.map((endpoint) => ({ endpoint, surface: this.surfaceOf(endpoint) }));
      const demands = (kind: Endpoint['kind']) => surfaces.filter(({ endpoint }) => endpoint.kind === kind).flatMap(({ surface }) => surface.demands);
      const issuers = [...new Set(surfaces.flatMap(({ surface }) => surface.issuers))];
      this.found = {
        outside: outsideClients(demands('gateway')),
        inMesh: meshClients([...demands('service'), ...demands('gateway')], this.evaluated.view.settings.trustDomain),
        tokens: tokensOf(issuers, surfaces.flatMap(({ surface }) => surface.demands)),
      };
    }
    return this.found;
  }
}

const NO_SURFACE: Surface = {
  paths: [{ value: '/', label: '/' }],
  methods: [{ value: 'GET', label: 'GET' }],
  headers: [{ value: new Map(), label: '' }],
  demands: [],
  issuers: [],
  limits: [],
};

/** A part of a request, and whether HTTP/2 makes a difference to it: what is malformed there, or would be to a proxy behind that reads HTTP/1.1. */
function told(scope: Scope, part: (typeof PARTS)[number] | 'client', request: AccessRequest): string {
  const text = scope[part](request);
  if (request.httpVersion !== HttpVersion.HTTP_2 || part === 'client' || part === 'address') return text;
  const { httpVersion: _, ...older } = request;
  const read = { path: pathPart, method: methodPart, host: hostPart, credentials: (asked: AccessRequest) => headerPart(asked) }[part](older);
  // What is malformed ends otherwise over HTTP/2.
  return 'refused' in read || /(?:^|\s)!\d/.test(text) ? `${text} over HTTP/2` : text;
}

function headerFields(headers: HeaderSet): { readonly single: { [name: string]: string }; readonly repeated: { [name: string]: string[] } } {
  const lines = [...headers];
  return {
    single: Object.fromEntries(lines.filter(([, values]) => values.length === 1).map(([name, [value]]) => [name, value])),
    repeated: Object.fromEntries(lines.filter(([, values]) => values.length > 1).map(([name, values]) => [name, [...values]])),
  };
}

/** Header sets, and each with the lines that make a request a preflight, whose tokens are not read. */
function withPreflights(sets: readonly HeaderSet[]): HeaderSet[] {
  return [...sets, ...sets.map((set) => new Map([...set, ['origin', ['https://app.example']], ['access-control-request-method', ['GET']]]))];
}

/** The lines of `x-forwarded-for`. */
function forwardedLines({ headers, repeatedHeaders }: AccessRequest): string[] {
  return [...Object.entries(headers ?? {}), ...Object.entries(repeatedHeaders ?? {})].filter(([name]) => name.toLowerCase() === 'x-forwarded-for').flatMap(([, value]) => value);
}

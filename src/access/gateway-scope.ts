import { Way, waysOf } from './backends';
import { Connection } from './connection';
import { Demand, NOTHING } from './demand';
import { Guards } from './guards';
import { headerOf, relevantFields, testsOf } from './policy-tests';
import { canonical, credentialPart, hostPart, matchOf, methodPart, normalizations, pathPart } from './request-parts';
import { Examination, Scope } from './scope';
import { WorkloadExamination } from './workload-examination';
import { AccessRequest } from '../authz';
import { EvaluatedMesh } from '../authz/evaluation';
import { atTheEdge } from '../authz/gateway-hop';
import { handshake } from '../authz/handshake';
import { formatValue } from '../authz/header-format';
import { HeaderLines } from '../authz/header-lines';
import { changeHeaders } from '../authz/header-operations';
import { HttpMessage, withoutPort } from '../authz/http-message';
import { meshPeer, Peer } from '../authz/peer';
import { rewritten } from '../authz/rewrite';
import { explore } from '../mesh/choices';
import { GatewayProxy } from '../mesh/gateway-proxy';
import { FilterChain } from '../mesh/listener';
import { RouteEntry } from '../mesh/route-table';
import { Value } from '../mesh/value';
import { HeaderChanges } from '../mesh/virtual-service';
import { parseMoment } from '../model/moment';

const MAX_VARIANTS = 16;

type Place = NonNullable<Connection['place']>;
const FORWARDED = 'x-forwarded-client-cert';
const NO_CHANGES: HeaderChanges = { set: [], add: [], remove: [] };
const PLAIN: Peer = { tls: false };

/** A way, and what the workloads at its end ask. */
interface ExaminedWay extends Way {
  readonly ends: readonly WorkloadExamination[];
}

/** A host behind a filter chain of a gateway. */
export class GatewayScope implements Scope {
  public readonly examination: Examination;
  public readonly ways: readonly ExaminedWay[];
  /** The fields of the gateway's rules that can matter here. */
  public readonly fields: ReturnType<typeof relevantFields>;
  private names?: boolean;
  /** Whether the gateway takes scheme and address of a request from what proxies forward. */
  private readonly behindProxies: boolean;
  private readonly redirects: boolean;
  private readonly gatewayPeer: Peer;
  private readonly proxy: GatewayProxy;
  private readonly target: number;
  private readonly chain: FilterChain;

  public constructor(
    private readonly mesh: EvaluatedMesh,
    guards: Guards,
    { proxy, target, chain, host }: Place,
    authority: string,
  ) {
    this.proxy = proxy;
    this.target = target;
    this.chain = chain;
    const { settings } = mesh.view;
    const guard = guards.of(proxy.workload);
    this.fields = relevantFields(guard.policies, { authority, port: target });
    this.examination = new Examination(mesh, testsOf(this.fields, settings), guard.providers);
    this.behindProxies = proxy.topology.numTrustedProxies > 0;
    this.redirects = host?.requireTls === true && this.behindProxies;
    // What is redirected to HTTPS never comes to a route.
    const entries: readonly RouteEntry[] = host === undefined || (host.requireTls && chain.plain && !this.behindProxies) ? [] : host.routes;
    this.ways = entries.flatMap((entry) => waysOf(mesh, entry, proxy.workload.namespace, chain.server.port))
      .map((way) => ({ ...way, ends: way.pods.map((pods) => new WorkloadExamination(mesh, guards, pods)) }));
    this.gatewayPeer = meshPeer(`spiffe://${settings.trustDomain}/ns/${proxy.workload.namespace}/sa/${proxy.workload.serviceAccount}`);
  }

  /** The names that the server asks of client certificates. */
  public get certificateNames(): Demand[] {
    return (this.chain.server.tls?.subjectAltNames ?? []).map((name) => ({ ...NOTHING, ...(name.includes('://') ? { uris: [name] } : { dnsNames: [name] }) }));
  }

  /** What a client says of the scheme of its request, where a gateway believes it and it matters. */
  public get schemes(): Demand[] {
    const asked = this.redirects || this.ways.some(({ entry: { match } }) => match?.scheme !== undefined);
    return this.behindProxies && asked ? ['https', 'http'].map((scheme) => ({ ...NOTHING, headers: new Map([['x-forwarded-proto', scheme]]) })) : [];
  }

  public credentials(request: AccessRequest): string {
    const now = request.at === undefined ? new Date() : parseMoment(request.at);
    const part = credentialPart(this.mesh, request);
    const texts = this.peers(request, now).map((peer) => {
      if (typeof peer === 'string') return peer;
      return 'refused' in part ? `!${part.refused}` : this.known(part.message, request, peer, now);
    });
    return [...new Set(texts)].join('\n');
  }

  public client(request: AccessRequest): string {
    const now = request.at === undefined ? new Date() : parseMoment(request.at);
    const part = hostPart(request);
    if ('refused' in part) return `!${part.refused}`;
    const texts = this.peers(request, now).map((peer) => (typeof peer === 'string' ? peer : this.peerText(peer, part.message)));
    return [request.token?.text ?? '', ...new Set(texts)].join('\n');
  }

  public path(request: AccessRequest): string {
    const part = pathPart(request, this.behindProxies);
    if ('refused' in part) return `!${part.refused}`;
    // A target of HTTPS on a connection in plain text is refused, unless proxies in front are trusted.
    const borrowed = 'refused' in pathPart(request) ? 'https ' : '';
    return [`${borrowed}${this.examination.paths(part.message)}`, ...this.ways.map((way) => this.onWay(way, part.message))].join(' ');
  }

  public method(request: AccessRequest): string {
    const part = methodPart(request);
    if ('refused' in part) return `!${part.refused}`;
    const { message } = part;
    return [
      message.method === 'OPTIONS' ? 'preflight' : '',
      this.examination.outcomes(['method'], message),
      ...this.ways.map(({ entry: { match }, ends }) => [
        match === undefined ? '' : this.examination.matches(matchOf(match, 'method'), message),
        ...ends.map(({ examination }) => examination.outcomes(['method'], message)),
      ].join(',')),
    ].join(' ');
  }

  /** What routes and workloads ask of the host. */
  public host(request: AccessRequest): string {
    const part = hostPart(request);
    if ('refused' in part) return `!${part.refused}`;
    const { message } = part;
    return this.ways.map(({ entry: { match, route }, destination, ends }) => {
      const changed = changeHeaders(message, route, destination, PLAIN);
      return [
        match === undefined ? '' : this.examination.matches(matchOf(match, 'host'), message),
        ...ends.map(({ examination }) => examination.outcomes(['host'], changed)),
      ].join(',');
    }).join(' ');
  }

  public address(request: AccessRequest): string {
    const part = methodPart({ ...request, method: 'GET' });
    // A workload is told the address by the gateway, and behind trusted proxies it is what the header says.
    const asked = [this.examination, ...this.ways.flatMap(({ ends }) => ends).map(({ examination }) => examination)].some((examination) => examination.asks(['address']));
    const told = this.behindProxies ? [...Object.entries(request.headers ?? {}), ...Object.entries(request.repeatedHeaders ?? {})].filter(([name]) => name.toLowerCase() === 'x-forwarded-for').flatMap(([, value]) => value) : [];
    const forwarded = asked ? JSON.stringify([request.clientIp, ...told]) : '';
    return 'refused' in part ? '!' : `${forwarded}${this.examination.outcomes(['address', 'other'], part.message, { sourceIp: request.clientIp })}`;
  }

  /** What is told apart of a peer: its names where conditions ask for them, and what routes write of them into headers. */
  private peerText(peer: Peer, message: HttpMessage): string {
    const { certificate } = peer;
    if (this.showsNames) return JSON.stringify([certificate?.subject, certificate?.issuer, certificate?.uris, certificate?.dnsNames]);
    const written = this.ways.flatMap(({ entry, destination, ends }) => [entry.route.headers, destination?.headers ?? NO_CHANGES].flatMap(({ set, add }) => [...set, ...add]).filter(([, value]) => value.includes('%DOWNSTREAM_PEER_'))
      .map(([name, value]) => {
        const formatted = formatValue(value, message, peer);
        const only = { ...message, headers: HeaderLines.NONE.plus(name, formatted) };
        return `${formatted === '' ? '-' : '+'}${ends.map(({ examination }) => examination.outcomes(['header'], only)).join(',')}`;
      }));
    return `${certificate === undefined ? '-' : '+'} ${this.examination.outcomes(['identity'], message, { peer, port: this.target })} ${written.join(' ')}`;
  }

  /** Whether more than single headers is made of the names of a certificate: then each name counts. */
  private get showsNames(): boolean {
    const forwarded = (name: string) => name.toLowerCase() === FORWARDED;
    const examinations = [this.examination, ...this.ways.flatMap(({ ends }) => ends).map(({ examination }) => examination)];
    const mixed = ({ set, add }: HeaderChanges) => [...set, ...add].some(([name, value]) => (/^(?:host|:authority|x-forwarded-client-cert)$/i.test(name) && value.includes('%')) || /%DOWNSTREAM_PEER_.*%REQ|%REQ.*%DOWNSTREAM_PEER_|%REQ\(x-forwarded-client-cert/i.test(value));
    this.names ??= !this.mesh.view.settings.behaviour.policyHeadersByLine
      || examinations.some(({ tests }) => tests.some(({ key }) => headerOf(key) === FORWARDED))
      || this.ways.some(({ entry: { match } }) => [...match?.headers ?? [], ...match?.withoutHeaders ?? []].some(({ name }) => forwarded(name)))
      || this.ways.some(({ entry: { route }, destination }) => mixed(route.headers) || mixed(destination?.headers ?? NO_CHANGES));
    return this.names;
  }

  /** The peers that a connection may end up with, or how it ends. */
  private peers(request: AccessRequest, now: Date): (Peer | string)[] {
    if (this.chain.plain) return [PLAIN];
    const sni = request.sni ?? withoutPort(canonical(request).host);
    const { mesh: { view }, proxy: { workload }, chain: { server } } = this;
    const { runs } = explore((choices) => handshake(view, workload, server, request.client, sni, now, choices), MAX_VARIANTS);
    return runs.map(({ value }) => (value.ok ? value.peer : value.outcome));
  }

  private known(message: HttpMessage, request: AccessRequest, peer: Peer, now: Date): string {
    const { examination } = this;
    const edge = atTheEdge(message, peer, this.proxy.topology);
    const preflight = ['origin', 'access-control-request-method'].map((name) => message.headers.get(name).map((value) => (value === '' ? 'e' : 'v')).join('')).join(',');
    const early = examination.outcomes(['identity', 'header'], edge, { peer, port: this.target });
    const late = examination.authenticated(edge, request, now, (passed, claims) => [
      examination.outcomes(['header', 'token'], passed, { peer, claims }),
      ...this.ways.map((way) => this.beyond(way, claims === undefined ? edge : passed, passed, request, peer, now, claims)),
    ].join(' '));
    return `${this.redirects ? `${edge.scheme} ` : ''}${peer.certificate === undefined ? '-' : '+'} ${preflight} ${early} ${late}`;
  }

  /** What a route asks of headers and claims, and what its workloads see of them. */
  private beyond(way: ExaminedWay, routed: HttpMessage, message: HttpMessage, request: AccessRequest, peer: Peer, now: Date, claims: Value): string {
    const { entry, destination, ends } = way;
    const taken = entry.match === undefined ? '' : this.examination.matches(matchOf(entry.match, 'credentials'), routed, { peer, claims });
    if (ends.length === 0) return taken;
    const changed = changeHeaders(message, entry.route, destination, peer);
    return [taken, ...ends.flatMap((end) => (end.asksForwarded ? [this.gatewayPeer, PLAIN] : [this.gatewayPeer]).map((caller) => end.credentials(changed, request, now, caller)))].join(',');
  }

  private onWay({ entry: { match, route }, ends }: ExaminedWay, message: HttpMessage): string {
    return this.normal(message).map((seen) => {
      if (seen === undefined) return '!';
      const taken = match === undefined ? '' : this.examination.matches(matchOf(match, 'path'), seen);
      const changed = rewritten(seen, route, match);
      return [taken, ...ends.map(({ examination }) => examination.paths(changed))].join(',');
    }).join('|');
  }

  private normal(message: HttpMessage): (HttpMessage | undefined)[] {
    return normalizations(this.mesh, message);
  }
}

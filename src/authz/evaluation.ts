import { AccessRequest } from './access-request';
import { ClientKind } from './client';
import { Decision, DecisionProps, Outcome } from './decision';
import { gatewayHop } from './gateway-hop';
import { HttpMessage, withoutPort } from './http-message';
import { locations } from './jwt-authn';
import { Log } from './log';
import { SecurityCatalogue } from './proxy-security';
import { readRequest, sentRequest } from './request-line';
import { end, Journey } from './station';
import { workloadHop } from './workload-hop';
import { findBackend, serviceOfHost } from '../mesh/backend';
import { Answers, Choices, explore } from '../mesh/choices';
import { GatewayProxy } from '../mesh/gateway-proxy';
import { bestMatch } from '../mesh/host-name';
import { MeshView } from '../mesh/mesh-view';
import { parseMoment } from '../model/moment';

/** How many combinations of open facts are tried before an answer counts as undecided. */
const MAX_RUNS = 64;

/** Everything that requests are evaluated against. */
export interface EvaluatedMesh {
  readonly view: MeshView;
  readonly proxies: readonly GatewayProxy[];
  readonly security: SecurityCatalogue;
}

/** Evaluates a request: once for each combination of the open facts that its answer depends on. */
export function evaluate(mesh: EvaluatedMesh, request: AccessRequest): Decision {
  const now = request.at === undefined ? new Date() : parseMoment(request.at);
  const { runs, complete } = explore((choices) => travel(mesh, request, now, choices), MAX_RUNS);
  const [first] = runs;
  const verdict = ({ outcome, status, workload }: DecisionProps) => JSON.stringify([outcome, status, workload]);
  const different = runs.filter(({ value }, index) => runs.findIndex((other) => verdict(other.value) === verdict(value)) === index);
  if (different.length === 1 && complete) return new Decision(first.value);
  const [ordinary, ...others] = different.map(({ value, answers }) => (
    new Decision({ ...value, unless: answers.filter(({ holds }) => !holds).map(({ text }) => text) })
  ));
  const facts = others.map((other) => `${other.toString()} unless ${other.unless.join(' and ')}`);
  const reason = different.length === 1 ? `more than ${MAX_RUNS} combinations of facts that the manifests do not show` : `${ordinary.toString()}; but ${facts.join('; ')}`;
  return new Decision({
    outcome: Outcome.UNDECIDED,
    reason,
    hops: ordinary.hops,
    assumptions: ordinary.assumptions,
    alternatives: [ordinary, ...others],
  });
}

/** Evaluates a request with every open fact as it ordinarily is. */
export function evaluateOrdinarily(mesh: EvaluatedMesh, request: AccessRequest): Decision {
  return new Decision(travel(mesh, request, request.at === undefined ? new Date() : parseMoment(request.at), new Answers([])));
}

function travel(mesh: EvaluatedMesh, request: AccessRequest, now: Date, choices: Choices): DecisionProps {
  const { client } = request;
  const tokens = {
    now: Math.floor(now.getTime() / 1000),
    asserted: new Set(request.token?._isAsserted() === true ? [request.token.text] : []),
    choices,
  };
  const secure = client.kind === ClientKind.EXTERNAL;
  const read = readRequest(request, secure);
  const malformed = 'malformed' in read ? read : undefined;
  const sent = withToken(mesh.view, sentRequest(request), request);
  const message = 'malformed' in read ? sent : withToken(mesh.view, read, request);
  const { unproved } = mesh.view.settings.behaviour;
  const journey: Journey = {
    view: mesh.view,
    security: mesh.security,
    client,
    now,
    tokens,
    choices,
    clientIp: request.clientIp,
    secure,
    streamed: readRequest(request, false, false),
    malformed,
    sent,
    log: new Log(),
    assumptions: new Set(unproved === undefined ? [] : [unproved]),
  };
  if (client.kind === ClientKind.IN_MESH) return insideMesh(journey, request, message);
  const port = request.port ?? (secure ? 443 : 80);
  const sni = request.sni ?? withoutPort(message.authority);
  const proxy = pickProxy(mesh, request, port, secure ? sni : withoutPort(message.authority), choices);
  const none = `no Gateway selects ${request.gateway === undefined ? 'any pods' : `pods of \`${request.gateway}\``}`;
  const result = proxy === undefined ? end(journey, Outcome.CONNECTION_REFUSED, none) : gatewayHop(journey, proxy, port, sni, message);
  return absentGateway(journey, message, result) ?? result;
}

/** What is not served here may be served by a Gateway that is not among the manifests. */
function absentGateway({ view }: Journey, message: HttpMessage, { outcome, hops }: DecisionProps): DecisionProps | undefined {
  if (![Outcome.CONNECTION_REFUSED, Outcome.CONNECTION_CLOSED, Outcome.NOT_FOUND].includes(outcome)) return undefined;
  const absent = absentGatewayOf(view, message.authority);
  if (absent === undefined) return undefined;
  const reason = `Gateway \`${absent}\`, to which the host is bound, is not among the manifests`;
  return { outcome: Outcome.UNDECIDED, reason, hops: [...hops ?? [], { stage: 'handshake', text: reason }] };
}

/** The Gateway that a VirtualService binds a host to and that is not among the manifests. */
export function absentGatewayOf(view: MeshView, authority: string): string | undefined {
  if (view.complete) return undefined;
  const present = new Set(view.gateways.map(({ namespace, name }) => `${namespace}/${name}`));
  const host = withoutPort(authority).toLowerCase();
  return view.virtualServices.filter(({ hosts }) => bestMatch(new Map(hosts.map((entry) => [entry.toLowerCase(), true])), host) === true)
    .flatMap(({ gateways }) => gateways).find((gateway) => gateway !== 'mesh' && !present.has(gateway));
}

/** Several gateways: the one that serves the name, as DNS would have it. */
export function pickProxy(mesh: EvaluatedMesh, { gateway }: AccessRequest, port: number, name: string, choices: Choices): GatewayProxy | undefined {
  const named = gateway === undefined ? mesh.proxies : mesh.proxies.filter(({ workload, serviceNames }) => `${workload.namespace}/${workload.name}` === gateway || serviceNames.includes(gateway));
  if (named.length < 2) return named[0];
  const host = name.toLowerCase();
  const serving = named.filter((proxy) => {
    const target = proxy.targetOf(port);
    const hosts = proxy.servers.filter((entry) => entry.target === target).flatMap(({ server }) => server.hosts).map((entry) => entry.split('/').pop()!.toLowerCase());
    return bestMatch(new Map(hosts.map((entry) => [entry, true])), host) === true;
  });
  const candidates = serving.length > 0 ? serving : named;
  const last = candidates.length - 1;
  return candidates.find(({ workload }, index) => index === last || choices.ask(`gateway ${workload.namespace}/${workload.name}`, `the request goes to gateway ${workload.namespace}/${workload.name}`));
}

/** A caller that goes past the gateways, straight to the pods of a Service. */
function insideMesh(journey: Journey, request: AccessRequest, message: HttpMessage): DecisionProps {
  const { view, client, choices } = journey;
  const called = calledService(request, message.authority);
  if (called.full === undefined) return end(journey, Outcome.UNDECIDED, `the host \`${called.host}\` names no Service: give the called one as \`service\`, in the form \`namespace/name\``);
  const backend = findBackend(view, called.full, request.port, undefined, callerNamespace(client._meshIdentity()), request.port ?? 80, choices, true);
  if (backend.kind === 'none') return end(journey, Outcome.CONNECTION_REFUSED, backend.reason);
  if (backend.kind === 'outside') return end(journey, Outcome.UNDECIDED, backend.open ?? `Service \`${backend.service}\` leads where no manifest shows`);
  journey.log.tell(() => `${client.toString()} calls Service ${backend.service} directly`);
  return workloadHop(journey, backend, message, { gateway: false, identity: client._meshIdentity(), sourceIp: request.clientIp, sni: request.sni });
}

/** The full name of the Service that a caller in the mesh means; undefined where the host names none. */
export function calledService(request: AccessRequest, authority: string): { readonly host: string; readonly full?: string } {
  const { client } = request;
  const host = request.service === undefined ? withoutPort(authority) : serviceHost(request.service);
  const parts = host.split('.');
  return { host, full: serviceOfHost(host) !== undefined ? host : parts.length <= 3 ? `${parts[0]}.${parts[1] ?? callerNamespace(client._meshIdentity())}.svc.cluster.local` : undefined };
}

function serviceHost(service: string): string {
  const [namespace, name] = service.split('/');
  if (name === undefined) throw new Error(`invalid service \`${service}\`: expected the form \`namespace/name\``);
  return `${name}.${namespace}.svc.cluster.local`;
}

/** The namespace from which a workload calls. */
export function callerNamespace(identity: string | undefined): string {
  return /\/ns\/([^/]+)\//.exec(identity ?? '')?.[1] ?? 'default';
}

/** Puts the token where the first rule of its issuer looks for it. */
export function withToken(view: MeshView, message: HttpMessage, { token }: AccessRequest): HttpMessage {
  if (token === undefined) return message;
  const rule = view.jwtRules.find(({ issuer }) => issuer === token._issuer());
  const { headers, params } = rule === undefined ? { headers: [{ name: 'authorization', prefix: 'Bearer ' }], params: [] } : locations(rule);
  const [header] = headers;
  if (header !== undefined) return { ...message, headers: message.headers.plus(header.name, `${header.prefix}${token.text}`) };
  if (params.length > 0) return { ...message, query: `${message.query}${message.query === '' ? '?' : '&'}${params[0]}=${token.text}` };
  return { ...message, headers: message.headers.plus('cookie', `${locations(rule!).cookies[0]}=${token.text}`) };
}

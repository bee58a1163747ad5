/* eslint-disable @stylistic/max-len */
import { standardCluster } from './cluster';
import { KEY_ADDRESSES, playOperator } from './kyma';
import { fill, Materials } from './materials';
import { Observation, Verdict } from './oracle';
import { CaseRequest } from './requests';
import { Manifest } from './vocabulary';
import { AccessRequest, Client, Decision, HttpVersion, Mesh, Outcome } from '../../src/authz';
import { SpiffeId } from '../../src/model';

/** What is compared: of the real mesh as of the evaluator. */
export interface Answer {
  readonly outcome: string;
  readonly status?: number;
  readonly workload?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

/** The version of Istio that brings the Envoy of the oracle; its istiod is older, but what they differ in is not generated. */
export const ISTIO_VERSION = '1.32';

/** The evaluator's mesh of generated manifests, which are all there is. */
export function meshOf(manifests: readonly Manifest[], materials: Materials): Mesh {
  return Mesh.fromManifests([...standardCluster(), ...fill([...manifests], materials)], { complete: true, createdTogether: true, istioVersion: ISTIO_VERSION, keySets: Object.fromEntries(KEY_ADDRESSES.map((address, number) => [address, materials.texts.get(`jwks-${number}`)!])) });
}

/** The request in the evaluator's words. */
export function accessRequest(request: CaseRequest, materials: Materials): AccessRequest {
  const lines = new Map<string, [string, string[]]>();
  for (const [name, value] of fill(request.headers, materials)) {
    const line = lines.get(name.toLowerCase());
    if (line === undefined) lines.set(name.toLowerCase(), [name, [value]]);
    else line[1].push(value);
  }
  const all = [...lines.values()];
  return {
    client: clientOf(request, materials),
    host: request.host,
    path: fill(request.path, materials),
    method: request.method,
    port: request.port,
    // A caller in the mesh that names no server asks for none, unless its sidecar does it.
    sni: request.sni ?? (request.inMesh && request.through === undefined ? '' : undefined),
    clientIp: request.clientIp,
    httpVersion: request.http2 === true ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1,
    headers: Object.fromEntries(all.filter(([, values]) => values.length === 1).map(([name, [value]]) => [name, value])),
    repeatedHeaders: Object.fromEntries(all.filter(([, values]) => values.length > 1)),
    ...(request.inMesh ? { service: request.to } : { gateway: request.to }),
  };
}

function clientOf({ inMesh, identity, certificate, tls }: CaseRequest, { clients }: Materials): Client {
  if (inMesh) return identity === undefined ? Client.inMeshPlaintext() : Client.inMesh(SpiffeId.parse(identity));
  if (tls !== true) return Client.plaintext();
  return certificate === undefined ? Client.none() : Client.fromPem(clients.get(certificate)!.certificate);
}

const BY_STATUS = new Map([[400, Outcome.BAD_REQUEST], [401, Outcome.UNAUTHENTICATED], [403, Outcome.FORBIDDEN], [404, Outcome.NOT_FOUND], [503, Outcome.UNAVAILABLE]]);
/** Headers that proxies add for themselves. */
const VOLATILE = /^(host|connection|content-length|transfer-encoding|x-request-id|x-envoy-.*|x-forwarded-(for|proto|client-cert)|x-b3-.*|traceparent|tracestate|user-agent|via|accept-encoding)$/;

export function observed({ class: kind, status, upstream, hops, location }: Observation): Answer {
  if (kind === 'allowed' && upstream !== undefined) {
    return { outcome: Outcome.ALLOWED, workload: upstream.workload, path: upstream.target, headers: joined(upstream.headers) };
  }
  // How HTTP/2 refuses what is no request.
  if (kind === 'stream reset') return { outcome: Outcome.CONNECTION_CLOSED };
  if (kind !== 'status') return { outcome: kind };
  if (status! >= 300 && status! < 400 && location !== undefined) return { outcome: Outcome.REDIRECT, status };
  const last = hops?.find(({ details }) => details !== '' && !details.startsWith('via_upstream'));
  if (last?.details.startsWith('direct_response')) return { outcome: Outcome.DIRECT_RESPONSE, status };
  return { outcome: BY_STATUS.get(status!) ?? `status ${status}`, status };
}

export function decided(decision: Decision): Answer {
  if (!decision.isAllowed) return { outcome: decision.outcome, status: decision.status };
  return { outcome: decision.outcome, workload: decision.workload, path: decision.upstreamPath, headers: joined(Object.entries(decision.upstreamHeaders)) };
}

function joined(lines: readonly (readonly [string, string])[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    if (!VOLATILE.test(key)) found[key] = (found[key] === undefined ? value : `${found[key]},${value}`).replace(/, /g, ',');
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export type Agreement = 'agreed' | 'undecided' | 'disagreed' | 'crashed';

export interface Comparison {
  readonly agreement: Agreement;
  readonly real: Answer;
  readonly ours?: Answer;
  readonly reason: string;
  /** For an undecided answer whether it holds the real one among its alternatives. */
  readonly covered?: boolean;
  /** For an undecided answer whether it hangs on something that nobody can tell from manifests: an external authorizer, a filter. */
  readonly beyond?: boolean;
}

const BEYOND = /unless the external authorizer |unless .*(EnvoyFilter|WasmPlugin) \S+ changes nothing|is not modelled/;

/** Compares what happened to one request with what the evaluator says. */
export function compare(mesh: Mesh, request: CaseRequest, observation: Observation, materials: Materials): Comparison {
  const real = observed(observation);
  let decision: Decision;
  try {
    decision = mesh.evaluate(accessRequest(request, materials));
  } catch (error) {
    return { agreement: 'crashed', real, reason: (error as Error).stack ?? String(error) };
  }
  const ours = decided(decision);
  if (decision.outcome === Outcome.UNDECIDED) {
    const covered = decision.alternatives.length === 0 || decision.alternatives.some((alternative) => alternative.outcome === Outcome.UNDECIDED || difference(real, decided(alternative)) === undefined);
    return { agreement: 'undecided', real, ours, reason: decision.reason, covered, beyond: BEYOND.test(decision.reason) };
  }
  const differs = difference(real, ours);
  return { agreement: differs === undefined ? 'agreed' : 'disagreed', real, ours, reason: differs === undefined ? decision.reason : `${differs}; ${decision.toString()}` };
}

/** In what an answer differs from the real one; undefined where it does not. */
export function difference(real: Answer, ours: Answer): string | undefined {
  if (real.outcome !== ours.outcome) return `outcome ${real.outcome} against ${ours.outcome}`;
  if (real.outcome === Outcome.ALLOWED) {
    if (real.workload !== ours.workload) return `workload ${real.workload} against ${ours.workload}`;
    if (real.path !== ours.path) return `path ${real.path} against ${ours.path}`;
    const [theirs, mine] = [JSON.stringify(real.headers), JSON.stringify(ours.headers)];
    return theirs === mine ? undefined : `headers ${theirs} against ${mine}`;
  }
  return real.status === ours.status ? undefined : `status ${real.status} against ${ours.status}`;
}

/** Objects that only one side refuses, and APIRules that only one side processes. */
export function refusals(mesh: Mesh, verdict: Verdict, manifests: readonly Manifest[]): string[] {
  const real = new Set((verdict.refused ?? []).map(({ object }) => object).filter((object) => !OF_OPERATOR.test(object)));
  const played = new Set(playOperator(manifests, standardCluster()).filter(({ kind }) => kind === 'VirtualService').map(({ metadata: { namespace, name } }) => `${namespace}/${name}`));
  manifests.filter(({ kind, metadata: { namespace, name } }) => kind === 'APIRule' && !played.has(`${namespace}/${name}-v0`)).forEach(({ metadata: { namespace, name } }) => real.add(`APIRule ${namespace}/${name}`));
  const ours = new Set(mesh.refused.map((text) => text.split(': ')[0]).filter((object) => !OF_OPERATOR.test(object)));
  return [
    ...[...real].filter((object) => !ours.has(object)).map((object) => `only the API server or Kyma's operator refuses ${object}: ${verdict.refused?.find((refusal) => refusal.object === object)?.reason ?? 'by its status'}`),
    ...[...ours].filter((object) => !real.has(object)).map((object) => `only the evaluator refuses ${object}: ${mesh.refused.find((text) => text.startsWith(`${object}: `))}`),
  ];
}

/** Objects that come from APIRules, which each side names in its own way. */
const OF_OPERATOR = /^(VirtualService|AuthorizationPolicy|RequestAuthentication) \S+\/rule-/;

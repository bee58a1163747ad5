import { DecisionProps, Outcome } from './decision';
import { enforce } from './enforcement';
import { lastForwarded } from './forwarded-address';
import { appendCaller } from './forwarded-certificate';
import { HttpMessage } from './http-message';
import { meshPeer, Peer } from './peer';
import { normalized, unpredictable, unreadable } from './proxy-arrival';
import { passedOnProblem } from './request-line';
import { end, Journey } from './station';
import { Backend } from '../mesh/backend';

/** Who calls a workload: with which identity, and whether it can speak mutual TLS. */
export interface Caller {
  /** Its SPIFFE ID; undefined without a sidecar. */
  readonly identity?: string;
  /** A gateway takes from DestinationRules and namespace-wide settings whether to use TLS; so does the proxy of another caller, which can also do what the pods accept. */
  readonly gateway: boolean;
  readonly sourceIp?: string;
  /** The server name that a caller in the mesh asks for, unless it is the one that proxies ask for. */
  readonly sni?: string;
  /** The caller hands on bytes: in the clear, or TLS of the client that nobody has opened. */
  readonly stream?: 'clear' | 'sealed';
}

type Pods = Extract<Backend, { kind: 'pods' }>;

/** The last hop: the sidecar of the workload, or the workload itself where it has none. */
export function workloadHop(journey: Journey, backend: Pods, message: HttpMessage, caller: Caller): DecisionProps {
  const { workload } = backend;
  const place = `${workload.namespace}/${workload.name}`;
  journey.log.arrive('workload', `${workload.proxied ? 'sidecar of ' : ''}${place}`);
  if (backend.assumed !== undefined) journey.assumptions.add(backend.assumed);
  if (!workload.proxied) {
    journey.log.tell(() => `${place} has no sidecar: no policy is enforced there`);
    if (caller.gateway && caller.stream === undefined && backend.tlsMode !== undefined && backend.tlsMode !== 'DISABLE') {
      return end(journey, Outcome.UNDECIDED, `a DestinationRule makes the gateway speak TLS (${backend.tlsMode}) to ${place}, which has no sidecar: the manifests do not show whether the application does`);
    }
    return arrived(journey, backend, caller.gateway ? message : journey.sent, `${place} has no sidecar`);
  }
  const security = journey.security.of(workload, journey.choices);
  const broken = unpredictable(journey, security, place, caller.stream === undefined ? Outcome.UNAVAILABLE : Outcome.CONNECTION_CLOSED);
  if (broken !== undefined) return broken;
  const connection = connect(journey, backend, caller);
  if ('outcome' in connection) return connection;
  if (backend.http && caller.stream === 'sealed') return end(journey, Outcome.CONNECTION_CLOSED, `${place} takes HTTP on port ${backend.port}, and gets TLS that no proxy has opened`);
  const read = reading(journey, backend, message, caller);
  if ('outcome' in read) return read;
  const self = `spiffe://${journey.view.settings.trustDomain}/ns/${workload.namespace}/sa/${workload.serviceAccount}`;
  const seen = backend.http ? { ...read, headers: appendCaller(read.headers, connection, self) } : read;
  const passage = enforce(journey, {
    stage: 'workload', workload, security, message: seen, peer: connection, port: backend.port, http: backend.http, sourceIp: caller.sourceIp, remoteIp: remoteIp(journey, backend, message, caller),
  });
  if (passage.passed) return arrived(journey, backend, passage.message, '');
  // A proxy that speaks HTTP is cut off by the TCP port, and answers for it.
  return backend.http || !caller.gateway || caller.stream !== undefined ? passage.end : { ...passage.end, outcome: Outcome.UNAVAILABLE, status: 503 };
}

/** A gateway appends the address of its client, for which a sidecar takes the last one. */
function remoteIp(journey: Journey, { http }: Pods, message: HttpMessage, { gateway, stream, sourceIp }: Caller): string | undefined {
  if (!http) return sourceIp;
  // For a client on its own loopback address a gateway writes its own, which no manifest shows.
  if (gateway && stream === undefined) return journey.clientIp === '127.0.0.1' ? undefined : journey.clientIp;
  return lastForwarded(stream === undefined ? message.headers : journey.sent.headers, sourceIp);
}

/** The request as the sidecar reads it; on a TCP port nobody does, and it arrives as it was sent. */
function reading(journey: Journey, backend: Pods, message: HttpMessage, caller: Caller): HttpMessage | DecisionProps {
  const { gateway, stream } = caller;
  if (!backend.http) return gateway && stream === undefined ? message : journey.sent;
  const { streamed } = journey;
  // What a gateway has read it writes anew, so that nothing is left of how the client spelled it.
  const first = gateway ? undefined : unreadable(journey);
  const bad = stream === undefined ? first : 'malformed' in streamed ? unreadable(journey, streamed) : undefined;
  if (bad !== undefined) return bad;
  const given = stream === undefined || 'malformed' in streamed ? message : streamed;
  const passedOn = gateway && stream === undefined ? passedOnProblem(given) : undefined;
  if (passedOn !== undefined) return unreadable(journey, passedOn)!;
  return normalized(given, journey.view.settings, journey.choices)
    ?? end(journey, Outcome.BAD_REQUEST, `the path is malformed for ${backend.workload.namespace}/${backend.workload.name}`, { status: 400 });
}

function arrived(journey: Journey, backend: Pods, message: HttpMessage, reason: string): DecisionProps {
  return end(journey, Outcome.ALLOWED, reason, {
    workload: backend.service,
    upstreamPath: message.path + message.query,
    upstreamHeaders: { ...message.headers.toRecord(), host: message.authority },
  }, []);
}

/** The peer as the sidecar sees it, or the end where the two do not get together. */
function connect(journey: Journey, backend: Pods, caller: Caller): Peer | DecisionProps {
  const { view, choices } = journey;
  const { workload, port } = backend;
  const place = `${workload.namespace}/${workload.name}`;
  const mode = view.peerAuthentications.inbound(workload, port, choices);
  const proxied = caller.gateway || throughOwnProxy(journey, backend, caller, mode);
  // For what it sends to a TCP port the proxy of a caller hands on bytes, as its application sends them.
  const answers = caller.gateway ? caller.stream === undefined : proxied && backend.http;
  const [outcome, more] = answers ? [Outcome.UNAVAILABLE, { status: 503 }] : [Outcome.CONNECTION_CLOSED, {}];
  const fail = (reason: string) => end(journey, outcome, reason, more);
  const sends = proxied ? sentTls(journey, backend, mode) : mode === 'DISABLE' ? 'none' : 'mesh';
  if (sends === 'other') return otherTls(journey, backend, mode, fail);
  if (sends === 'mesh' && mode === 'DISABLE') return fail(`${place} takes no mutual TLS (PeerAuthentication DISABLE), and the caller speaks it`);
  const identity = sends === 'mesh' ? caller.identity : undefined;
  if (identity === undefined && mode === 'STRICT' && caller.stream === 'sealed') {
    return end(journey, Outcome.HANDSHAKE_REJECTED, `the sidecar of ${place} takes the client's TLS for its own, and its certificate is not of the mesh`);
  }
  if (identity === undefined) return mode === 'STRICT' ? fail(`${place} takes mutual TLS only (PeerAuthentication STRICT), and the caller sends plain text`) : { tls: false };
  const domain = /^spiffe:\/\/([^/]+)/.exec(identity)?.[1] ?? '';
  const { trustDomain, trustDomainAliases } = view.settings;
  if (![trustDomain, ...trustDomainAliases].includes(domain)) {
    return end(journey, Outcome.HANDSHAKE_REJECTED, `the sidecar of ${place} refuses peers of trust domain \`${domain}\``);
  }
  return meshPeer(identity, caller.sni ?? backend.sni);
}

/**
 * Whether a caller in the mesh sends through its own proxy, where that makes a difference: a DestinationRule, or mutual TLS that is off for the mesh or the
 * namespace, binds the proxy of the caller, and nothing binds a caller that speaks to the pods by itself.
 */
function throughOwnProxy(journey: Journey, backend: Pods, { identity }: Caller, mode: string): boolean {
  if (identity === undefined) return false;
  const sends = sentTls(journey, backend, mode);
  if (sends === (mode === 'DISABLE' ? 'none' : 'mesh')) return false;
  const why = backend.tlsMode === undefined ? 'which sends plain text there' : `for which a DestinationRule sets TLS ${backend.tlsMode}`;
  return journey.choices.ask(`own proxy ${backend.service}`, `${identity} sends through its own proxy, ${why}`);
}

/** What a proxy sends to the pods: plain text, mutual TLS of the mesh, or other TLS. */
function sentTls({ view, choices }: Journey, { tlsMode, workload }: Pods, mode: string): 'none' | 'mesh' | 'other' {
  if (tlsMode === 'DISABLE') return 'none';
  if (tlsMode === 'ISTIO_MUTUAL') return 'mesh';
  if (tlsMode !== undefined) return 'other';
  return mode !== 'DISABLE' && view.settings.autoMtls && view.peerAuthentications.ofNamespace(workload.namespace, choices) !== 'DISABLE' ? 'mesh' : 'none';
}

/** TLS that is not of the mesh: no sidecar opens it. On TCP ports that take plain text it comes through to the application. */
function otherTls(journey: Journey, { workload, http, tlsMode }: Pods, mode: string, fail: (reason: string) => DecisionProps): DecisionProps {
  const place = `${workload.namespace}/${workload.name}`;
  const reason = `a DestinationRule sets TLS ${tlsMode ?? ''} for ${place}`;
  if (http || mode === 'STRICT') return fail(`${reason}, which its sidecar does not take`);
  return end(journey, Outcome.UNDECIDED, `${reason}, which its sidecar hands to the application: the manifests do not show what that makes of it`);
}

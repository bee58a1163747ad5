import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { numbered, requestText } from './report-words';
import { Attempt, AttackReport } from '../../attack';
import { ClientKind, Decision } from '../../authz';
import { PeerCertificate } from '../../authz/peer';
import { flatten, readObject } from '../../mesh/kube-object';
import { Value } from '../../mesh/value';
import { Stop } from '../exit-status';
import { Terminal } from '../terminal';

const MAX_REFUSALS = 40;
const MAX_ANSWER = 64 * 1024 * 1024;

/** What really became of one request. */
export interface ReplayVerdict {
  /** `A` and a number for a way in, `R` for a request that is refused. */
  readonly id: string;
  readonly request: string;
  readonly outcome: string;
  readonly reached: boolean;
  readonly workload?: string;
  readonly detail?: string;
  /** Whether it is what the search says. */
  readonly agrees: boolean;
}

/** What became of the requests on a real mesh. */
export interface Replay {
  readonly istio: string;
  readonly envoy: string;
  readonly verdicts: readonly ReplayVerdict[];
  /** What the rig put in the place of manifests, e.g. CAs whose keys it knows. */
  readonly replaced: readonly string[];
  readonly agrees: boolean;
}

interface Sent {
  readonly id: string;
  readonly attempt: Attempt;
  readonly text: string;
  readonly decision: Decision;
  readonly objects?: readonly object[];
}

/** A search and the manifests that were searched. */
export interface Searched {
  readonly report: AttackReport;
  readonly documents: readonly Value[];
}

/** Sends the ways in, and some requests that are refused, through a real istiod and Envoy. */
export function replay(report: AttackReport, documents: readonly Value[], terminal: Terminal, rig = findRig()): Replay {
  return replayAll([{ report, documents }], terminal, rig)[0];
}

/** The same for several searches on one mesh: the manifests of one are gone before those of the next come. */
export function replayAll(searches: readonly Searched[], terminal: Terminal, rig = findRig(), mostRefusals = MAX_REFUSALS): Replay[] {
  const files = searches.map(({ report, documents }) => (
    { sent: sentFor(report, mostRefusals), objects: flatten(documents).filter((document) => !isRigs(document)) }
  ));
  const full = files.filter(({ sent }) => sent.length > 0);
  if (full.length > 0) terminal.progress(`replaying ${full.reduce((sum, { sent }) => sum + sent.length, 0)} requests`);
  const answers = full.length === 0 ? [] : run(rig, full.map(({ sent, objects }) => ({ objects, requests: sent.map(requestJson) })));
  const nothing: Replay = { istio: '', envoy: '', verdicts: [], replaced: [], agrees: true };
  return files.map((file) => (file.sent.length === 0 ? nothing : compared(file.sent, answers[full.indexOf(file)])));
}

function sentFor(report: AttackReport, mostRefusals: number): Sent[] {
  return [
    ...numbered(report).map(({ id, way }) => ({ id, attempt: way.attempt, objects: way.objects, text: requestText(way), decision: way.decision })),
    ...spread(report.refused, mostRefusals).map((refused, index) => ({ id: `R${index + 1}`, ...refused, text: requestText(refused) })),
  ];
}

function compared(sent: readonly Sent[], { istio, envoy, replaced, verdicts }: RigAnswer): Replay {
  const told = sent.map(({ id, text, decision }): ReplayVerdict => {
    const found: RigVerdict = verdicts.find((verdict) => verdict.id === id) ?? { id, outcome: 'not replayed', reached: false, detail: 'the rig told nothing' };
    const { outcome, reached, workload, detail } = found;
    return { id, request: text, outcome, reached, workload, detail, agrees: isAsTold(found, decision) };
  });
  return { istio, envoy, verdicts: told, replaced: replaced ?? [], agrees: told.every(({ agrees }) => agrees) };
}

/** Whether the request came to what the search says: to a workload, to a status, or to no answer at all. */
function isAsTold({ outcome, reached }: RigVerdict, { isAllowed, status }: Decision): boolean {
  if (outcome === 'not replayed' || reached !== isAllowed) return false;
  return isAllowed || (status === undefined ? !/^\d+$/.test(outcome) : outcome === String(status));
}

/** So many of the items at most, evenly spread over all. */
function spread<T>(items: readonly T[], most: number): T[] {
  const step = Math.max(1, items.length / most);
  return Array.from({ length: Math.min(items.length, most) }, (_, index) => items[Math.floor(index * step)]);
}

type RigVerdict = Pick<ReplayVerdict, 'id' | 'outcome' | 'reached' | 'workload' | 'detail'>;

/** The ingress gateway that Istio installs is there already. */
function isRigs(document: Value): boolean {
  const object = readObject(document, 0);
  return object?.namespace === 'istio-system' && object.name === 'istio-ingressgateway' && object.kind !== 'Gateway';
}

interface RigAnswer {
  readonly istio: string;
  readonly envoy: string;
  readonly replaced?: readonly string[];
  readonly verdicts: readonly RigVerdict[];
}

function run(rig: string, files: readonly object[]): RigAnswer[] {
  const directory = mkdtempSync(join(tmpdir(), 'replay-'));
  try {
    const paths = files.map((file, index) => {
      const path = join(directory, `requests-${index + 1}.json`);
      writeFileSync(path, JSON.stringify(file));
      return path;
    });
    const { status, stdout, error } = spawnSync(rig, ['replay', ...paths], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: MAX_ANSWER });
    if (error !== undefined || status === null || status > 1 || !/^\s*[[{]/.test(stdout)) throw Stop.wrongUse(`the conformance rig could not replay (${error?.message ?? `status ${status}`}, what it said stands above): see conformance/README.md for what it needs`);
    return [JSON.parse(stdout) as RigAnswer | RigAnswer[]].flat();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A request as `conformance/run replay` takes it. */
function requestJson({ id, attempt, objects }: Sent): object {
  const { caller, door, service, port, host, path, method, headers } = attempt;
  const certificate = caller.client._certificate();
  const identity = caller.client._meshIdentity();
  return {
    id,
    client: caller.client.kind === ClientKind.IN_MESH ? 'in-mesh' : caller.client.kind === ClientKind.PLAINTEXT ? 'plaintext' : 'tls',
    host,
    path,
    method,
    ...(door === undefined ? { service, port, identity } : { port: door.port, gateway: `${door.proxy.workload.namespace}/${door.proxy.workload.name}`, ...(door.secure ? { sni: door.sni } : {}) }),
    ...(headers.length > 0 ? { headers } : {}),
    ...(certificate === undefined ? {} : { certificate: certificateJson(certificate) }),
    ...(caller.token === undefined ? {} : { token: { claims: JSON.parse(Buffer.from(caller.token.text.split('.')[1], 'base64url').toString('utf8')) } }),
    ...(objects === undefined ? {} : { objects }),
  };
}

function certificateJson({ subject, issuer, uris, dnsNames, foreign }: PeerCertificate): object {
  return { subject, issuer, uris, dnsNames, foreign: foreign === true };
}

/** The rig stands beside the source; the npm package does not carry it. */
export function findRig(from = __dirname): string {
  for (let directory = from; ; directory = dirname(directory)) {
    const rig = join(directory, 'conformance', 'run');
    if (existsSync(rig) && existsSync(join(directory, 'conformance', 'go.mod'))) return rig;
    if (directory === dirname(directory)) throw Stop.wrongUse('--replay needs the conformance rig, which the npm package does not carry: clone the repository, install what conformance/README.md names (Linux, root, Go, Python), and run the command from there');
  }
}

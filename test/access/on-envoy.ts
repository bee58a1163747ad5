/* eslint-disable @stylistic/max-len */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { behaviour } from './classes';
import { AccessSpace } from '../../src/access';
import { AccessRequest, ClientKind, Decision, Outcome } from '../../src/authz';
import { Case, generateCase } from '../differential/case';
import { accessRequest, Answer, meshOf, observed } from '../differential/compare';
import { Materials } from '../differential/materials';
import { askOracle, OraclePrograms, Verdict } from '../differential/oracle';
import { CaseRequest } from '../differential/requests';
import { Manifest } from '../differential/vocabulary';

const HOME = join(__dirname, '..', '..');
const BATCH = 150;
/** Another oracle on the machine may hold an address for a moment: such a configuration is asked again. */
const BUSY = /address already in use/;
const TRIES = 3;

/** A request that is sent, and the class that it is of. */
interface Member {
  readonly class: string;
  readonly request: CaseRequest;
  /** Whether it is the example of its class, sent with the certificate and token of a member where the example only asserts them. */
  readonly example: boolean;
}

/** What became of the members of classes on real Envoy. */
export interface OnEnvoy {
  readonly configurations: number;
  readonly classes: number;
  readonly examples: number;
  readonly members: number;
  readonly undecided: number;
  readonly broken: readonly string[];
  /** Configurations that the oracle could not judge. */
  readonly unjudged: readonly string[];
}

/** Where the oracle's programs are; undefined where one is missing. */
export function oraclePrograms(): OraclePrograms | undefined {
  const programs = { oracle: process.env.ORACLE ?? join(HOME, 'conformance', '.build', 'oracle'), envoy: process.env.ENVOY ?? join(HOME, 'conformance', '.build', 'envoy-1.40.0') };
  return Object.values(programs).every((path) => existsSync(path)) ? programs : undefined;
}

/** Sends the example and drawn members of classes through a real istiod and Envoy: each has to end as the evaluator says of its class. */
export async function classesOnEnvoy(seed: number, configurations: number, each: number, materials: Materials, programs: OraclePrograms): Promise<OnEnvoy> {
  const result = { configurations, classes: 0, examples: 0, members: 0, undecided: 0, broken: [] as string[], unjudged: [] as string[] };
  for (let start = 0; start < configurations; start += BATCH) {
    const sent = new Map<string, { readonly from: Case; readonly members: Member[]; readonly expected: Map<string, Decision> }>();
    for (let index = start; index < Math.min(start + BATCH, configurations); index += 1) {
      const { id, manifests, requests } = generateCase(seed, index, each);
      const { members, expected } = membersOf(manifests, requests, materials);
      sent.set(id, { from: { id, manifests, requests: members.map(({ request }) => request) }, members, expected });
      result.classes += expected.size;
    }
    const judge = ({ id, error, results }: Verdict): void => {
      const { members, expected } = sent.get(id)!;
      if (error !== undefined) {
        result.unjudged.push(`${id}: ${error.split('\n')[0].slice(0, 300)}`);
        return;
      }
      for (const observation of results) {
        const member = members[Number(observation.id)];
        const decision = expected.get(member.class)!;
        const real = observed(observation);
        result[member.example ? 'examples' : 'members'] += 1;
        if (decision.outcome === Outcome.UNDECIDED) result.undecided += 1;
        if (!endsAs(real, decision)) result.broken.push(`${id}: ${member.example ? 'example' : 'member'} ${JSON.stringify(member.request)} ends as ${JSON.stringify([real.outcome, real.status, real.workload])}, its class as ${behaviour(decision)}`);
      }
    };
    let waiting = [...sent.values()].map(({ from }) => from);
    for (let attempt = 1; waiting.length > 0; attempt += 1) {
      const again = new Set<string>();
      await askOracle(programs, waiting, materials, (verdict) => {
        if (attempt < TRIES && BUSY.test(verdict.error ?? '')) again.add(verdict.id);
        else judge(verdict);
      });
      waiting = waiting.filter(({ id }) => again.has(id));
    }
  }
  return result;
}

/** The drawn requests with the examples of their classes, and what the evaluator says of each class: of its example where there is one. */
function membersOf(manifests: readonly Manifest[], requests: readonly CaseRequest[], materials: Materials): { readonly members: Member[]; readonly expected: Map<string, Decision> } {
  const mesh = meshOf(manifests, materials);
  const space = AccessSpace.of(mesh);
  const members: Member[] = [];
  const expected = new Map<string, Decision>();
  for (const drawn of requests) {
    const request = accessRequest(drawn, materials);
    const signature = space.signatureOf(request);
    const example = space.exampleOf(request);
    members.push({ class: signature, request: drawn, example: false });
    if (expected.has(signature)) continue;
    expected.set(signature, mesh.evaluate(example ?? request));
    const real = example === undefined ? undefined : sendable(example, drawn);
    if (real !== undefined && space.signatureOf(accessRequest(real, materials)) === signature) members.push({ class: signature, request: real, example: true });
  }
  return { members, expected };
}

/** The example as bytes: certificates and tokens that it only asserts are those of the member. */
function sendable({ host, path, method = 'GET', port, sni, headers, repeatedHeaders, token, client }: AccessRequest, member: CaseRequest): CaseRequest {
  const lines = [...Object.entries(headers ?? {}).map(([name, value]): [string, string] => [name, String(value)]), ...Object.entries(repeatedHeaders ?? {}).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]))];
  const tokens = token === undefined ? [] : member.headers.filter(([name]) => /^(authorization|x-token)$/i.test(name));
  const tls = client.kind === ClientKind.EXTERNAL;
  return {
    to: member.to,
    port: port ?? member.port,
    ...(tls ? { tls, sni, certificate: member.certificate } : {}),
    ...(member.inMesh ? { inMesh: true, identity: member.identity } : {}),
    clientIp: member.clientIp,
    method,
    path,
    host,
    headers: [...lines, ...tokens],
  };
}

function endsAs(real: Answer, decision: Decision): boolean {
  if (decision.outcome === Outcome.UNDECIDED) return decision.alternatives.length === 0 || decision.alternatives.some((alternative) => endsAs(real, alternative));
  return real.outcome === decision.outcome && (decision.isAllowed ? real.workload === decision.workload : real.status === decision.status);
}

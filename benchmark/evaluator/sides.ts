/** The three that answer, each measured in processor time: what else the machine does shall not count. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { BenchmarkRequest, cedarPolicies, cluster, host, policies } from './workload';
import { Client, Mesh } from '../../src/authz';

/** Where the oracle and Envoy are. */
export interface Programs {
  readonly oracle: string;
  readonly envoy: string;
}

/** What one side came to. */
export interface Measured {
  /** Milliseconds of processor time until the first answer. */
  readonly ready: number;
  /** Microseconds of processor time for one answer. */
  readonly answer: number;
  /** How many requests were let in, of each round. */
  readonly allowed: number;
}

const AT_LEAST = 1_500;

function processorTime(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** Answers the requests in rounds until the time is worth measuring, after a while in which the compiler does its work. */
function rounds(asked: readonly BenchmarkRequest[], allows: (request: BenchmarkRequest) => boolean): { answer: number; allowed: number } {
  const allowed = asked.filter(allows).length;
  const repeat = (milliseconds: number) => {
    const started = process.cpuUsage();
    let answers = 0;
    for (let used = 0; used < milliseconds; used = processorTime(started)) {
      for (const request of asked.slice(0, answers === 0 ? 24 : undefined)) allows(request);
      answers += answers === 0 ? 24 : asked.length;
    }
    return processorTime(started) / answers * 1000;
  };
  repeat(AT_LEAST / 3);
  return { answer: repeat(AT_LEAST), allowed };
}

export function ours(count: number, asked: readonly BenchmarkRequest[]): Measured {
  const documents = [...cluster(), ...policies(count)];
  const started = process.cpuUsage();
  const mesh = Mesh.fromManifests(documents, { complete: true, createdTogether: true });
  const client = Client.plaintext();
  const allows = ({ workload, user, path, method }: BenchmarkRequest) => mesh.evaluate({ client, host: host(workload), path, method, headers: { 'x-user': user }, clientIp: '10.0.0.1' }).isAllowed;
  allows(asked[0]);
  const ready = processorTime(started);
  return { ready, ...rounds(asked, allows) };
}

export function cedar(count: number, asked: readonly BenchmarkRequest[]): Measured {
  const text = cedarPolicies(count);
  const started = process.cpuUsage();
  const parsed = preparsePolicySet(`p${count}`, { staticPolicies: text });
  if (parsed.type !== 'success') throw new Error(`Cedar does not take the policies: ${JSON.stringify(parsed)}`);
  const allows = ({ workload, user, path, method }: BenchmarkRequest) => {
    const answer = statefulIsAuthorized({
      principal: { type: 'Caller', id: 'gateway' },
      action: { type: 'Action', id: method },
      resource: { type: 'Workload', id: `w${workload}` },
      context: { path, user },
      preparsedPolicySetId: `p${count}`,
      entities: [],
    });
    if (answer.type !== 'success') throw new Error(`Cedar does not answer: ${JSON.stringify(answer)}`);
    return answer.response.decision === 'allow';
  };
  allows(asked[0]);
  const ready = processorTime(started);
  return { ready, ...rounds(asked, allows) };
}

/** Real istiod and Envoy: the difference between a job of many requests and one of few, so that their start does not count. Each request has a connection of its own. */
export async function envoy(programs: Programs, count: number, asked: readonly BenchmarkRequest[]): Promise<Measured> {
  const few = await oracleJob(programs, count, asked);
  const many = await oracleJob(programs, count, Array.from({ length: 10 }, () => asked).flat());
  return { ready: few.processorTime, answer: (many.processorTime - few.processorTime) / (9 * asked.length) * 1000, allowed: few.allowed };
}

async function oracleJob(programs: Programs, count: number, asked: readonly BenchmarkRequest[]): Promise<{ processorTime: number; allowed: number }> {
  const child = spawn(programs.oracle, ['-envoy', programs.envoy, '-parallel', '1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const used = new Map<string, number>();
  const watch = setInterval(() => { for (const [pid, milliseconds] of childrenOf(child.pid!)) used.set(pid, milliseconds); }, 10);
  let allowed = 0;
  let problem: string | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { error, results } = JSON.parse(line) as { error?: string; results: { class: string }[] };
    problem = error;
    allowed = results.filter((result) => result.class === 'allowed').length;
  });
  const manifests = [...cluster(), ...policies(count)].map((manifest) => JSON.stringify(manifest)).join('\n---\n');
  const requests = asked.map(({ workload, user, path, method }, id) => ({ id: String(id), to: 'istio-system/istio-ingressgateway', port: 80, method, target: path, host: host(workload), headers: [['x-user', user]] }));
  child.stdin.end(`${JSON.stringify({ id: 'benchmark', manifests, requests })}\n`);
  await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  clearInterval(watch);
  if (problem !== undefined) throw new Error(`the oracle: ${problem}`);
  return { processorTime: [...used.values()].reduce((sum, milliseconds) => sum + milliseconds, 0), allowed };
}

/** Processor time of the processes that a process has started (`proc(5)`; the kernel counts in hundredths of a second). */
function childrenOf(parent: number): [string, number][] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid): [string, number][] => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      return Number(fields[1]) === parent ? [[pid, (Number(fields[11]) + Number(fields[12])) * 10]] : [];
    } catch {
      return [];
    }
  });
}

/* eslint-disable @stylistic/max-len */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Case } from './case';
import { standardCluster } from './cluster';
import { playOperator } from './kyma';
import { fill, Materials } from './materials';
import { CaseRequest } from './requests';

/** What real istiod and Envoy did with one request. */
export interface Observation {
  readonly id: string;
  readonly class: string;
  readonly status?: number;
  readonly detail?: string;
  readonly location?: string;
  readonly upstream?: { readonly workload: string; readonly method: string; readonly target: string; readonly headers: [string, string][] };
  readonly hops?: { readonly proxy: string; readonly status: number; readonly details: string }[];
}

/** What they did with a configuration and its requests. */
export interface Verdict {
  readonly id: string;
  readonly error?: string;
  readonly refused?: { readonly object: string; readonly reason: string }[];
  readonly rejected?: string[];
  readonly results: Observation[];
}

/** Where the programs are. */
export interface OraclePrograms {
  readonly oracle: string;
  readonly envoy: string;
}

function wire(request: CaseRequest, index: number, materials: Materials): object {
  const client = request.certificate === undefined ? undefined : materials.clients.get(request.certificate);
  return {
    id: String(index),
    to: request.to,
    port: request.port,
    tls: request.tls,
    sni: request.sni,
    certificate: client?.certificate,
    key: client?.key,
    through: request.through,
    identity: request.through === undefined ? request.identity : undefined,
    clientIp: request.through === undefined ? request.clientIp : undefined,
    http2: request.http2,
    method: request.method,
    target: fill(request.path, materials),
    host: request.host,
    headers: fill(request.headers, materials),
  };
}

/** Asks the oracle about cases, and gives each verdict as it comes. */
export async function askOracle(programs: OraclePrograms, cases: readonly Case[], materials: Materials, take: (verdict: Verdict) => void): Promise<void> {
  const child = spawn(programs.oracle, ['-envoy', programs.envoy], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  createInterface({ input: child.stdout }).on('line', (line) => take(JSON.parse(line) as Verdict));
  for (const { id, manifests, requests } of cases) {
    // JSON documents are YAML documents.
    const text = [...standardCluster(), ...playOperator(manifests, standardCluster())].map((manifest) => JSON.stringify(fill(manifest, materials))).join('\n---\n');
    child.stdin.write(`${JSON.stringify({ id, manifests: text, requests: requests.map((request, index) => wire(request, index, materials)) })}\n`);
  }
  child.stdin.end();
  const status = await ended;
  if (status !== 0) throw new Error(`the oracle ended with status ${status}`);
}

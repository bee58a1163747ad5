/**
 * Replays what the attack search finds on the tutorials as written, and a sample of what it says is refused there and on ours, on the conformance rig:
 * `ts-node -T -P tsconfig.json test/attack/replay.ts` prints every verdict and ends with `N passed, N failed`.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { attack } from '../../src/attack';
import { replay } from '../../src/cli/attack/replay';
import { processTerminal } from '../../src/cli/process-terminal';
import { parseDocuments } from '../../src/mesh/documents';

const root = resolve(__dirname, '../..');
const read = (file: string): any[] => parseDocuments(readFileSync(join(root, file), 'utf8'));
const gateway = (name: string, tls: object) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name, namespace: 'default' },
  spec: { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['*.example.com'], tls }] },
});

/** Each with the number of ways in that it has. */
const CASES: Record<string, [number, any[]]> = {
  '000 as written': [4, [...read('test/tutorials-as-written/000.yaml'), gateway('kyma-mtls-gateway', { mode: 'MUTUAL', credentialName: 'kyma-mtls-certs' })]],
  '002 as written': [1, [...read('test/tutorials-as-written/002.yaml'), gateway('httpbin-gateway', { mode: 'SIMPLE', credentialName: 'httpbin-credential' })]],
  '004 as written': [2, read('test/tutorials-as-written/004.yaml')],
  'our 000': [0, read('examples/000-cert-secured-workload/manifests/cert-secured-workload.k8s.yaml')],
  'our 004': [0, read('examples/004-spiffe-deny/manifests/spiffe-deny.k8s.yaml')],
};

function main(only: readonly string[]): void {
  let passed = 0;
  let failed = 0;
  const platform = read('test/tutorials-as-written/platform.yaml');
  for (const [name, [ways, own]] of Object.entries(CASES).filter(([key]) => only.length === 0 || only.some((part) => key.includes(part)))) {
    const documents = [...platform, ...own];
    const report = attack(documents);
    const started = Date.now();
    const { verdicts, istio, envoy } = replay(report, documents, processTerminal());
    console.log(`${name}: Istio ${istio}, Envoy ${envoy}, ${verdicts.length} requests in ${Math.round((Date.now() - started) / 1000)} s`);
    for (const { id, request, outcome, workload, detail, agrees } of verdicts) {
      if (id.startsWith('A') || !agrees) console.log(`  ${agrees ? 'as told' : 'NOT AS TOLD'}  ${id}  ${request}: ${outcome} ${workload ?? detail ?? ''}`);
      if (agrees) passed += 1;
      else failed += 1;
    }
    if (report.ways.length !== ways) {
      console.log(`  expected ${ways} ways in, found ${report.ways.length}`);
      failed += 1;
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

main(process.argv.slice(2));

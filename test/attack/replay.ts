/**
 * Replays what the attack search finds, and a sample of what it says is refused, on the conformance rig: on the tutorials as written, on our YAML of the same
 * tutorials, and with what a tenant could add to ours. One mesh, each set of manifests applied in turn.
 * `ts-node -T -P tsconfig.json test/attack/replay.ts [PART OF A NAME…]` prints every way in with its verdict and ends with `N passed, N failed`.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { attack, AttackOptions } from '../../src/attack';
import { replayAll } from '../../src/cli/attack/replay';
import { processTerminal } from '../../src/cli/process-terminal';
import { parseDocuments } from '../../src/mesh/documents';
import { secret, testPki } from '../authz/support/certificates';

const MOST_REFUSALS = 25;

const root = resolve(__dirname, '../..');
const pki = testPki();
const read = (file: string): any[] => parseDocuments(readFileSync(join(root, file), 'utf8'));
const written = (name: string) => read(`test/tutorials-as-written/${name}.yaml`);
const ours = (file: string) => read(`examples/${file}.k8s.yaml`);
const gateway = (name: string, tls: object) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name, namespace: 'default' },
  spec: { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['*.example.com'], tls }] },
});
/** The route that the APIRule of 001 stands for where the operator still takes it. */
const routeOf001 = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'httpbin-mtls', namespace: 'default' },
  spec: { hosts: ['httpbin.mtls.example.com'], gateways: ['kyma-mtls-gateway'], http: [{ route: [{ destination: { host: 'httpbin', port: { number: 8000 } } }] }] },
};
const issuerBeside = secret('kyma-mtls-certs', { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey, 'ca.crt': pki.strangers.pem });

interface Case {
  readonly name: string;
  readonly own: any[];
  /** What is found, by the means and the port, the cause of a tenant's. */
  readonly finds: readonly string[];
  readonly options?: AttackOptions;
}

const quiet = (name: string, own: any[]): Case => ({ name, own, finds: [] });

const CASES: readonly Case[] = [
  { name: '000 as written', own: [...written('000'), gateway('kyma-mtls-gateway', { mode: 'MUTUAL', credentialName: 'kyma-mtls-certs' })], finds: ['forged header outside', 'surviving header', 'surviving header', 'forged header inside'] },
  { name: '001 as written, ca.crt beside the server certificate', own: [...written('001'), issuerBeside], finds: ['authority'] },
  { name: '001 with a route, ca.crt beside the server certificate', own: [...written('001').slice(0, 1), routeOf001, issuerBeside], finds: ['authority'] },
  quiet('001 as written, Secrets of another namespace', [...written('001-secrets'), routeOf001]),
  { name: '002 as written', own: [...written('002'), gateway('httpbin-gateway', { mode: 'SIMPLE', credentialName: 'httpbin-credential' })], finds: ['plain'] },
  { name: '004 as written', own: written('004'), finds: ['entrance', 'path spelling'] },
  quiet('our 000', ours('000-cert-secured-workload/manifests/cert-secured-workload')),
  quiet('our 001', ours('001-kyma-mtls-gateway/manifests/kyma-mtls-gateway')),
  quiet('our 002 behind the gateway of Kyma', ours('002-jwt-secured-workload/manifests/kyma-gateway')),
  quiet('our 002 behind its own gateway', ours('002-jwt-secured-workload/manifests/own-gateway')),
  quiet('our 003', ours('003-secure-gateways/manifests/6-mutual-credential')),
  quiet('our 004', ours('004-spiffe-deny/manifests/spiffe-deny')),
  { name: 'our 000 with a tenant', own: ours('000-cert-secured-workload/manifests/cert-secured-workload'), finds: ['route on our Gateway', 'exact host below our wildcard', 'our host written over his'], options: { tenant: 'shop' } },
  { name: 'our 004 with a tenant', own: ours('004-spiffe-deny/manifests/spiffe-deny'), finds: ['our host written over his', 'his own host'], options: { tenant: 'shop' } },
];

function main(only: readonly string[]): void {
  let [passed, failed] = [0, 0];
  const fail = (text: string) => {
    console.log(`  ${text}`);
    failed += 1;
  };
  const platform = written('platform');
  const chosen = CASES.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  const searches = chosen.map(({ own, options }) => ({ documents: [...platform, ...own], report: attack([...platform, ...own], options) }));
  const started = Date.now();
  const replays = replayAll(searches, processTerminal(), undefined, MOST_REFUSALS);
  console.log(`${chosen.length} sets of manifests in ${Math.round((Date.now() - started) / 1000)} s`);
  for (const [index, { name, finds, options }] of chosen.entries()) {
    const { verdicts, istio, envoy } = replays[index];
    const { ways } = searches[index].report;
    console.log(`${name}: Istio ${istio}, Envoy ${envoy}, ${verdicts.length} requests`);
    for (const { id, request, outcome, workload, detail, agrees } of verdicts) {
      const line = `${id}  ${request}: ${outcome} ${workload ?? detail ?? ''}`;
      if (!agrees) fail(`NOT AS TOLD  ${line}`);
      else passed += 1;
      if (agrees && id.startsWith('A')) console.log(`  as told      ${line}`);
    }
    const found = ways.map(({ means, cause, attempt: { door } }) => (options?.tenant !== undefined ? cause.replace('tenant ', '') : `${means.join('+')}${means.includes('forged header') ? (door === undefined ? ' inside' : ' outside') : ''}`));
    if (JSON.stringify(found) !== JSON.stringify(finds)) fail(`expected ${JSON.stringify(finds)}, found ${JSON.stringify(found)}`);
    if (verdicts.length === 0) fail('no request was replayed');
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

main(process.argv.slice(2));

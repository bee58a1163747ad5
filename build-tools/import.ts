/**
 * Regenerates `imports/` from the pinned CustomResourceDefinitions: `npx projen import`.
 *
 * The definitions come from their upstream addresses or, with CRDS_DIR set, from a directory that holds the files
 * under the names in the table below. Neither they nor their prose are committed: descriptions are stripped, and
 * of each kind only the version that we support is kept (cdk8s names the first version it meets without a suffix,
 * so the order upstream would otherwise decide what `Gateway` means).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

interface Source {
  readonly file: string;
  readonly url: string;
}

interface Group {
  readonly name: string;
  readonly version: string;
  readonly kinds: readonly string[];
  readonly sources: readonly Source[];
}

const RAW = 'https://raw.githubusercontent.com';

const istio: Source = {
  file: 'istio-1.30.3.yaml',
  url: `${RAW}/istio/istio/1.30.3/manifests/charts/base/files/crd-all.gen.yaml`,
};

const kyma = (plural: string): Source => ({
  file: `kyma-api-gateway-3.10.0-${plural}.yaml`,
  url: `${RAW}/kyma-project/api-gateway/3.10.0/config/crd/bases/gateway.kyma-project.io_${plural}.yaml`,
});

const gardenerCert = (plural: string): Source => ({
  file: `gardener-cert-management-0.27.0-${plural}.yaml`,
  url: `${RAW}/gardener/cert-management/v0.27.0/pkg/apis/cert/crds/cert.gardener.cloud_${plural}.yaml`,
});

const gardenerDns = (plural: string): Source => ({
  file: `gardener-external-dns-0.49.0-${plural}.yaml`,
  url: `${RAW}/gardener/external-dns-management/v0.49.0/pkg/apis/dns/crds/dns.gardener.cloud_${plural}.yaml`,
});

const certManager = (plural: string): Source => ({
  file: `cert-manager-1.21.1-${plural}.yaml`,
  url: `${RAW}/cert-manager/cert-manager/v1.21.1/deploy/crds/cert-manager.io_${plural}.yaml`,
});

const GROUPS: readonly Group[] = [
  { name: 'networking.istio.io', version: 'v1', kinds: ['DestinationRule', 'Gateway', 'VirtualService'], sources: [istio] },
  { name: 'security.istio.io', version: 'v1', kinds: ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication'], sources: [istio] },
  { name: 'gateway.kyma-project.io', version: 'v2', kinds: ['APIRule'], sources: [kyma('apirules')] },
  { name: 'gateway.kyma-project.io', version: 'v1alpha1', kinds: ['ExternalGateway'], sources: [kyma('externalgateways')] },
  { name: 'cert.gardener.cloud', version: 'v1alpha1', kinds: ['Certificate', 'Issuer'], sources: [gardenerCert('certificates'), gardenerCert('issuers')] },
  { name: 'dns.gardener.cloud', version: 'v1alpha1', kinds: ['DNSEntry', 'DNSProvider'], sources: [gardenerDns('dnsentries'), gardenerDns('dnsproviders')] },
  { name: 'cert-manager.io', version: 'v1', kinds: ['Certificate'], sources: [certManager('certificates')] },
];

async function load(source: Source): Promise<string> {
  const directory = process.env.CRDS_DIR;
  if (directory) return readFileSync(join(directory, source.file), 'utf8');
  const response = await fetch(source.url);
  if (!response.ok) throw new Error(`cannot read \`${source.url}\`: status ${response.status}`);
  return response.text();
}

/** Removes descriptions, but not a property that happens to be called `description`. */
function stripDescriptions(node: any, parentKey = ''): void {
  if (Array.isArray(node)) return node.forEach((item) => stripDescriptions(item));
  if (node === null || typeof node !== 'object') return;
  if (parentKey !== 'properties' && typeof node.description === 'string') delete node.description;
  for (const [key, value] of Object.entries(node)) stripDescriptions(value, key);
}

async function definitions(group: Group): Promise<any[]> {
  const texts = await Promise.all(group.sources.map(load));
  const all = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as any));
  return group.kinds.map((kind) => {
    const crd = all.find((doc) => doc?.kind === 'CustomResourceDefinition' && doc.spec.group === group.name && doc.spec.names.kind === kind);
    const version = crd?.spec.versions.find((entry: any) => entry.name === group.version);
    if (!version) throw new Error(`no definition of \`${kind}\` \`${group.version}\` in ${group.sources.map((source) => source.file).join(', ')}`);
    const spec = { group: crd.spec.group, names: crd.spec.names, scope: crd.spec.scope, versions: [version] };
    stripDescriptions(spec);
    return { apiVersion: crd.apiVersion, kind: crd.kind, metadata: { name: crd.metadata.name }, spec };
  });
}

// The generator copies the whole accumulator for each map entry, so 10,000 headers take 15 s. Same result in one pass.
const QUADRATIC = /Object\.entries\(([^()]*)\)\.reduce\(\(r, i\) => \(i\[1\] === undefined\) \? r : \(\{ \.\.\.r, \[i\[0\]\]: ([^}]*) \}\), \{\}\)/g;
const LINEAR = 'Object.fromEntries(Object.entries($1).filter((i) => i[1] !== undefined).map((i) => [i[0], $2]))';

async function main(): Promise<void> {
  const output = resolve(__dirname, '..', 'imports');
  const scratch = mkdtempSync(join(tmpdir(), 'imports-'));
  try {
    const byGroup = new Map<string, any[]>();
    for (const group of GROUPS) byGroup.set(group.name, [...(byGroup.get(group.name) ?? []), ...await definitions(group)]);
    for (const [name, crds] of byGroup) {
      const file = join(scratch, `${name}.yaml`);
      writeFileSync(file, crds.map((crd) => stringify(crd)).join('---\n'));
      execFileSync('cdk8s', ['import', file, '--language', 'typescript', '--output', output, '--no-save', '--no-check-upgrade'], { stdio: 'inherit' });
      const generated = join(output, `${name}.ts`);
      const code = readFileSync(generated, 'utf8');
      const linear = code.replace(QUADRATIC, LINEAR).replaceAll('.map((i) => [i[0], i[1]])', '').replace(/[ \t]+$/gm, '');
      if (/\.reduce\(/.test(linear)) throw new Error(`\`${generated}\` still holds quadratic map code: cdk8s-cli changed its output, adapt QUADRATIC`);
      writeFileSync(generated, linear);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AccessSpace } from '../../src/access';
import { Mesh } from '../../src/authz';
import { behaviour, diffAccess } from '../../src/diff';
import { parseDocuments } from '../../src/mesh/documents';

const root = join(__dirname, '..', '..');
const read = (file: string): any[] => parseDocuments(readFileSync(join(root, file), 'utf8'));
const copy = (documents: any[]): any[] => JSON.parse(JSON.stringify(documents));
const platform = read('test/tutorials-as-written/platform.yaml');
/** `FIELD_STEP=1` takes every field; by default as many as can be awaited. */
const STEP = process.env.FIELD_STEP === undefined ? undefined : Number(process.env.FIELD_STEP);
const FEW = 12;

/** Every manifest that differs from these in one field: changed, or not there. */
function mutations(documents: any[], from: number): { readonly text: string; readonly documents: any[] }[] {
  const found: { text: string; documents: any[] }[] = [];
  const walk = (index: number, path: (string | number)[], value: any) => {
    const change = (text: string, edit: (parent: any, key: string | number) => void) => {
      const changed = copy(documents);
      const parent = path.slice(0, -1).reduce((object, key) => object[key], changed[index]);
      edit(parent, path[path.length - 1]);
      found.push({ text: `${documents[index].kind} ${path.join('.')} ${text}`, documents: changed });
    };
    if (path.length > 1) change('removed', (parent, key) => (Array.isArray(parent) ? parent.splice(Number(key), 1) : delete parent[key]));
    if (typeof value === 'string') change('changed', (parent, key) => { parent[key] = `${value}x`; });
    else if (typeof value === 'number') change('changed', (parent, key) => { parent[key] = value + 1; });
    else if (value !== null && typeof value === 'object') Object.keys(value).forEach((key) => walk(index, [...path, Array.isArray(value) ? Number(key) : key], value[key]));
  };
  documents.forEach((document, index) => { if (index >= from) walk(index, ['spec'], document.spec); });
  return found;
}

/** Whether any caller of either side is answered differently: asked of every caller, not of one for each class. */
function tellsApart(before: any[], after: any[]): boolean {
  const [a, b] = [before, after].map((documents) => Mesh.fromManifests(documents, { createdTogether: true }));
  return [AccessSpace.of(a), AccessSpace.of(b)].some((space) => space.endpoints.some((endpoint) => {
    const { paths, methods, headers } = space.surfaceOf(endpoint);
    return space.callersOf(endpoint).some((caller) => headers.some((header) => paths.some((path) => methods.some((method) => {
      const request = space.requestOf(endpoint, caller, { path: path.value, method: path.value === '*' ? 'OPTIONS' : method.value, headers: header.value });
      return behaviour(a.evaluate(request)) !== behaviour(b.evaluate(request));
    }))));
  }));
}

test.each([
  'examples/000-cert-secured-workload/manifests/cert-secured-workload.k8s.yaml',
  'examples/001-kyma-mtls-gateway/manifests/kyma-mtls-gateway.k8s.yaml',
  'examples/002-jwt-secured-workload/manifests/own-gateway.k8s.yaml',
  'examples/002-jwt-secured-workload/manifests/kyma-gateway.k8s.yaml',
  'examples/003-secure-gateways/manifests/5-two-hosts-credentials.k8s.yaml',
  'examples/003-secure-gateways/manifests/6-mutual-credential.k8s.yaml',
  'examples/004-spiffe-deny/manifests/spiffe-deny.k8s.yaml',
  'test/tutorials-as-written/000.yaml',
  'test/tutorials-as-written/004.yaml',
])('theDiffOfOneFieldIsEmptyExactlyWhenTheEvaluatorTellsNothingApart: %s', (file) => {
  const documents = [...platform, ...read(file)];
  const all = mutations(documents, platform.length);
  const chosen = all.filter((_, index) => index % (STEP ?? Math.ceil(all.length / FEW)) === 0);
  const outcomes = chosen.map((mutation) => {
    const { changes } = diffAccess(documents, mutation.documents);
    expect([mutation.text, changes.length > 0]).toEqual([mutation.text, tellsApart(documents, mutation.documents)]);
    for (const { objects } of changes) expect(objects).toHaveLength(1);
    return changes.length > 0;
  });
  expect(chosen.length).toBeGreaterThan(5);
  expect(outcomes).toContain(true);
}, 600_000);

/**
 * Measures matrix and diff on 200 hosts, 1,000 policies and 50 identities against reading and loading the same manifests: `ts-node -T benchmark/diff.ts matrix|diff`.
 * Processor time of this process, so that a busy machine matters little; and the most memory it had.
 */
import { measured, memory } from './measured';
import { accessMatrix, AccessSpace } from '../src/access';
import { Mesh } from '../src/authz';
import { diffAccess } from '../src/diff';
import { parseDocuments } from '../src/mesh/documents';
import { largeMesh } from '../test/access/large-mesh';

const text = largeMesh(200, 1000, 50).map((document) => JSON.stringify(document)).join('\n---\n');
const loading = measured(() => Mesh.fromManifests(parseDocuments(text) as any[], { createdTogether: true }));
const documents = parseDocuments(text) as any[];
const [what] = process.argv.slice(2);
const work = measured(() => {
  if (what === 'matrix') {
    accessMatrix(AccessSpace.of(loading.result));
    return '';
  }
  const changed = structuredClone(documents);
  const policy = changed.find(({ kind, spec: { action } }) => kind === 'AuthorizationPolicy' && action === 'ALLOW');
  policy.spec.rules[0].when[0].values.push('O=Example,CN=somebody-else');
  return `, ${diffAccess(documents, changed).changes.length} changes`;
});
console.log(`${what}: loading ${loading.milliseconds.toFixed(0)} ms, ${work.milliseconds.toFixed(0)} ms of processor time, ratio ${(work.milliseconds / loading.milliseconds).toFixed(1)}${work.result}; `
  + `${memory()}`);

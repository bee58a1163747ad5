import { CheckContext } from '../../../src/checks';
import { duplicateObjects } from '../../../src/checks/object/duplicate-objects';
import { outputCollisions } from '../../../src/checks/object/output-collisions';
import { MeshProfile } from '../../../src/model/mesh-profile';
import { find, object } from '../support';

const config = (namespace: string, name = 'a', data: object = {}) => object('v1', 'ConfigMap', namespace, name, { data });

describe('MTLS101: two objects of one name', () => {
  test('each after the first is found, with the first beside it', () => {
    const found = find(duplicateObjects, [config('x'), config('y'), config('x', 'a', { b: 'c' }), config('x', 'b'), config('x')]);
    expect(found.map((finding) => [finding.object.index, finding.path.join('.'), finding.related!.map(({ index }) => index)])).toEqual([[2, 'metadata.name', [0]], [4, 'metadata.name', [0]]]);
  });

  test.each<[string, object[]]>([
    ['another namespace', [config('x'), config('y')]],
    ['another kind', [config('x'), object('v1', 'Secret', 'x', 'a', {})]],
    ['another group', [object('networking.istio.io/v1', 'Gateway', 'x', 'a', {}), object('gateway.networking.k8s.io/v1', 'Gateway', 'x', 'a', {})]],
  ])('silent: %s', (_name, documents) => {
    expect(find(duplicateObjects, documents)).toEqual([]);
  });
});

describe('MTLS102: two objects that are written to one file', () => {
  type Files = readonly (string | undefined)[];
  const contextOf = (documents: object[], files: Files) => (
    new CheckContext(documents, { mesh: MeshProfile.ISTIO }, {}, undefined, (index) => files[index]));
  const collisions = (documents: object[], files: Files) => outputCollisions.find(contextOf(documents, files))
    .map((finding) => [finding.object.namespace, finding.path.join('.'), finding.related!.map(({ namespace }) => namespace)]);

  test('each after the first is found, with the first beside it', () => {
    expect(collisions([config('x'), config('y'), config('z'), config('w')], ['a.yaml', 'a.yaml', 'b.yaml', 'a.yaml'])).toEqual([['y', 'metadata.name', ['x']], ['w', 'metadata.name', ['x']]]);
  });

  test.each<[string, object[], (string | undefined)[]]>([
    ['files are not known', [config('x'), config('y')], [undefined, undefined]],
    ['one file each', [config('x'), config('y')], ['a.yaml', 'b.yaml']],
    ['one document, which is a List', [{ apiVersion: 'v1', kind: 'List', items: [config('x'), config('y')] }], ['a.yaml']],
  ])('silent: %s', (_name, documents, files) => {
    expect(collisions(documents, files)).toEqual([]);
  });
});

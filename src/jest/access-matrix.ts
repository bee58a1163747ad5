import { accessMatrix, AccessSpace, matrixLines } from '../access';
import { Mesh, MeshOptions } from '../authz';

/**
 * Who gets in where, as text for a reviewed snapshot: `expect(accessMatrixOf(Testing.synth(chart))).toMatchSnapshot()`.
 *
 * Below each place stands each answer, and below it each caller that gets it, so that the difference of a pull request shows who gained and who lost what.
 * @param manifests the manifests, or a mesh of them
 * @param options how manifests are to be read
 */
export function accessMatrixOf(manifests: readonly unknown[] | Mesh, options: MeshOptions = {}): string {
  const mesh = manifests instanceof Mesh ? manifests : Mesh.fromManifests([...manifests], options);
  return matrixLines(accessMatrix(AccessSpace.of(mesh)));
}

/* eslint-disable @stylistic/max-len */
import { Outcome } from '../../src/authz';
import { accessRequest, decided, meshOf } from '../differential/compare';
import { makeMaterials, Materials } from '../differential/materials';
import { readRegressions } from '../differential/regression';

// What real istiod and Envoy did where the evaluator once said otherwise (test/differential).
describe('past disagreements with the real mesh', () => {
  let materials: Materials;
  beforeAll(async () => {
    materials ??= await makeMaterials();
  });

  test.each(readRegressions())('%s', (_, { request, real, manifests }) => {
    const ours = decided(meshOf(manifests, materials).evaluate(accessRequest(request, materials)));
    expect({ outcome: ours.outcome, status: ours.status, workload: ours.workload, path: ours.path }).toEqual({ outcome: real.outcome, status: real.status, workload: real.workload, path: real.path });
    if (real.outcome === Outcome.ALLOWED) expect(ours.headers).toMatchObject(real.headers ?? {});
  });
});

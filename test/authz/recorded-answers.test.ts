import { Outcome } from '../../src/authz';
import { accessRequest, Answer, decided, difference, meshOf, refusals } from '../differential/compare';
import { makeMaterials, Materials, unfill } from '../differential/materials';
import { readRecordedAnswers } from '../differential/recorded';

// What real istiod and Envoy did with generated configurations, for where they are not: `npm run differential -- --seed … --answers` records it anew.
describe('recorded answers of the real mesh', () => {
  let materials: Materials;
  beforeAll(async () => {
    materials ??= await makeMaterials();
  });

  test.each(readRecordedAnswers())('the evaluator agrees with configuration %s', (_, { made, refused, answers }) => {
    const mesh = meshOf(made.manifests, materials);
    expect(refusals(mesh, { id: made.id, results: [], refused: refused.map((object) => ({ object, reason: '' })) }, made.manifests)).toEqual([]);
    const wrong = made.requests.flatMap((request, index) => {
      const decision = mesh.evaluate(accessRequest(request, materials));
      const candidates = decision.outcome === Outcome.UNDECIDED ? decision.alternatives : [decision];
      // What somebody puts into a proxy may do anything.
      if (candidates.some(({ outcome }) => outcome === Outcome.UNDECIDED)) return [];
      const said = candidates.map((candidate) => JSON.parse(unfill(JSON.stringify(decided(candidate)), materials)) as Answer);
      const differences = said.map((answer) => difference(answers[index], answer));
      return differences.includes(undefined) ? [] : [`request ${index}: ${differences.join(' or ')}`];
    });
    expect(wrong).toEqual([]);
  });
});

/* eslint-disable @stylistic/max-len */
import { AccessSpace } from '../../src/access';
import { AccessRequest, Decision } from '../../src/authz';
import { generateCase } from '../differential/case';
import { accessRequest, meshOf } from '../differential/compare';
import { Materials } from '../differential/materials';
import { Manifest } from '../differential/vocabulary';

/** How requests drawn at random compare with the example of their class. */
export interface Draws {
  readonly requests: number;
  /** Requests whose class has an example among the samples. */
  readonly covered: number;
  /** Distinct classes that were drawn. */
  readonly classes: number;
  readonly broken: readonly { readonly id: string; readonly manifests: readonly Manifest[]; readonly request: AccessRequest; readonly example: AccessRequest; readonly got: string; readonly expected: string }[];
  /** Requests without example, for reading. */
  readonly uncovered: readonly { readonly id: string; readonly request: AccessRequest }[];
}

/** What of a decision is equal for all requests of a class. */
export function behaviour(decision: Decision): string {
  const denied = decision.reason.startsWith('denied by') ? decision.policy : undefined;
  return JSON.stringify([decision.outcome, decision.status, decision.workload, denied, decision.alternatives.map((each) => [each.outcome, each.status, each.workload]).sort()]);
}

/** Draws requests for random configurations, and compares each with the example of its class and with the first one drawn of it. */
export function drawRequests(seed: number, configurations: number, each: number, materials: Materials): Draws {
  const result = { requests: 0, covered: 0, classes: 0, broken: [] as Draws['broken'][number][], uncovered: [] as Draws['uncovered'][number][] };
  for (let index = 0; index < configurations; index += 1) {
    const { id, manifests, requests } = generateCase(seed, index, each);
    const mesh = meshOf(manifests, materials);
    const space = AccessSpace.of(mesh);
    const first = new Map<string, { readonly request: AccessRequest; readonly behaviour: string }>();
    for (const drawn of requests) {
      const request = accessRequest(drawn, materials);
      const got = behaviour(mesh.evaluate(request));
      const check = (example: AccessRequest, expected: string) => { if (got !== expected) result.broken.push({ id, manifests, request, example, got, expected }); };
      result.requests += 1;
      const signature = space.signatureOf(request);
      const known = first.get(signature);
      if (known === undefined) first.set(signature, { request, behaviour: got });
      else check(known.request, known.behaviour);
      const example = space.exampleOf(request);
      if (example === undefined) {result.uncovered.push({ id, request });} else {
        result.covered += 1;
        check(example, behaviour(mesh.evaluate(example)));
      }
    }
    result.classes += first.size;
  }
  return result;
}


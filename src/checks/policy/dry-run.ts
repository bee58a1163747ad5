import { writtenPolicies } from './written-policies';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { pointer } from '../pointer';

const ANNOTATION = 'istio.io/dry-run';

/** MTLS041: a policy is a dry run. */
export const dryRun: Check = {
  id: 'MTLS041',
  title: 'a policy that is only a dry run',
  severity: Severity.WARNING,
  effect: Effect.IGNORED,
  find: (context) => writtenPolicies(context).filter((policy) => policy.dryRun).map(({ object }) => ({
    object,
    path: ['metadata', 'annotations', ANNOTATION],
    message: `${describeObject(object)} is a dry run by its annotation \`${ANNOTATION}\``,
    effect: 'its verdict is logged and enforced on nobody',
    cure: 'remove the annotation once the log shows what is meant',
    patch: [{ op: 'remove', path: pointer(['metadata', 'annotations', ANNOTATION]) }],
  })),
};

import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRuleObjects, versionOf } from './api-rules';

/**
 * MTLS047: an APIRule of a version that Kyma no longer takes.
 *
 * The operator's webhook refuses to create, change or delete v1beta1 objects; those that are stored already are not processed any more (api-gateway 3.4 and newer).
 */
export const apiRuleVersion: Check = {
  id: 'MTLS047',
  title: 'an APIRule of version v1beta1',
  severity: Severity.ERROR,
  effect: Effect.REFUSED,
  find: (context) => apiRuleObjects(context).filter((object) => versionOf(object) === 'v1beta1').map((object) => ({
    object,
    path: ['apiVersion'],
    message: `${describeObject(object)} is of version \`v1beta1\``,
    effect: 'Kyma refuses it, and nothing is exposed',
    cure: 'write version `v2`: `npx cdk8s-istio-security migrate-apirule` does it and says what changes for callers',
  })),
};

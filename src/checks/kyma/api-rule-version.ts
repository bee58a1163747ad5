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
  find: (context) => {
    const written = new Set(apiRuleObjects(context).filter((object) => versionOf(object) !== 'v1beta1').map(({ key }) => key));
    return apiRuleObjects(context).filter((object) => versionOf(object) === 'v1beta1').map((object) => ({
      object,
      path: ['apiVersion'],
      message: `${describeObject(object)} is of version \`v1beta1\``,
      effect: 'Kyma refuses it, and nothing is exposed',
      cure: written.has(object.key)
        ? 'delete it: the same APIRule is among the manifests in a newer version'
        : 'put version `v2` in its place: `npx cdk8s-istio-security migrate-apirule <manifests> --out v2.yaml` writes it and says what changes for callers',
    }));
  },
};

import { describeObject } from '../../mesh/kube-object';
import { field, text, texts } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRuleObjects, versionOf } from './api-rules';

/** MTLS086: an APIRule with a short host on an ExternalGateway, over which Kyma's operator panics again and again (api-gateway 3.10, seen). */
export const externalShortHost: Check = {
  id: 'MTLS086',
  title: 'a short host on an ExternalGateway',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => apiRuleObjects(context).flatMap((object) => {
    const external = text(field(object.spec, 'externalGateway'));
    const [host] = texts(field(object.spec, 'hosts'));
    if (versionOf(object) === 'v1beta1' || external === undefined || host === undefined || host.includes('.')) return [];
    return [{
      object,
      path: ['spec', 'hosts', 0],
      message: `${describeObject(object)} has the short host \`${host}\` and ExternalGateway \`${external}\``,
      effect: 'the operator panics over it each time and never exposes anything',
      cure: 'write the host in full',
    }];
  }),
};

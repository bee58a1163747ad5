import { describeObject } from '../../mesh/kube-object';
import { text, field, texts } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { versionOf } from './api-rules';

/** MTLS099: an APIRule that Kyma refuses, or stores with the state Error and does not process: its earlier objects stay as they were (api-gateway 3.10, seen). */
export const unprocessed: Check = {
  id: 'MTLS099',
  title: 'an APIRule that Kyma does not process',
  severity: Severity.ERROR,
  effect: Effect.REFUSED,
  find: ({ view }) => {
    const gateways = new Set(view.gateways.map(({ namespace, name }) => `${namespace}/${name}`));
    return view.refused.filter(({ object }) => object.kind === 'APIRule' && versionOf(object) !== 'v1beta1' && !dependsOnOthers(object.spec, gateways)).map(({ object, reason }) => ({
      object,
      path: ['spec'],
      message: `${describeObject(object)} is not processed: ${reason}`,
      effect: 'nothing of it takes effect; of an APIRule that was processed before, the old routes and policies stay',
      cure: 'correct the field that is named',
    }));
  },
};

/** A short host is judged by the Gateway, which may not be among the manifests. */
function dependsOnOthers(spec: unknown, gateways: ReadonlySet<string>): boolean {
  const [host] = texts(field(spec, 'hosts'));
  const gateway = text(field(spec, 'gateway'));
  return host !== undefined && !host.includes('.') && (gateway === undefined || !gateways.has(gateway));
}

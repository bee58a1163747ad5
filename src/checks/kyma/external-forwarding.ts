import { describeObject } from '../../mesh/kube-object';
import { maySelect } from '../../mesh/labels';
import { field, text } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRulesOf } from './api-rules';
import { enforcedPolicies } from '../policy/written-policies';

const HEADER = /^request\.headers\[x-forwarded-client-cert\]$/i;

/**
 * MTLS096: a policy believes X-Forwarded-Client-Cert at a workload behind an ExternalGateway.
 *
 * There the gateway passes on what the client sent in that header, so that an admitted client names itself as it likes (api-gateway 3.10, seen).
 */
export const externalForwarding: Check = {
  id: 'MTLS096',
  title: 'a policy that believes X-Forwarded-Client-Cert behind an ExternalGateway',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => {
    const exposed = apiRulesOf(context).filter(({ object }) => text(field(object.spec, 'externalGateway')) !== undefined)
      .flatMap(({ object, rules }) => rules.flatMap(({ service }) => ({ object, service: context.view.service(service.namespace, service.name) })));
    return enforcedPolicies(context).flatMap(({ object, action, selector, rules }) => {
      const rule = rules.findIndex(({ when }) => when.some(({ key }) => HEADER.test(key)));
      if (action !== 'ALLOW' || selector === undefined || rule < 0) return [];
      const applies = (namespace: string) => [namespace, context.view.settings.rootNamespace].includes(object.namespace);
      const door = exposed.find(({ service }) => service !== undefined && applies(service.namespace)
        && maySelect(selector, { known: service.selector, complete: true }));
      if (door === undefined) return [];
      return [{
        object,
        path: ['spec', 'rules', rule, 'when'],
        message: `${describeObject(object)} compares \`X-Forwarded-Client-Cert\`, and ${describeObject(door.object)} exposes the workload on an ExternalGateway`,
        effect: 'the gateway passes on what the client wrote there, so every admitted client takes any name',
        cure: 'let the region\'s `subjects` decide who enters, and do not read that header behind an ExternalGateway',
        related: [door.object],
      }];
    });
  },
};

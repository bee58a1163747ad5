import { field, isMapping } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, FieldPath, Severity } from '../finding';
import { pointer } from '../pointer';
import { apiRulesOf, describeRule, rulePath, serviceName } from './api-rules';

/** MTLS092: an APIRule leads to a port that its Service does not have. Kyma reports it as ready all the same (api-gateway 3.10, seen). */
export const apiRuleServicePort: Check = {
  id: 'MTLS092',
  title: 'an APIRule to a port that its Service does not have',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => apiRulesOf(context).flatMap((view) => view.rules.flatMap((rule, index) => {
    const service = context.view.service(rule.service.namespace, rule.service.name);
    if (service === undefined || service.external || service.ports.some(({ port }) => port === rule.service.port)) return [];
    const path: FieldPath = isMapping(field(rule.value, 'service')) ? rulePath(index, 'service', 'port') : ['spec', 'service', 'port'];
    const ports = service.ports.map(({ port }) => port);
    return [{
      object: view.object,
      path,
      message: `${describeRule(view, index)} leads to port ${rule.service.port} of Service \`${serviceName(rule)}\`, which has ${ports.join(', ') || 'none'}`,
      effect: 'Kyma reports the APIRule as ready, and every request gets 503',
      cure: `name ${ports.length === 1 ? `the port of the Service, \`${ports[0]}\`` : 'a port of the Service'}, not one of the container`,
      ...ports.length === 1 ? { patch: [{ op: 'replace' as const, path: pointer(path), value: ports[0] }] } : {},
    }];
  })),
};

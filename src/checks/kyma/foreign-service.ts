import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRulesOf, describeRule, rulePath, serviceName } from './api-rules';

/**
 * MTLS083: an APIRule exposes a Service of another namespace.
 *
 * Kyma asks nobody there: whoever may write APIRules in one namespace publishes workloads of every other, and sets their request headers. The operator writes the
 * policy into the namespace of the Service, where the author of the APIRule may write none (api-gateway 3.10, seen).
 */
export const foreignService: Check = {
  id: 'MTLS083',
  title: 'an APIRule that exposes a Service of another namespace',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => apiRulesOf(context).flatMap((view) => {
    const named = new Set<string>();
    return view.rules.flatMap((rule, index) => {
      if (rule.service.namespace === view.object.namespace || named.has(serviceName(rule))) return [];
      named.add(serviceName(rule));
      return [{
        object: view.object,
        path: rulePath(index),
        message: `${describeRule(view, index)} leads to Service \`${serviceName(rule)}\` of another namespace`,
        effect: 'Kyma adds a policy that admits these callers to the workload, and nobody in that namespace is asked',
        cure: `write the APIRule in namespace \`${rule.service.namespace}\`, and limit who may create APIRules`,
      }];
    });
  }),
};

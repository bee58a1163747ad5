import { targetsOf } from './targets';
import { describeRule, enforcedPolicies, neverMatches, valuesOf, WrittenPolicy } from './written-policies';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { pointer } from '../pointer';

interface Translation {
  readonly service: string;
  readonly port: number;
  readonly target: number;
}

/** MTLS026: a policy names the port of the Service, and the pods listen on another. */
export const servicePort: Check = {
  id: 'MTLS026',
  title: 'the port of a Service where that of the pods is compared',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => enforcedPolicies(context).flatMap((policy) => {
    const values = valuesOf(policy, 'ports', 'destination.port');
    if (values.length === 0) return [];
    const ports = translations(policy, context);
    const targets = new Set(ports.map(({ target }) => String(target)));
    const changing = ports.filter(({ port, target }) => target !== port);
    const moved = new Map(changing.reverse().map((translation) => [String(translation.port), translation]));
    const written = new Set(values.map((other) => `${other.rule} ${other.value}`));
    return values.flatMap(({ value, negated, rule, path }): Finding[] => {
      const wrong = moved.get(value);
      if (wrong === undefined || targets.has(value) || written.has(`${rule} ${wrong.target}`)) return [];
      return [{
        object: policy.object,
        path,
        message: `port \`${value}\` in ${describeRule(rule, policy)} is that of Service \`${wrong.service}\`, whose pods listen on ${wrong.target}`,
        effect: neverMatches(policy.action, negated),
        cure: `write \`"${wrong.target}"\``,
        patch: [{ op: 'replace', path: pointer(path), value: String(wrong.target) }],
      }];
    });
  }),
};

/** Every port of the Services in front of the selected pods, where the pods' own are known. */
function translations(policy: WrittenPolicy, context: CheckContext): Translation[] {
  if (policy.selector?.size === 0) return [];
  const { gateways, workloads, services } = targetsOf(context, policy);
  const named = new Map(workloads.flatMap(({ namedPorts }) => [...namedPorts]));
  return [
    ...services.flatMap(({ namespace, name, ports }) => ports.flatMap(({ port, targetPort }) => {
      const target = typeof targetPort === 'number' ? targetPort : named.get(targetPort);
      return target === undefined ? [] : [{ service: `${namespace}/${name}`, port, target }];
    })),
    ...gateways.filter(({ serviceNames }) => serviceNames.length > 0)
      .flatMap(({ serviceNames, servers }) => servers.map(({ server: { port }, target }) => ({ service: serviceNames[0], port, target }))),
  ];
}

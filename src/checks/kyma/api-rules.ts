import { ApiRuleRule, gatewayOf, rulesOf } from '../../mesh/api-rule-rules';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { field, text, texts } from '../../mesh/value';
import type { CheckContext } from '../context';
import type { FieldPath } from '../finding';
import { oncePerContext } from '../written';

/** An APIRule that Kyma's operator processes, as checks look at it. */
export interface ApiRuleView {
  readonly object: KubeObject;
  /** As written: it may be one label. */
  readonly host: string;
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  readonly rules: readonly ApiRuleRule[];
}

/** The APIRules that Kyma admits and processes. */
export const apiRulesOf: (context: CheckContext) => readonly ApiRuleView[] = oncePerContext((context) => {
  const refused = new Set(context.view.refused.map(({ object }) => object.body));
  return apiRuleObjects(context).filter(({ body }) => !refused.has(body)).map((object) => ({
    object,
    host: texts(field(object.spec, 'hosts'))[0] ?? '',
    gateway: gatewayOf(object) ?? '',
    rules: rulesOf(object),
  }));
});

/** Every APIRule as written, of any version. */
export function apiRuleObjects(context: CheckContext): readonly KubeObject[] {
  return context.of('APIRule', 'gateway.kyma-project.io');
}

/** The version of an APIRule, e.g. `v2`. */
export function versionOf({ body }: KubeObject): string {
  return (text(field(body, 'apiVersion')) ?? '').split('/')[1] ?? '';
}

/** Where a field of a rule stands. */
export function rulePath(index: number, ...rest: FieldPath): FieldPath {
  return ['spec', 'rules', index, ...rest];
}

/** How findings name a rule: its position, methods, path and handler. */
export function describeRule({ object, rules }: ApiRuleView, index: number): string {
  const { methods, path, handler } = rules[index];
  return `rule ${index + 1} (${methods.join(', ')} \`${path}\`, ${handler}) of ${describeObject(object)}`;
}

/** How findings name a Service: `namespace/name`. */
export function serviceName({ service: { namespace, name } }: ApiRuleRule): string {
  return `${namespace}/${name}`;
}

/** What a rule asks of tokens, as text to compare: rules of equal demands protect each other. */
export function demandOf({ handler, value }: ApiRuleRule): string {
  return JSON.stringify([handler, field(value, handler)]);
}

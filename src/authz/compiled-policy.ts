import { Attribute, attributeOf, ValueTest } from './condition';
import { ProxyRequest } from './proxy-request';
import { AuthorizationPolicy, PolicyField, PolicyRule } from '../mesh/authorization-policy';
import { MeshSettings } from '../mesh/settings';

/** One condition of a rule: some value must match, or none may. */
export interface Condition {
  /** How the policy names it, e.g. `when request.headers[X-Id]`. */
  readonly name: string;
  /** What it wants, e.g. `wants "a" or "b"`. */
  readonly wants: string;
  holds(request: ProxyRequest): boolean;
  found(request: ProxyRequest): string;
}

/** A rule made ready: it matches when all conditions of one of its alternatives hold on both sides. */
export interface CompiledRule {
  readonly policy: AuthorizationPolicy;
  /** Position in the policy, from 1. */
  readonly number: number;
  readonly sources: readonly (readonly Condition[])[];
  readonly operations: readonly (readonly Condition[])[];
}

/** Makes the rules of a policy ready, as Istio translates them: an ALLOW rule with a value that cannot be translated vanishes, elsewhere only the value does. */
export function compilePolicy(policy: AuthorizationPolicy, settings: MeshSettings, tcp: boolean): CompiledRule[] {
  return policy.rules.flatMap((rule, index) => compileRule(policy, rule, index + 1, settings, tcp) ?? []);
}

/** Whether a rule matches a request. */
export function matches(rule: CompiledRule, request: ProxyRequest): boolean {
  return rule.operations.some((conditions) => conditions.every((condition) => condition.holds(request)))
    && rule.sources.some((conditions) => conditions.every((condition) => condition.holds(request)));
}

const OPERATION_KEYS = new Set(['destination.ip', 'destination.port', 'connection.sni']);

function compileRule(policy: AuthorizationPolicy, rule: PolicyRule, number: number, settings: MeshSettings, tcp: boolean): CompiledRule | undefined {
  const strict = policy.action === 'ALLOW';
  const compile = (field: PolicyField, prefix: string) => {
    const attribute = attributeOf(field.key, policy.namespace, settings);
    return attribute === undefined ? undefined : compileField(field, attribute, `${prefix} ${field.key}`, strict, tcp);
  };
  const all = (fields: readonly PolicyField[], prefix: string) => {
    const compiled = fields.map((field) => compile(field, prefix));
    return compiled.includes(undefined) ? undefined : compiled.flatMap((conditions) => conditions!);
  };
  const isOperation = ({ key }: PolicyField) => OPERATION_KEYS.has(key) || key.startsWith('experimental.');
  const whenSource = all(rule.when.filter((field) => !isOperation(field)), 'when');
  const whenOperation = all(rule.when.filter(isOperation), 'when');
  const from = (rule.from.length === 0 ? [[]] : rule.from).map((fields) => all(fields, 'from'));
  const to = (rule.to.length === 0 ? [[]] : rule.to).map((fields) => all(fields, 'to'));
  if (whenSource === undefined || whenOperation === undefined || from.includes(undefined) || to.includes(undefined)) return undefined;
  return {
    policy,
    number,
    sources: from.map((conditions) => [...conditions!, ...whenSource]),
    operations: to.map((conditions) => [...conditions!, ...whenOperation]),
  };
}

/** The conditions of a field; undefined where the rule vanishes with it. */
function compileField(field: PolicyField, attribute: Attribute, name: string, strict: boolean, tcp: boolean): Condition[] | undefined {
  const tests = (values: readonly string[]) => values.flatMap((value) => attribute.expand?.(value) ?? [value])
    .map((value) => (tcp && attribute.http ? undefined : attribute.test(value)));
  const wanted = tests(field.values);
  const unwanted = tests(field.notValues);
  if (strict && [...wanted, ...unwanted].includes(undefined)) return undefined;
  const known = (list: readonly (ValueTest | undefined)[]) => list.filter((test): test is ValueTest => test !== undefined);
  const quoted = (values: readonly string[]) => values.map((value) => `\`${value}\``).join(' or ');
  const conditions: Condition[] = [];
  const [some, none] = [known(wanted), known(unwanted)];
  const found = (request: ProxyRequest) => attribute.found(request);
  if (some.length > 0) conditions.push({ name, wants: `wants ${quoted(field.values)}`, holds: (request) => some.some((test) => test(request)), found });
  if (none.length > 0) conditions.push({ name, wants: `forbids ${quoted(field.notValues)}`, holds: (request) => !none.some((test) => test(request)), found });
  return conditions;
}

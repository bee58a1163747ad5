import { KubeObject } from './kube-object';
import { Scoped, selectorOf } from './policy-scope';
import { at, entries, field, list, text, texts, Value } from './value';

/** A field of a source or operation, or a `when` condition: values of which one must match, and values of which none may. */
export interface PolicyField {
  readonly key: string;
  readonly values: readonly string[];
  readonly notValues: readonly string[];
}

/** One rule of a policy: one of the sources, and one of the operations, and every condition. */
export interface PolicyRule {
  /** Empty: anybody. */
  readonly from: readonly (readonly PolicyField[])[];
  /** Empty: any operation. */
  readonly to: readonly (readonly PolicyField[])[];
  readonly when: readonly PolicyField[];
}

/** What a policy does with the requests that it matches. */
export type PolicyAction = 'ALLOW' | 'DENY' | 'CUSTOM' | 'AUDIT';

/** An AuthorizationPolicy. */
export interface AuthorizationPolicy extends Scoped {
  readonly namespace: string;
  readonly name: string;
  readonly action: PolicyAction;
  readonly provider?: string;
  readonly rules: readonly PolicyRule[];
  /** Only logged: nothing is enforced. */
  readonly dryRun: boolean;
}

/** The names of fields, by themselves and by their `not` form, in the order in which they are read. */
function fieldNames(...names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.flatMap((name) => [[name, name], [`not${name[0].toUpperCase()}${name.slice(1)}`, name]]));
}

const SOURCE_FIELDS = fieldNames('principals', 'requestPrincipals', 'namespaces', 'ipBlocks', 'remoteIpBlocks', 'serviceAccounts', 'trustDomains');
const OPERATION_FIELDS = fieldNames('hosts', 'ports', 'methods', 'paths');

/** Reads a policy; undefined where it applies to no classic gateway or sidecar. */
export function readAuthorizationPolicy(object: KubeObject): AuthorizationPolicy | undefined {
  const selector = selectorOf(object);
  if (selector === undefined) return undefined;
  const { spec } = object;
  return {
    object,
    selector,
    namespace: object.namespace,
    name: object.name,
    action: (text(field(spec, 'action')) ?? 'ALLOW') as PolicyAction,
    provider: text(at(spec, 'provider', 'name')),
    rules: list(field(spec, 'rules')).map(readRule),
    dryRun: isDryRun(object),
  };
}

/** Reads one rule. */
export function readRule(rule: Value): PolicyRule {
  return {
    from: list(field(rule, 'from')).map((from) => readFields(field(from, 'source'), SOURCE_FIELDS)),
    to: list(field(rule, 'to')).map((to) => readFields(field(to, 'operation'), OPERATION_FIELDS)),
    when: list(field(rule, 'when')).map((condition) => ({
      key: text(field(condition, 'key')) ?? '',
      values: texts(field(condition, 'values')),
      notValues: texts(field(condition, 'notValues')),
    })),
  };
}

function readFields(value: Value, names: ReadonlyMap<string, string>): PolicyField[] {
  const found = new Map<string, PolicyField>();
  for (const [name, given] of entries(value)) {
    const key = names.get(name);
    const values = key === undefined ? [] : texts(given);
    if (values.length === 0) continue;
    const { values: wanted, notValues } = found.get(key!) ?? NO_VALUES;
    found.set(key!, name === key ? { key, values, notValues } : { key: key!, values: wanted, notValues: values });
  }
  const fields = [...found.values()];
  if (fields.length < 2) return fields;
  const order = [...names.keys()];
  return fields.sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
}

const NO_VALUES: Pick<PolicyField, 'values' | 'notValues'> = { values: [], notValues: [] };

/** Whether a policy is only logged, as its annotation says. */
export function isDryRun({ annotations }: KubeObject): boolean {
  const value = annotations.get('istio.io/dry-run');
  return value !== undefined && TRUE.includes(value);
}

// Go's strconv.ParseBool
const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];

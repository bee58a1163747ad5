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

const SOURCE_FIELDS = ['principals', 'requestPrincipals', 'namespaces', 'ipBlocks', 'remoteIpBlocks', 'serviceAccounts', 'trustDomains'];
const OPERATION_FIELDS = ['hosts', 'ports', 'methods', 'paths'];

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
    dryRun: isTrue(object.annotations.get('istio.io/dry-run')),
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

function readFields(value: Value, names: readonly string[]): PolicyField[] {
  const given = new Map(entries(value));
  return names
    .map((key) => ({ key, values: texts(given.get(key)), notValues: texts(given.get(`not${key[0].toUpperCase()}${key.slice(1)}`)) }))
    .filter(({ values, notValues }) => values.length + notValues.length > 0);
}

// Go's strconv.ParseBool
function isTrue(value: string | undefined): boolean {
  return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value ?? '');
}

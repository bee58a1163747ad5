import { PolicyAction, PolicyRule, readAuthorizationPolicy, readRule } from '../../mesh/authorization-policy';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { selectorOf } from '../../mesh/policy-scope';
import { entries, field, list, text, Value } from '../../mesh/value';
import type { CheckContext } from '../context';
import type { FieldPath } from '../finding';
import { oncePerContext, writtenObjects } from '../written';

/** One value of a policy, and where it stands. */
export interface PolicyValue {
  /** The field without `not`, or the `when` key, e.g. `principals`, `request.headers[X-Id]`. */
  readonly key: string;
  /** Whether it stands in the `not` form. */
  readonly negated: boolean;
  readonly value: string;
  /** The rule that it belongs to, from 0. */
  readonly rule: number;
  readonly path: FieldPath;
}

/** An AuthorizationPolicy that somebody wrote. */
export interface WrittenPolicy {
  readonly object: KubeObject;
  readonly action: PolicyAction;
  /** Undefined where `targetRefs` say what it is for. */
  readonly selector?: ReadonlyMap<string, string>;
  readonly rules: readonly PolicyRule[];
  readonly values: readonly PolicyValue[];
  readonly dryRun: boolean;
}

/** Every AuthorizationPolicy that somebody wrote and the API server takes. */
export const writtenPolicies: (context: CheckContext) => readonly WrittenPolicy[] = oncePerContext((context) => writtenObjects(context, 'AuthorizationPolicy', 'security.istio.io').map(read));

/** Those that are more than a dry run. */
export function enforcedPolicies(context: CheckContext): WrittenPolicy[] {
  return writtenPolicies(context).filter(({ dryRun }) => !dryRun);
}

/** How findings name a rule. */
export function describeRule(rule: number, { object }: WrittenPolicy): string {
  return `rule ${rule + 1} of ${describeObject(object)}`;
}

/** What comes of a value that never matches. */
export function neverMatches(action: PolicyAction, negated = false): string {
  if (action === 'ALLOW') return negated ? 'nobody is kept out by it' : 'it never matches, so those whom it means get 403';
  if (action === 'DENY') return negated ? 'nobody is spared by it, so those whom it means are denied too' : 'it never matches, so nobody is denied by it';
  return negated ? 'nobody is spared by it' : 'it never matches, so the policy does not act on those whom it means';
}

function read(object: KubeObject): WrittenPolicy {
  const rules = list(field(object.spec, 'rules'));
  return {
    object,
    action: (text(field(object.spec, 'action')) ?? 'ALLOW') as PolicyAction,
    selector: selectorOf(object),
    rules: rules.map(readRule),
    values: rules.flatMap(valuesOf),
    dryRun: readAuthorizationPolicy(object)?.dryRun ?? false,
  };
}

function valuesOf(rule: Value, number: number): PolicyValue[] {
  const path = ['spec', 'rules', number];
  const parts = (side: string, part: string) => list(field(rule, side)).flatMap((entry, index) => entries(field(entry, part))
    .flatMap(([name, values]) => strings(values, withoutNot(name), number, [...path, side, index, part, name])));
  const conditions = list(field(rule, 'when')).flatMap((condition, index) => ['values', 'notValues']
    .flatMap((name) => strings(field(condition, name), { key: text(field(condition, 'key')) ?? '', negated: name !== 'values' }, number, [...path, 'when', index, name])));
  return [...parts('from', 'source'), ...parts('to', 'operation'), ...conditions];
}

function withoutNot(name: string): { key: string; negated: boolean } {
  const negated = /^not[A-Z]/.test(name);
  return { key: negated ? `${name[3].toLowerCase()}${name.slice(4)}` : name, negated };
}

function strings(values: Value, what: { key: string; negated: boolean }, rule: number, path: FieldPath): PolicyValue[] {
  return list(values).flatMap((value, index) => (typeof value === 'string' ? [{ ...what, value, rule, path: [...path, index] }] : []));
}

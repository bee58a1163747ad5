import { AuthorizationPolicy, isDryRun, PolicyAction, PolicyRule, readRule } from '../../mesh/authorization-policy';
import { putInto } from '../../mesh/groups';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { remembered } from '../../mesh/remembered';
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
  /** Its place among all values of the policy. */
  readonly order: number;
  /** The same for all values of one list, and where that stands. */
  readonly listPath: () => FieldPath;
  readonly path: FieldPath;
}

/** An AuthorizationPolicy that somebody wrote. */
export interface WrittenPolicy {
  readonly object: KubeObject;
  readonly action: PolicyAction;
  /** Undefined where `targetRefs` say what it is for. */
  readonly selector?: ReadonlyMap<string, string>;
  readonly rules: readonly PolicyRule[];
  /** By key, in the order in which they are written. */
  readonly values: ReadonlyMap<string, readonly PolicyValue[]>;
  readonly dryRun: boolean;
}

/** Every AuthorizationPolicy that somebody wrote and the API server takes. */
export const writtenPolicies: (context: CheckContext) => readonly WrittenPolicy[] = oncePerContext((context) => {
  const inForce = new Map(context.view.policies.all.map((policy) => [policy.object, policy]));
  return writtenObjects(context, 'AuthorizationPolicy', 'security.istio.io').map((object) => read(object, inForce.get(object)));
});

/** Those that are more than a dry run. */
export const enforcedPolicies: (context: CheckContext) => readonly WrittenPolicy[] = oncePerContext((context) => writtenPolicies(context)
  .filter(({ dryRun }) => !dryRun));

const NONE: readonly PolicyValue[] = [];

/** The values of a policy under some keys, in the order in which they are written. */
export function valuesOf({ values }: WrittenPolicy, ...keys: readonly string[]): readonly PolicyValue[] {
  const found = keys.filter((key) => values.has(key));
  if (found.length < 2) return values.get(found[0]) ?? NONE;
  return found.flatMap((key) => values.get(key)!).sort((a, b) => a.order - b.order);
}

/** A value and the policy that it stands in. */
export interface PlacedValue extends PolicyValue {
  readonly policy: WrittenPolicy;
}

/** The values of enforced policies by key and by text, in the order of the objects. */
const placedValues = oncePerContext((context) => {
  const found = new Map<string, Map<string, PlacedValue[]>>();
  for (const policy of enforcedPolicies(context)) {
    for (const [key, values] of policy.values) {
      const byText = found.get(key) ?? new Map<string, PlacedValue[]>();
      found.set(key, byText);
      for (const value of values) putInto(byText, value.value, value as Written);
    }
  }
  return found;
});

/** The values of enforced policies under some keys that pass a test, which is asked once for each text: one principal stands in thousands of policies. */
export function valuesWith(context: CheckContext, keys: Iterable<string>, test: (value: string, key: string) => boolean): PlacedValue[] {
  const found: PlacedValue[] = [];
  for (const key of keys) {
    for (const [value, places] of placedValues(context).get(key) ?? []) {
      if (test(value, key)) places.forEach((place) => found.push(place));
    }
  }
  return found.sort((a, b) => a.policy.object.index - b.policy.object.index || a.order - b.order);
}

/** The keys under which enforced policies have values. */
export function keysWithValues(context: CheckContext): Iterable<string> {
  return placedValues(context).keys();
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

// One that names Gateway API objects only is none of the view's.
function read(object: KubeObject, inForce: AuthorizationPolicy | undefined): WrittenPolicy {
  const rules = list(field(object.spec, 'rules'));
  const values = new Map<string, PolicyValue[]>();
  const policy: WrittenPolicy = {
    object,
    action: inForce?.action ?? (text(field(object.spec, 'action')) ?? 'ALLOW') as PolicyAction,
    selector: inForce?.selector,
    rules: inForce?.rules ?? rules.map(readRule),
    values,
    dryRun: isDryRun(object),
  };
  const reader = new ValueReader(policy, values);
  rules.forEach((rule, number) => reader.read(rule, number));
  return policy;
}

const SIDES = [['from', 'source'], ['to', 'operation']] as const;

/** Collects the values of the rules of one policy. */
class ValueReader {
  private count = 0;

  public constructor(private readonly policy: WrittenPolicy, private readonly found: Map<string, PolicyValue[]>) {}

  public read(rule: Value, number: number): void {
    for (const [side, part] of SIDES) {
      list(field(rule, side)).forEach((entry, index) => {
        for (const [name, values] of entries(field(entry, part))) this.add(values, withoutNot(name), number, () => ['spec', 'rules', number, side, index, part, name]);
      });
    }
    list(field(rule, 'when')).forEach((condition, index) => {
      const key = text(field(condition, 'key')) ?? '';
      this.add(field(condition, 'values'), { key, negated: false }, number, () => ['spec', 'rules', number, 'when', index, 'values']);
      this.add(field(condition, 'notValues'), { key, negated: true }, number, () => ['spec', 'rules', number, 'when', index, 'notValues']);
    });
  }

  private add(given: Value, { key, negated }: { readonly key: string; readonly negated: boolean }, rule: number, path: () => FieldPath): void {
    list(given).forEach((value, index) => {
      if (typeof value === 'string') putInto(this.found, key, new Written(this.policy, key, negated, value, rule, this.count++, path, index));
    });
  }
}

const withoutNot = remembered((name: string): { readonly key: string; readonly negated: boolean } => {
  const negated = /^not[A-Z]/.test(name);
  return { key: negated ? `${name[3].toLowerCase()}${name.slice(4)}` : name, negated };
});

/** A value whose path is put together when asked for: a mesh has ten thousands of values, and few of them are findings. */
class Written implements PlacedValue {
  public constructor(
    public readonly policy: WrittenPolicy,
    public readonly key: string,
    public readonly negated: boolean,
    public readonly value: string,
    public readonly rule: number,
    public readonly order: number,
    public readonly listPath: () => FieldPath,
    private readonly index: number,
  ) {}

  public get path(): FieldPath {
    return [...this.listPath(), this.index];
  }
}

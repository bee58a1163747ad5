import { ApiObject, Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { Synthesis } from './synthesis';
import { isIdentityHeader } from '../model/identity-header-names';

interface Pods {
  readonly namespace: string;
  readonly labels: { [key: string]: string };
}

/** A way to pods on which nothing removes the identity headers that a client sends. */
interface UnstrippedWay {
  readonly construct: IConstruct;
  /** The pods it leads to, as they are known at synth. */
  readonly pods: () => Pods[];
  readonly message: (policy: string) => string;
}

interface IdentityPolicy extends Pods {
  readonly reference: string;
}

const KEY = Symbol.for('cdk8s-istio-security.unstripped-ways');

/**
 * Remembers a way to pods that does not remove identity headers: an error where a policy of the app trusts those headers on the same pods.
 * @internal
 */
export function registerUnstrippedWay(way: UnstrippedWay): void {
  Synthesis.of(way.construct).sharedBy<UnstrippedWay[]>(KEY, () => []).push(way);
}

Synthesis.addAppCheck((root) => {
  const ways = Synthesis.of(root).sharedBy<UnstrippedWay[]>(KEY, () => []);
  if (ways.length === 0) return [];
  const policies = identityPolicies(root);
  return ways.flatMap(({ construct, pods, message }) => pods().flatMap(({ namespace, labels }) => (policies.get(namespace) ?? [])
    .filter((policy) => Object.entries(policy.labels).every(([key, value]) => labels[key] === value))
    .map(({ reference }) => ({ construct, message: message(reference) }))));
});

/** The policies of an app that admit requests by identity header, by namespace. */
function identityPolicies(root: IConstruct): Map<string, IdentityPolicy[]> {
  const policies = new Map<string, IdentityPolicy[]>();
  for (const object of root.node.findAll()) {
    if (!ApiObject.isApiObject(object) || object.kind !== 'AuthorizationPolicy') continue;
    const { selector, rules } = specOf(object);
    if (!list(rules).flatMap((rule) => list(rule?.when)).some(trustsIdentity)) continue;
    const namespace = object.metadata.namespace ?? Chart.of(object).namespace ?? 'default';
    const policy = { namespace, labels: selector?.matchLabels ?? {}, reference: `${namespace}/${object.name}` };
    policies.set(namespace, [...policies.get(namespace) ?? [], policy]);
  }
  return policies;
}

function trustsIdentity(condition: any): boolean {
  const header = /^request\.headers\[(.*)\]$/.exec(condition?.key)?.[1];
  return header !== undefined && condition.values !== undefined && isIdentityHeader(header);
}

// An object that cannot be rendered fails in the synth itself, with cdk8s's own message.
function specOf(object: ApiObject): any {
  try {
    return object.toJson().spec ?? {};
  } catch {
    return {};
  }
}

function list(value: unknown): any[] {
  return Array.isArray(value) ? value : [];
}

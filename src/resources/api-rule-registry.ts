import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { OrderedRule } from './api-rule-order';
import type { MeshResource } from './mesh-resource';
import { RelationError, Synthesis } from './synthesis';
import type { Workload } from './workload';
import type { HostPattern } from '../model/host-pattern';

/** What an APIRule exposes. */
interface Exposed {
  readonly host: HostPattern;
  readonly rules: readonly (OrderedRule & { readonly workload?: Workload })[];
  readonly workload: Workload;
}

interface Entry extends Exposed {
  readonly rule: MeshResource;
}

const KEY = Symbol.for('cdk8s-istio-security.api-rules');

/**
 * Adds an APIRule to those of the app, so that two of them that open or displace each other are found.
 * @internal
 */
export function registerApiRule(rule: MeshResource, exposed: Exposed): void {
  Synthesis.of(rule).sharedBy<Entry[]>(KEY, () => []).push({ rule, ...exposed });
}

Synthesis.addAppCheck((root) => {
  const entries = Synthesis.of(root).sharedBy<Entry[]>(KEY, () => []);
  return entries.length === 0 ? [] : [...occupied(root, entries), ...opened(entries)];
});

/** Kyma serves a host once: an APIRule whose host another APIRule or VirtualService names, on whichever gateway, ends in state Error. */
function occupied(root: IConstruct, entries: readonly Entry[]): RelationError[] {
  const owners = new Map<string, string>();
  for (const object of root.node.findAll()) {
    if (!ApiObject.isApiObject(object) || object.kind !== 'VirtualService') continue;
    for (const host of hostsOf(object)) owners.set(host, `VirtualService \`${object.metadata.namespace ?? 'default'}/${object.name}\``);
  }
  return entries.flatMap(({ rule, host }) => {
    const owner = owners.get(host.text);
    if (owner) return [{ construct: rule, message: `host \`${host.text}\` is also that of ${owner}: Kyma leaves the APIRule in state Error, put all rules of a host into one` }];
    owners.set(host.text, `APIRule \`${rule.namespace}/${rule.name}\``);
    return [];
  });
}

// An object that cannot be rendered fails in the synth itself, with cdk8s's own message.
function hostsOf(virtualService: ApiObject): string[] {
  try {
    const hosts = virtualService.toJson().spec?.hosts;
    return Array.isArray(hosts) ? hosts : [];
  } catch {
    return [];
  }
}

/** The policy of a wildcard host matches the exact hosts under it as well, so it admits there what it admits for itself. */
function opened(entries: readonly Entry[]): RelationError[] {
  return entries.filter(({ host }) => host.isWildcard).flatMap((wide) => entries.flatMap((narrow) => {
    if (wide === narrow || !wide.host.covers(narrow.host)) return [];
    for (const protectedRule of narrow.rules) {
      const opening = wide.rules.find((rule) => rule.path.overlaps(protectedRule.path)
        && rule.methods.some((method) => protectedRule.methods.includes(method))
        && !rule.access._demandsAllOf(protectedRule.access)
        && samePods(podsOf(wide, rule), podsOf(narrow, protectedRule)));
      if (!opening) continue;
      return [{
        construct: wide.rule,
        message: `wildcard host \`${wide.host.text}\` opens \`${narrow.host.text}${protectedRule.path.text}\` (${protectedRule.access}) of APIRule \`${narrow.rule.namespace}/${narrow.rule.name}\` `
          + `through rule \`${opening.path.text}\` (${opening.access}) to the same workload: list the exact hosts, or give the wildcard a workload of its own`,
      }];
    }
    return [];
  }));
}

interface Pods {
  readonly namespace: string;
  readonly service: string;
  readonly labels: { [key: string]: string };
}

function podsOf(entry: Entry, rule: { readonly workload?: Workload }): Pods {
  const workload = rule.workload ?? entry.workload;
  const labels = workload._problems().length > 0 ? {} : workload.labels;
  return { namespace: workload.namespace ?? entry.rule.namespace, service: workload.service, labels };
}

// Policies select by labels: two Services may lead to the same pods.
function samePods(a: Pods, b: Pods): boolean {
  const within = (some: Pods, all: Pods) => Object.entries(some.labels).every(([key, value]) => all.labels[key] === value);
  return a.namespace === b.namespace && (a.service === b.service || within(a, b) || within(b, a));
}

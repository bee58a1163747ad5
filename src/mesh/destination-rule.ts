import { isSubset } from './host-name';
import { KubeObject } from './kube-object';
import { at, field, list, number, text, textMap, texts, Value } from './value';

/** What a DestinationRule says about connections to a host. */
export interface DestinationRule {
  readonly object: KubeObject;
  readonly host: string;
  /** `DISABLE`, `SIMPLE`, `MUTUAL`, `ISTIO_MUTUAL`; undefined leaves it to the mesh. Ports and subsets may say otherwise: `tlsModeFor`. */
  readonly tlsMode?: string;
  readonly subsets: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly exportTo: readonly string[];
  /** Whether there are TLS settings per port or subset. */
  readonly detailed: boolean;
}

/** Reads a DestinationRule. */
export function readDestinationRule(object: KubeObject): DestinationRule {
  const { spec, namespace } = object;
  const host = text(field(spec, 'host')) ?? '';
  const subsets = list(field(spec, 'subsets'));
  return {
    object,
    host: host.includes('.') || host.startsWith('*') ? host : `${host}.${namespace}.svc.cluster.local`,
    tlsMode: text(at(spec, 'trafficPolicy', 'tls', 'mode')),
    subsets: new Map(subsets.map((subset) => [text(field(subset, 'name')) ?? '', textMap(field(subset, 'labels'))])),
    exportTo: texts(field(spec, 'exportTo')),
    detailed: list(at(spec, 'trafficPolicy', 'portLevelSettings')).some((setting) => field(setting, 'tls') !== undefined)
      || subsets.some((subset) => at(subset, 'trafficPolicy', 'tls') !== undefined),
  };
}

/**
 * The TLS mode for a port of a host, and for a subset of its pods. What a subset says comes first; settings of a port replace all others of their level,
 * those that they leave out included (istio `MergeTrafficPolicy`). Of several rules the first that has a policy counts.
 */
export function tlsModeFor(rules: readonly DestinationRule[], port: number, subset: string | undefined): string | undefined {
  const policies = [
    rules.map(({ object }) => field(object.spec, 'trafficPolicy')).find((policy) => policy !== undefined && policy !== null),
    ...subset === undefined ? [] : rules.flatMap(({ object }) => list(field(object.spec, 'subsets'))).filter((one) => text(field(one, 'name')) === subset).slice(0, 1).map((one) => field(one, 'trafficPolicy')),
  ];
  return policies.reduce((inherited: string | undefined, policy) => {
    const special = list(field(policy, 'portLevelSettings')).find((setting) => number(at(setting, 'port', 'number')) === port);
    return special === undefined ? modeOf(policy) ?? inherited : modeOf(special);
  }, undefined);
}

/** A `tls` without mode has the first of the enumeration. */
function modeOf(policy: Value): string | undefined {
  const tls = field(policy, 'tls');
  return tls === undefined || tls === null ? undefined : text(field(tls, 'mode')) ?? 'DISABLE';
}

/** The rules that a client in one namespace uses for a Service: those of its own namespace, else of the Service's, else of the root namespace. */
export function rulesFor(host: string, rules: readonly DestinationRule[], client: string, service: string, root: string): DestinationRule[] {
  for (const namespace of new Set([client, service, root])) {
    const visible = rules.filter(({ object, exportTo }) => object.namespace === namespace
      && (exportTo.length === 0 || exportTo.includes('*') || exportTo.includes(client) || (exportTo.includes('.') && namespace === client)));
    const exact = visible.filter((rule) => rule.host === host);
    if (exact.length > 0) return exact;
    const [widest] = visible.filter((rule) => rule.host.startsWith('*') && isSubset(host, rule.host)).sort((a, b) => b.host.length - a.host.length);
    if (widest !== undefined) return [widest];
  }
  return [];
}

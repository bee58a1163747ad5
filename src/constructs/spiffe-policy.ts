import type { ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Enforcement } from './enforcement';
import { EnforcementPoint } from './enforcement-point';
import type { HostPattern } from '../model/host-pattern';
import { checkedMethods, HttpMethod } from '../model/http-method';
import { PathPattern } from '../model/path-pattern';
import { SpiffeId } from '../model/spiffe-id';
import { AuthorizationPolicy, PolicyAction } from '../resources/authorization-policy';
import type { PolicyRule } from '../resources/policy-rule';
import { checkedRule, sortedRules } from '../resources/policy-rule-check';

/** Where and under which name a policy is rendered, and its rules as they are at synth. */
interface LazyPolicyProps {
  readonly enforcement: Enforcement;
  readonly metadata: ApiObjectMetadata;
  readonly action: PolicyAction;
  readonly produce: () => PolicyRule[];
}

/** A policy whose rules are computed when they are asked for, because hosts and clients may still be added. */
export class LazyPolicy extends AuthorizationPolicy {
  private readonly produce: () => PolicyRule[];

  public constructor(scope: Construct, id: string, props: LazyPolicyProps) {
    super(scope, id, { ...props.enforcement.target, metadata: props.metadata, action: props.action, rules: [] });
    this.produce = props.produce;
  }

  public override get rules(): PolicyRule[] {
    return sortedRules(this.produce().map(checkedRule));
  }
}

/** The place of a policy; throws on what is none. */
export function enforcementOf(point: EnforcementPoint): Enforcement {
  if (!(point instanceof EnforcementPoint)) throw new Error(`invalid \`enforceAt\` \`${String(point)}\`: expected EnforcementPoint.gateway(…) or EnforcementPoint.workload(…)`);
  return point._enforcement;
}

/** A client that can be seen at the place; throws on any other. */
export function checkedClient(enforcement: Enforcement, client: SpiffeId): SpiffeId {
  if (!(client instanceof SpiffeId)) throw new Error(`invalid client \`${String(client)}\`: expected a SpiffeId, such as SpiffeId.parse('spiffe://partner.example/billing')`);
  enforcement.checkClient(client);
  return client;
}

/** The given hosts, paths or methods as a list; throws on an empty one, which would read as "all". */
export function given<T>(field: string, values: T[] | undefined): T[] | undefined {
  if (values === undefined) return undefined;
  if (!Array.isArray(values)) throw new Error(`invalid \`${field}\` \`${String(values)}\`: expected a list`);
  if (values.length === 0) throw new Error(`empty list \`${field}\`: leave the field out to mean all, or give at least one`);
  return [...values];
}

/** The given paths; throws on what is no path. */
export function givenPaths(field: string, paths: PathPattern[] | undefined): PathPattern[] | undefined {
  const list = given(field, paths);
  for (const path of list ?? []) {
    if (!(path instanceof PathPattern)) throw new Error(`invalid path \`${String(path)}\` in \`${field}\`: expected a PathPattern, such as PathPattern.exact('/status/418')`);
  }
  return list;
}

/** The given methods, sorted. */
export function givenMethods(methods: HttpMethod[] | undefined): HttpMethod[] | undefined {
  const list = given('methods', methods);
  return list && checkedMethods(list);
}

/** A name that tells what is protected: place, hosts, what happens, paths. */
export function policyName(enforcement: Enforcement, hosts: HostPattern[] | undefined, what: string, paths: PathPattern[] = []): string {
  const words = paths.map((path) => path.toString().toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')).sort();
  return [`${enforcement.name(hosts)}-${what}`, ...words.filter((word) => word !== '')].join('-');
}

import type { PolicyAction, PolicyField, PolicyRule } from '../../mesh/authorization-policy';
import type { GatewayServer } from '../../mesh/gateway';
import { putInto } from '../../mesh/groups';
import { surelySelects } from '../../mesh/labels';
import type { Workload } from '../../mesh/workload';
import type { CheckContext } from '../context';
import { oncePerContext } from '../written';

/** Whether policies on the pods of a server's gateway refuse requests for a host that come without a client certificate. */
export function isGuarded(context: CheckContext, server: GatewayServer, host: string): boolean {
  const guards = guardsByServer(context).get(server) ?? [];
  return guards.length > 0 && guards.every((guard) => holds(guard, host));
}

/** For which hosts the policies on some gateway pods refuse requests without a client certificate. */
interface Guard {
  readonly everyHost: boolean;
  /** In lower case. */
  readonly hosts: ReadonlySet<string>;
}

const guardsByServer = oncePerContext((context) => {
  const found = new Map<GatewayServer, Guard[]>();
  for (const { workload, servers } of context.proxies) {
    let guard: Guard | undefined;
    for (const { server } of servers) putInto(found, server, guard ??= guardOf(enforcedOn(context, workload)));
  }
  return found;
});

/** What a policy comes to here. */
interface Judging {
  readonly action: PolicyAction;
  readonly rules: readonly PolicyRule[];
}

/** Whether policies that are enforced on a gateway refuse requests for a host that come without a client certificate. */
export function refuseStrangers(policies: readonly Judging[], host: string): boolean {
  return holds(guardOf(policies), host);
}

function holds({ everyHost, hosts }: Guard, host: string): boolean {
  return everyHost || hosts.has(host.toLowerCase());
}

function guardOf(policies: readonly Judging[]): Guard {
  const denying = policies.filter(({ action }) => action === 'DENY').flatMap(({ rules }) => rules);
  const denied = denying.filter(({ when, from }) => when.length === 0 && from.some(isAnyStranger));
  const lists = denied.flatMap(hostListsOf);
  return {
    everyHost: denied.some(({ to }) => to.length === 0) || lists.some((named) => named.has('*')) || admitsCertificatesOnly(policies),
    // A `Host` header may carry the port; `*.h:*` is no pattern for it.
    hosts: new Set(lists.flatMap((named) => [...named].filter((host) => !host.startsWith('*') && named.has(`${host}:*`)))),
  };
}

function enforcedOn({ view }: CheckContext, workload: Workload): readonly Judging[] {
  return view.scoped(view.policies, workload).filter(({ selector, dryRun }) => !dryRun && isMeant(selector, workload));
}

// Labels of pods that are not among the manifests are not known; a policy that may select them was written for them.
function isMeant(selector: ReadonlyMap<string, string>, workload: Workload): boolean {
  return workload.labels.complete ? surelySelects(selector, workload.labels) : true;
}

/** `notPrincipals: ["*"]`: whoever shows no certificate. */
function isAnyStranger(source: readonly PolicyField[]): boolean {
  return source.length === 1 && source[0].key === 'principals' && source[0].values.length === 0 && source[0].notValues.includes('*');
}

/** The hosts, in lower case, of each operation of a rule that is about hosts alone. */
function hostListsOf({ to }: PolicyRule): ReadonlySet<string>[] {
  return to.filter((operation) => operation.length === 1 && operation[0].key === 'hosts' && operation[0].notValues.length === 0).map(([{ values }]) => new Set(values.map((value) => value.toLowerCase())));
}

function admitsCertificatesOnly(policies: readonly Judging[]): boolean {
  const allowing = policies.filter(({ action }) => action === 'ALLOW');
  const asksForOne = (source: readonly PolicyField[]) => source.some(({ key, values }) => key === 'principals' && values.length > 0);
  return allowing.length > 0 && allowing.every(({ rules }) => rules.every(({ from }) => from.length > 0 && from.every(asksForOne)));
}

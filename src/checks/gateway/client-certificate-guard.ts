import type { PolicyAction, PolicyField, PolicyRule } from '../../mesh/authorization-policy';
import type { GatewayServer } from '../../mesh/gateway';
import { surelySelects } from '../../mesh/labels';
import type { Workload } from '../../mesh/workload';
import type { CheckContext } from '../context';

/** Whether policies on the pods of a server's gateway refuse requests for a host that come without a client certificate. */
export function isGuarded({ view, proxies }: CheckContext, server: GatewayServer, host: string): boolean {
  const carrying = proxies.filter(({ servers }) => servers.some((entry) => entry.server === server));
  return carrying.length > 0 && carrying.every(({ workload }) => {
    const policies = view.scoped(view.policies, workload).filter(({ selector, dryRun }) => !dryRun && isMeant(selector, workload));
    return refuseStrangers(policies, host);
  });
}

/** What a policy comes to here. */
interface Judging {
  readonly action: PolicyAction;
  readonly rules: readonly PolicyRule[];
}

/** Whether policies that are enforced on a gateway refuse requests for a host that come without a client certificate. */
export function refuseStrangers(policies: readonly Judging[], host: string): boolean {
  return deniesStrangers(policies, host) || admitsCertificatesOnly(policies);
}

// Labels of pods that are not among the manifests are not known; a policy that may select them was written for them.
function isMeant(selector: ReadonlyMap<string, string>, workload: Workload): boolean {
  return workload.labels.complete ? surelySelects(selector, workload.labels) : true;
}

/** DENY `notPrincipals: ["*"]`: whoever shows no certificate. */
function deniesStrangers(policies: readonly Judging[], host: string): boolean {
  return policies.some(({ action, rules }) => action === 'DENY' && rules.some((rule) => rule.when.length === 0 && rule.from.some(isAnyStranger) && covers(rule, host)));
}

function isAnyStranger(source: readonly PolicyField[]): boolean {
  return source.length === 1 && source[0].key === 'principals' && source[0].values.length === 0 && source[0].notValues.includes('*');
}

/** A `Host` header may carry the port; `*.h:*` is no pattern for it. */
function covers({ to }: PolicyRule, host: string): boolean {
  const forms = [host.toLowerCase(), `${host.toLowerCase()}:*`];
  return to.length === 0 || to.some(([hosts, more]) => {
    if (more !== undefined || hosts.key !== 'hosts' || hosts.notValues.length > 0) return false;
    const named = hosts.values.map((value) => value.toLowerCase());
    return named.includes('*') || (!host.startsWith('*') && forms.every((form) => named.includes(form)));
  });
}

function admitsCertificatesOnly(policies: readonly Judging[]): boolean {
  const allowing = policies.filter(({ action }) => action === 'ALLOW');
  const asksForOne = (source: readonly PolicyField[]) => source.some(({ key, values }) => key === 'principals' && values.length > 0);
  return allowing.length > 0 && allowing.every(({ rules }) => rules.every(({ from }) => from.length > 0 && from.every(asksForOne)));
}

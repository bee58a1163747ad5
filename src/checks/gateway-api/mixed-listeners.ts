import { nameListener, policiesAt, ServedRoute, servedRoutes } from './gateways';
import { ClientCheck } from '../../mesh/client-check';
import { intersection } from '../../mesh/host-name';
import { describeObject } from '../../mesh/kube-object';
import type { Attachment } from '../../mesh/kubernetes-route';
import { at, field, list, text, Value } from '../../mesh/value';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { refuseStrangers } from '../gateway/client-certificate-guard';

/**
 * MTLS105: a route of the Gateway API is served by a listener that demands a client certificate and by another one that does not.
 *
 * A `parentRefs` entry without `sectionName` and `port` means every listener of the Gateway whose hosts the route shares (Gateway API, `ParentReference`).
 */
export const mixedListeners: Check = {
  id: 'MTLS105',
  title: 'a route of the Gateway API that is served with and without a client certificate',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => servedRoutes(context).filter(({ object }) => list(field(object.spec, 'rules')).some(leadsOn)).flatMap((route) => findingsOf(route, context)),
};

/** A redirect is answered by the gateway itself, and so is a rule without backends. */
function leadsOn(rule: Value): boolean {
  const redirects = list(field(rule, 'filters')).some((filter) => text(field(filter, 'type')) === 'RequestRedirect');
  return !redirects && list(field(rule, 'backendRefs')).length > 0;
}

function findingsOf({ object, attachments }: ServedRoute, context: CheckContext): Finding[] {
  const closed = attachments.filter(({ listener }) => listener.check === ClientCheck.CERTIFICATE);
  if (closed.length === 0) return [];
  const open = attachments.filter(({ listener }) => listener.check === ClientCheck.NONE);
  return open.filter((one, index) => open.findIndex(({ listener }) => listener === one.listener) === index).flatMap((one): Finding[] => {
    const policies = policiesAt(context, one.listener.gateway);
    const shared = closed.map((other) => ({ other, host: intersection(other.hosts, one.hosts).find((host) => !refuseStrangers(policies, host)) }))
      .find(({ host }) => host !== undefined);
    if (shared === undefined) return [];
    const { other, host } = shared;
    return [{
      object,
      path: ['spec', 'parentRefs', one.parent],
      message: `${describeObject(object)} serves host \`${host}\` with a client certificate on ${nameListener(other.listener)} and without one on ${nameListener(one.listener)}`,
      effect: 'anybody reaches the workload through the second',
      cure: `name the first in \`parentRefs\`: \`sectionName: ${other.listener.name}\`, and serve the second with a route that redirects, or not at all`,
      patch: narrowing(object.spec, one, attachments),
      related: [...new Set([other.listener.gateway.object, one.listener.gateway.object])],
    }];
  });
}

/** Where one reference leads to both, and to one closed listener only, that one is named. */
function narrowing(spec: Value, { parent }: Attachment, attachments: readonly Attachment[]): Finding['patch'] {
  const meant = attachments.filter((other) => other.parent === parent && other.listener.check === ClientCheck.CERTIFICATE);
  const reference = list(field(spec, 'parentRefs'))[parent];
  if (meant.length !== 1 || meant[0].listener.name === '' || at(reference, 'sectionName') !== undefined) return undefined;
  return [{ op: 'add', path: `/spec/parentRefs/${parent}/sectionName`, value: meant[0].listener.name }];
}

import { ClientCheck, clientCheckOf } from '../../mesh/client-check';
import type { GatewayObject } from '../../mesh/gateway';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { apiRulesOf, ApiRuleView, serviceName } from './api-rules';

/**
 * MTLS093: a Service is exposed for holders of a client certificate, and by another APIRule for everybody.
 *
 * Nothing in the policies of an APIRule asks for a certificate; only the Gateway does. Any other APIRule on the same Service, from any namespace, is a second door.
 */
export const anotherDoor: Check = {
  id: 'MTLS093',
  title: 'a second APIRule by which a workload is reached without a client certificate',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => {
    const views = apiRulesOf(context);
    const demands = new Map([...context.view.gateways].reverse().map((gateway) => [`${gateway.namespace}/${gateway.name}`, weakest(gateway)]));
    const asks = (view: ApiRuleView) => demands.get(view.gateway);
    const closed = views.filter((view) => asks(view) === ClientCheck.CERTIFICATE);
    const closedBy = new Map<string, ApiRuleView>();
    for (const view of closed) view.rules.forEach((rule) => closedBy.set(serviceName(rule), closedBy.get(serviceName(rule)) ?? view));
    return views.filter((view) => asks(view) === ClientCheck.NONE).flatMap((open) => findingOf(open, closedBy));
  },
};

function findingOf(open: ApiRuleView, closed: ReadonlyMap<string, ApiRuleView>): Finding[] {
  const index = open.rules.findIndex((rule) => rule.handler === 'noAuth' && closed.has(serviceName(rule)));
  if (index < 0) return [];
  const service = serviceName(open.rules[index]);
  const other = closed.get(service)!;
  return [{
    object: open.object,
    path: ['spec', 'gateway'],
    message: `${describeObject(open.object)} exposes Service \`${service}\` on Gateway \`${open.gateway}\`, which asks for no certificate, and ${describeObject(other.object)} exposes it on \`${other.gateway}\`, which does`,
    effect: `everybody reaches the workload by \`${open.host}\` without a certificate`,
    cure: 'expose it by one Gateway only, or protect what is open with a token',
    related: [other.object],
  }];
}

/** What the servers of a Gateway ask for; one that is not among the manifests is not known, but for that of Kyma. */
function weakest({ servers }: GatewayObject): ClientCheck | undefined {
  const found = servers.map(clientCheckOf);
  return found.includes(ClientCheck.NONE) ? ClientCheck.NONE : found.find((check) => check === ClientCheck.CERTIFICATE);
}

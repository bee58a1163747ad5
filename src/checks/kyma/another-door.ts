import { ClientCheck, clientCheckOf } from '../../mesh/client-check';
import type { GatewayObject } from '../../mesh/gateway';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import type { CheckContext } from '../context';
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
    const asks = (view: ApiRuleView) => demandOfGateway(context, view.gateway);
    const closed = views.filter((view) => asks(view) === ClientCheck.CERTIFICATE);
    return views.filter((view) => asks(view) === ClientCheck.NONE).flatMap((open) => findingOf(open, closed));
  },
};

function findingOf(open: ApiRuleView, closed: readonly ApiRuleView[]): Finding[] {
  const index = open.rules.findIndex((rule) => rule.handler === 'noAuth' && closed.some(({ rules }) => rules.some((other) => serviceName(other) === serviceName(rule))));
  if (index < 0) return [];
  const service = serviceName(open.rules[index]);
  const other = closed.find(({ rules }) => rules.some((rule) => serviceName(rule) === service))!;
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
function demandOfGateway({ view }: CheckContext, name: string): ClientCheck | undefined {
  const gateway = view.gateways.find((candidate) => `${candidate.namespace}/${candidate.name}` === name);
  return gateway === undefined ? undefined : weakest(gateway);
}

function weakest({ servers }: GatewayObject): ClientCheck | undefined {
  const found = servers.map(clientCheckOf);
  return found.includes(ClientCheck.NONE) ? ClientCheck.NONE : found.find((check) => check === ClientCheck.CERTIFICATE);
}

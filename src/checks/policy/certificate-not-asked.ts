import { policiesAtGateways, targetsOf } from './targets';
import { describeRule, neverMatches } from './written-policies';
import type { PolicyRule } from '../../mesh/authorization-policy';
import { ClientCheck, clientCheckOf } from '../../mesh/client-check';
import { describeServer, GatewayServer } from '../../mesh/gateway';
import type { GatewayProxy } from '../../mesh/gateway-proxy';
import { hostsFor } from '../../mesh/host-name';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

/**
 * MTLS048: a policy at a gateway asks for a client's identity on hosts that no server demands a certificate for.
 *
 * Without a certificate there are no principals: an ALLOW admits nobody, a DENY denies nobody.
 */
export const certificateNotAsked: Check = {
  id: 'MTLS048',
  title: 'an identity that is asked for where no certificate is',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => policiesAtGateways(context).filter(({ action }) => action !== 'AUDIT').flatMap((policy) => {
    const { gateways } = targetsOf(context, policy);
    return policy.rules.flatMap((rule, index): Finding[] => {
      if (!asksForIdentity(rule)) return [];
      const asked = gateways.map((proxy) => serversFor(proxy, rule));
      const servers = asked.flat();
      if (asked.some((some) => some.length === 0) || servers.some((server) => mayShowCertificate(server))) return [];
      return [{
        object: policy.object,
        path: ['spec', 'rules', index, 'from'],
        message: `${describeRule(index, policy)} asks for \`principals\`, and ${describeServer(servers[0])}${servers.length > 1 ? ', like the other servers for its hosts,' : ''} asks for no client certificate`,
        effect: neverMatches(policy.action),
        cure: 'serve the hosts with mode `MUTUAL`, or take `principals` out of the rule',
        related: servers[0].gateway.object.index < 0 ? undefined : [servers[0].gateway.object],
      }];
    });
  }),
};

function asksForIdentity({ from, when }: PolicyRule): boolean {
  const asks = ({ key, values }: { readonly key: string; readonly values: readonly string[] }) => (key === 'principals' || key === 'source.principal') && values.length > 0;
  return when.some(asks) || (from.length > 0 && from.every((source) => source.some(asks)));
}

/** The servers through which requests for the hosts of a rule come: all where it names none, none where a host is not known. */
function serversFor({ servers }: GatewayProxy, { to, when }: PolicyRule): GatewayServer[] {
  const candidates = servers.map(({ server }) => server).filter((server) => clientCheckOf(server) !== ClientCheck.REDIRECT);
  if (when.some(({ key }) => key === 'connection.sni')) return [];
  const named = to.map((operation) => operation.find(({ key }) => key === 'hosts')?.values);
  if (named.length === 0 || named.includes(undefined)) return candidates;
  const hosts = named.flatMap((values) => values!).map((value) => value.toLowerCase().replace(/:(\*|\d+)$/, ''));
  const served = candidates.map((server) => ({ server, names: hostsFor(server.hosts.map((entry) => entry.slice(entry.indexOf('/') + 1).toLowerCase()), hosts.length) }));
  const found = new Set<GatewayServer>();
  for (const host of hosts) {
    const serving = host.includes('*') ? [] : served.filter(({ names }) => names.covers(host));
    if (serving.length === 0) return [];
    serving.forEach(({ server }) => found.add(server));
  }
  return [...found];
}

/** TCP and TLS that stays closed are no concern of HTTP rules, but may be of this one. */
function mayShowCertificate(server: GatewayServer): boolean {
  return clientCheckOf(server) !== ClientCheck.NONE || server.tls?.mode === 'OPTIONAL_MUTUAL';
}

import { hostsFor, hostsForNamespace, meets } from '../../mesh/host-name';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRulesOf } from './api-rules';

/** MTLS089: the Gateway of an APIRule does not serve its host. Kyma reports it as ready all the same (api-gateway 3.10, seen). */
export const uncoveredHost: Check = {
  id: 'MTLS089',
  title: 'an APIRule whose Gateway does not serve its host',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => {
    const gateways = new Map(context.view.gateways.map((gateway) => [`${gateway.namespace}/${gateway.name}`, gateway]));
    return apiRulesOf(context).flatMap(({ object, host, gateway }) => {
      const found = gateways.get(gateway);
      if (found === undefined || !host.includes('.')) return [];
      const hosts = [...new Set(found.servers.flatMap((server) => server.hosts))];
      const served = hostsForNamespace(hosts, object.namespace).map((name) => name.toLowerCase());
      if (meets(hostsFor(served, 1), host)) return [];
      return [{
        object,
        path: ['spec', 'hosts', 0],
        message: `host \`${host}\` of ${describeObject(object)} is not served by Gateway \`${gateway}\` (hosts: ${hosts.map((name) => `\`${name}\``).join(', ')})`,
        effect: 'Kyma reports the APIRule as ready, and clients get no further than the handshake or a 404',
        cure: 'use a host of the Gateway, or add the host to it',
        related: [found.object],
      }];
    });
  },
};

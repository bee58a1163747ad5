import { ClientCheck, clientCheckOf, serves } from '../../mesh/client-check';
import { describeServer, GatewayServer } from '../../mesh/gateway';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { at, field, list, number, text, texts } from '../../mesh/value';
import type { VirtualService } from '../../mesh/virtual-service';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

/**
 * MTLS012: one route is reachable through a server that demands a client certificate and through one that does not.
 *
 * A VirtualService is programmed on every server of its gateways whose hosts intersect its own, and Envoy picks the server by SNI or port but the
 * route by Host: whoever takes the open server reaches the same workload without a certificate.
 */
export const mixedClientChecks: Check = {
  id: 'MTLS012',
  title: 'a request without client certificate reaches a route that is meant for those with one',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: ({ view }) => {
    const servers = view.gateways.flatMap((gateway) => gateway.servers);
    const has = (wanted: ClientCheck) => servers.some((server) => clientCheckOf(server) === wanted);
    if (!has(ClientCheck.CERTIFICATE) || !has(ClientCheck.NONE)) return [];
    return view.virtualServices.flatMap((route) => findingsOf(route, servers));
  },
};

function findingsOf({ object, hosts }: VirtualService, servers: readonly GatewayServer[]): Finding[] {
  const findings = new Map<string, Finding>();
  for (const [index, host] of hosts.entries()) {
    for (const { gateways, port } of waysIn(object)) {
      const reached = servers.filter((server) => gateways.some((name) => names(name, server, object.namespace)) && (port === undefined || server.port === port) && serves(server, host, object.namespace));
      const closed = reached.find((server) => clientCheckOf(server) === ClientCheck.CERTIFICATE);
      const open = reached.find((server) => clientCheckOf(server) === ClientCheck.NONE);
      if (closed === undefined || open === undefined) continue;
      const message = `host \`${host}\` of ${describeObject(object)} is served with a client certificate on ${describeServer(closed)} and without one on ${describeServer(open)}`;
      findings.set(message, {
        object,
        path: ['spec', 'hosts', index],
        message,
        effect: 'anybody reaches the workload through the second',
        cure: 'close it or let it redirect, or give it hosts or a Gateway of its own',
        related: [...new Set([closed.gateway.object, open.gateway.object])],
      });
    }
  }
  return [...findings.values()];
}

/** The ways into the HTTP routes that lead to a workload: by which gateways, on which server port. */
function waysIn({ spec }: KubeObject): { gateways: string[]; port?: number }[] {
  return list(field(spec, 'http')).filter((entry) => !field(entry, 'redirect') && !field(entry, 'directResponse')).flatMap((entry) => {
    const matches = list(field(entry, 'match'));
    return (matches.length > 0 ? matches : [{}]).map((match) => ({
      gateways: texts(field(match, 'gateways')).length > 0 ? texts(at(match, 'gateways')) : texts(field(spec, 'gateways')),
      port: number(field(match, 'port')),
    }));
  });
}

function names(reference: string, { gateway }: GatewayServer, namespace: string): boolean {
  const [ns, name] = reference.includes('/') ? reference.split('/') : [namespace, reference];
  return gateway.name === text(name) && gateway.namespace === (ns === '.' ? namespace : ns);
}

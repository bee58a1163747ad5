import type { Check, Finding } from './check';
import { ClientCheck, serversOf, serves, ServerView } from '../mesh/gateway-view';
import { describe, groupOf, Manifest } from '../mesh/manifest';

/**
 * MTLS012: one route is reachable through a server that demands a client certificate and through one that does not.
 *
 * A VirtualService is programmed on every server of its gateways whose hosts intersect its own, and Envoy picks the server by SNI or port but the
 * route by Host: whoever takes the open server reaches the same workload without a certificate.
 */
export const mixedClientChecks: Check = (manifests) => {
  const servers = serversOf(manifests);
  const has = (clientCheck: ClientCheck) => servers.some((server) => server.clientCheck === clientCheck);
  if (!has(ClientCheck.CERTIFICATE) || !has(ClientCheck.NONE)) return [];
  return manifests
    .filter((manifest) => manifest.kind === 'VirtualService' && groupOf(manifest) === 'networking.istio.io')
    .flatMap((route) => findingsOf(route, servers));
};

function findingsOf(route: Manifest, servers: readonly ServerView[]): Finding[] {
  const spec = route.spec() ?? {};
  const findings = new Map<string, Finding>();
  for (const host of list(spec.hosts)) {
    for (const { gateways, port } of entries(spec)) {
      const reached = servers.filter((server) => gateways.some((name) => names(name, server.gateway, route.namespace))
        && (port === undefined || server.port === port) && serves(server, String(host), route.namespace));
      const closed = reached.find((server) => server.clientCheck === ClientCheck.CERTIFICATE);
      const open = reached.find((server) => server.clientCheck === ClientCheck.NONE);
      if (!closed || !open) continue;
      const message = `host \`${host}\` of ${describe(route)} is served with a client certificate on ${closed.text} and without one on ${open.text}: `
        + 'anybody reaches the workload through the second; close it or let it redirect, or give it hosts or a Gateway of its own';
      findings.set(message, { id: 'MTLS012', object: route, message });
    }
  }
  return [...findings.values()];
}

/** The ways into the HTTP routes that lead to a workload: by which gateways, on which server port. */
function entries(spec: any): { gateways: string[]; port?: number }[] {
  return list(spec.http).filter((entry) => !entry?.redirect && !entry?.directResponse).flatMap((entry) => {
    const matches = list(entry?.match);
    return (matches.length > 0 ? matches : [{}]).map((match) => ({
      gateways: list(match?.gateways).length > 0 ? list(match.gateways) : list(spec.gateways),
      port: match?.port,
    }));
  });
}

function names(reference: unknown, gateway: Manifest, namespace: string): boolean {
  const text = String(reference);
  const [ns, name] = text.includes('/') ? text.split('/') : [namespace, text];
  return gateway.name === name && gateway.namespace === (ns === '.' ? namespace : ns);
}

function list(value: unknown): any[] {
  return Array.isArray(value) ? value : [];
}

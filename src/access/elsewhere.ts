import { Endpoint } from './endpoint';
import { withoutPort } from '../authz/http-message';
import { GatewayProxy } from '../mesh/gateway-proxy';

const USUAL_PORTS = [443, 80];
const CLOSED_PORT = 1;
const NOBODY = 'unnamed.invalid';
const MAX_PLACES = 4096;

/**
 * Where requests may come to besides the endpoints: hosts that nobody serves, server names that lead to another host, ports that nothing listens on, the
 * wrong protocol. They have no column in the matrix, but requests to them have a class like any other.
 */
export function elsewhere(proxies: readonly GatewayProxy[], endpoints: readonly Endpoint[]): Endpoint[] {
  const hosts = [...new Set([NOBODY, ...endpoints.filter(({ kind }) => kind === 'gateway').flatMap(({ host, sni }) => [withoutPort(host), host, ...(sni === undefined ? [] : [sni])])])].filter((host) => host !== '');
  const found: Endpoint[] = [];
  for (const { workload: { namespace, name }, servers } of proxies) {
    const ports = new Set([...USUAL_PORTS, ...servers.map(({ server }) => server.port), CLOSED_PORT]);
    const add = (port: number, tls: boolean, host: string, sni?: string) => {
      if (found.length < MAX_PLACES) found.push({ kind: 'gateway', gateway: `${namespace}/${name}`, port, tls, host, domain: host, ...(tls ? { sni } : {}) });
    };
    for (const port of ports) {
      for (const host of hosts) {
        add(port, false, host);
        for (const sni of new Set([withoutPort(host), '', NOBODY])) add(port, true, host, sni);
        if (host !== NOBODY) add(port, true, NOBODY, withoutPort(host));
      }
    }
  }
  return found;
}

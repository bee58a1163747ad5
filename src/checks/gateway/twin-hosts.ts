import { rejectionsOf } from './listeners';
import { nameServer, pathOf } from './server';
import type { GatewayServer } from '../../mesh/gateway';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { pointer } from '../pointer';

/** MTLS057: one TLS server lists a host in two spellings, of which Envoy makes the same server name twice. */
export const twinHosts: Check = {
  id: 'MTLS057',
  title: 'one host in two spellings in a TLS server',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => rejectionsOf(context).filter(({ first, second }) => first === second).map(({ second, serverName }) => {
    const spellings = second.hosts.flatMap((host, index) => (host.slice(host.indexOf('/') + 1).toLowerCase() === serverName ? [index] : []));
    return {
      object: second.gateway.object,
      path: pathOf(second, 'hosts', spellings[1]),
      message: `${nameServer(second)} has host \`${second.hosts[spellings[0]]}\` and host \`${second.hosts[spellings[1]]}\``,
      effect: 'Envoy refuses the listener: nothing that is new on the port is served, under no host, and after a restart nothing at all',
      cure: 'keep the one in lower case',
      ...patchOf(second, spellings),
    };
  }),
};

function patchOf(server: GatewayServer, spellings: readonly number[]): Pick<Finding, 'patch'> {
  const [one, ...others] = spellings.filter((index) => server.hosts[index] !== server.hosts[index].toLowerCase());
  const plain = one !== undefined && others.length === 0 && spellings.length === 2;
  return plain ? { patch: [{ op: 'remove', path: pointer(pathOf(server, 'hosts', one)) }] } : {};
}

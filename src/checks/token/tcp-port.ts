import { writtenAuthentications } from './authentications';
import { describeObject } from '../../mesh/kube-object';
import { number, field, list } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { targetsOf } from '../policy/targets';
import { oncePerContext } from '../written';

/**
 * MTLS049: tokens are verified for a Service whose ports Istio takes for TCP.
 *
 * The protocol comes from `appProtocol`, or from the part of the port's name before the first `-` (Istio, protocol selection). On TCP there are no headers to read a token from.
 */
export const tcpPort: Check = {
  id: 'MTLS049',
  title: 'tokens on ports that Istio takes for TCP',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => writtenAuthentications(context).flatMap((authentication) => {
    if (authentication.selector.size === 0 || authentication.rules.length === 0) return [];
    const services = targetsOf(context, authentication).services.filter(({ ports }) => ports.length > 0);
    if (services.some(({ ports }) => ports.some(({ http }) => http))) return [];
    return services.flatMap(({ namespace, name, ports: [port] }) => {
      const object = servicesByName(context).get(`${namespace}/${name}`);
      if (object === undefined) return [];
      const index = list(field(object.spec, 'ports')).findIndex((entry) => number(field(entry, 'port')) === port.port);
      return [{
        object,
        path: ['spec', 'ports', index],
        message: `Istio takes port ${port.port}${port.name === '' ? '' : ` (\`${port.name}\`)`} of ${describeObject(object)} for TCP, and ${describeObject(authentication.object)} verifies tokens there`,
        effect: 'no token is read: without a policy everybody gets in, and one that demands a token refuses every connection',
        cure: 'set `appProtocol: http`, or let the name of the port begin with `http`',
        patch: [{ op: 'add' as const, path: `/spec/ports/${index}/appProtocol`, value: 'http' }],
        related: [authentication.object],
      }];
    });
  }),
};

/** The first of each name. */
const servicesByName = oncePerContext((context) => new Map([...context.of('Service', '')].reverse().map((object) => [`${object.namespace}/${object.name}`, object])));

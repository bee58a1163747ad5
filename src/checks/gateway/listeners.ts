import { isWritten } from './server';
import { Answers } from '../../mesh/choices';
import type { GatewayServer } from '../../mesh/gateway';
import type { Listener, Loss, Rejection } from '../../mesh/listener';
import type { CheckContext } from '../context';
import { Severity } from '../finding';

/** What listens on the ports of the gateway pods, where all open facts are as usual. */
export function listenersOf({ proxies }: CheckContext): Listener[] {
  return proxies.flatMap((proxy) => proxy.targets.flatMap((target) => proxy.listener(target, new Answers([])) ?? []));
}

/** The servers that lose against others on any gateway pods, each pair once. */
export function lossesOf(context: CheckContext): Loss[] {
  return pairs(listenersOf(context).flatMap(({ losses }) => losses), ({ server, winner }) => [server, winner]);
}

/** The servers for which Envoy refuses a listener on any gateway pods, each pair once. */
export function rejectionsOf(context: CheckContext): Rejection[] {
  return pairs(listenersOf(context).flatMap(({ rejection }) => rejection ?? []), ({ first, second }) => [first, second]);
}

/** Two ports of a Service that is not among the manifests may be two ports of the pods as well. */
export function certaintyOfPorts({ proxies }: CheckContext, one: GatewayServer, other: GatewayServer): { readonly severity?: Severity } {
  return one.port !== other.port && proxies.some(({ workload }) => workload.assumed !== undefined) ? { severity: Severity.WARNING } : {};
}

// The same Gateways may serve several gateway pods.
function pairs<T>(items: readonly T[], serversOf: (item: T) => readonly [GatewayServer, GatewayServer]): T[] {
  const seen = new Map<GatewayServer, Set<GatewayServer>>();
  return items.filter((item) => {
    const [one, other] = serversOf(item);
    if (!isWritten(one.gateway) || seen.get(one)?.has(other)) return false;
    seen.set(one, (seen.get(one) ?? new Set()).add(other));
    return true;
  });
}

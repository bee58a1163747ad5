import type { GatewayObject, GatewayServer } from '../../mesh/gateway';
import { describeObject } from '../../mesh/kube-object';
import { GATEWAY_API } from '../../mesh/kubernetes-gateway';
import type { MeshView } from '../../mesh/mesh-view';
import { rememberedOf } from '../../mesh/remembered';
import { field, list, Value } from '../../mesh/value';
import type { FieldPath } from '../finding';

/** A server of a Gateway that stands among the manifests. */
export interface WrittenServer {
  readonly server: GatewayServer;
  /** As written. */
  readonly raw: Value;
  /** How findings name it. */
  readonly name: string;
}

/** The servers that somebody wrote, in order. */
export function writtenServers(view: MeshView): WrittenServer[] {
  return view.gateways.filter(isWritten).flatMap((gateway) => gateway.servers.map((server, index) => ({
    server,
    raw: list(field(gateway.object.spec, 'servers'))[index],
    name: nameServer(server),
  })));
}

/** How findings name a server: by its place and Gateway. */
export function nameServer(server: GatewayServer): string {
  const { object } = server.gateway;
  return `${object.group === GATEWAY_API ? `listener \`${server.portName}\`` : `server ${placeOf(server) + 1}`} of ${describeObject(object)}`;
}

/** Where a field of a server stands. */
export function pathOf(server: GatewayServer, ...keys: (string | number)[]): FieldPath {
  return ['spec', 'servers', placeOf(server), ...keys];
}

/** The other objects of two servers' Gateways. */
export function otherGateway(gateway: GatewayObject, other: GatewayObject): { readonly related?: [GatewayObject['object']] } {
  return other === gateway || !isWritten(other) ? {} : { related: [other.object] };
}

/** Whether somebody wrote a Gateway: not that which every cluster of Kyma has, nor one that Kyma's operator makes. */
export function isWritten({ object }: GatewayObject): boolean {
  return object.index >= 0 && object.origin === undefined;
}

/** The place of a server in its Gateway, from 0. */
export function placeOf(server: GatewayServer): number {
  return placesOf(server.gateway.servers).get(server)!;
}

const placesOf = rememberedOf((servers: readonly GatewayServer[]): ReadonlyMap<GatewayServer, number> => (
  new Map(servers.map((one, index) => [one, index]))
));

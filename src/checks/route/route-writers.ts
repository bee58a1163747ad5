import { modifierEdits } from './header-edits';
import { isOfCertificate } from './written-routes';
import { putInto } from '../../mesh/groups';
import type { KubeObject } from '../../mesh/kube-object';
import type { KubernetesGateway } from '../../mesh/kubernetes-gateway';
import { field, list, text } from '../../mesh/value';
import type { CheckContext } from '../context';
import { servedRoutes } from '../gateway-api/gateways';
import { oncePerContext } from '../written';

/** A route of the Gateway API that tells its workloads what the client's certificate says. */
export interface RouteWriter {
  readonly object: KubeObject;
  readonly gateways: readonly KubernetesGateway[];
  /** The namespaces of the Services that it leads to. */
  readonly namespaces: ReadonlySet<string>;
}

/** Those routes, by the headers, in lower case, that they write. */
export const routeWriters: (context: CheckContext) => ReadonlyMap<string, readonly RouteWriter[]> = oncePerContext((context) => {
  const found = new Map<string, RouteWriter[]>();
  const attached = new Map(servedRoutes(context).map(({ object, attachments }) => [object, attachments]));
  const writers = new Map<KubeObject, RouteWriter>();
  for (const { object, changes } of modifierEdits(context)) {
    const gateways = [...new Set(attached.get(object)!.map(({ listener }) => listener.gateway))];
    const writer = writers.get(object) ?? { object, namespaces: namespacesOf(object), gateways };
    writers.set(object, writer);
    const names = [...changes.set, ...changes.add].filter(([, value]) => isOfCertificate(value)).map(([name]) => name.toLowerCase());
    for (const name of new Set(names)) if (found.get(name)?.includes(writer) !== true) putInto(found, name, writer);
  }
  return found;
});

function namespacesOf({ spec, namespace }: KubeObject): Set<string> {
  return new Set(list(field(spec, 'rules')).flatMap((rule) => list(field(rule, 'backendRefs'))).map((backend) => text(field(backend, 'namespace')) ?? namespace));
}

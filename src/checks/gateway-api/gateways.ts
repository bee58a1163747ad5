import type { KubeObject } from '../../mesh/kube-object';
import { GATEWAY_API, KubernetesGateway, readKubernetesGateways } from '../../mesh/kubernetes-gateway';
import { Attachment, attachmentsOf } from '../../mesh/kubernetes-route';
import { maySelect, surelySelects } from '../../mesh/labels';
import { field, list, text, Value } from '../../mesh/value';
import type { CheckContext } from '../context';
import type { FieldPath } from '../finding';
import { enforcedPolicies, WrittenPolicy } from '../policy/written-policies';
import { oncePerContext, writtenObjects } from '../written';

const NONE: readonly KubernetesGateway[] = [];

/** The Gateways of the Gateway API that Istio serves at the edge. */
export const kubernetesGateways: (context: CheckContext) => readonly KubernetesGateway[] = oncePerContext((context) => {
  const objects = writtenObjects(context, 'Gateway', GATEWAY_API);
  return objects.length === 0 ? NONE : readKubernetesGateways(objects, context.of('GatewayClass', GATEWAY_API), context.view.services);
});

/** A route of HTTP requests, and the listeners that serve it. */
export interface ServedRoute {
  readonly object: KubeObject;
  readonly attachments: readonly Attachment[];
}

/** The routes that those Gateways serve. */
export const servedRoutes: (context: CheckContext) => readonly ServedRoute[] = oncePerContext((context) => {
  const gateways = new Map(kubernetesGateways(context).map((gateway) => [`${gateway.namespace}/${gateway.name}`, gateway]));
  if (gateways.size === 0) return [];
  const namespaces = new Map(context.of('Namespace', '').map(({ name, labels }) => [name, labels]));
  return ['HTTPRoute', 'GRPCRoute'].flatMap((kind) => writtenObjects(context, kind, GATEWAY_API))
    .map((object) => ({ object, attachments: attachmentsOf(object, { gateways, namespaceLabels: (name) => namespaces.get(name) }) }));
});

const policiesByGateway = oncePerContext(() => new Map<KubernetesGateway, readonly WrittenPolicy[]>());

/** The policies that are enforced at a Gateway; of pods that are not known all that could be meant for them. */
export function policiesAt(context: CheckContext, gateway: KubernetesGateway): readonly WrittenPolicy[] {
  const known = policiesByGateway(context).get(gateway) ?? findPolicies(context, gateway);
  policiesByGateway(context).set(gateway, known);
  return known;
}

function findPolicies(context: CheckContext, { name, namespace, services, pods }: KubernetesGateway): readonly WrittenPolicy[] {
  const { rootNamespace } = context.view.settings;
  const managed = services === undefined;
  return enforcedPolicies(context).filter(({ object, selector }) => {
    // Istio finds the Gateway that a policy names by a label that only pods of its own making have.
    if (selector === undefined) return managed && object.namespace === namespace && namesGateway(object, name);
    if (object.namespace !== rootNamespace && object.namespace !== (pods?.namespace ?? object.namespace)) return false;
    if (pods === undefined) return true;
    return managed ? surelySelects(selector, pods.labels) : maySelect(selector, pods.labels);
  });
}

/** Whether the `targetRefs` of a policy name a Gateway of the Gateway API. */
export function namesGateway({ spec }: KubeObject, name: string): boolean {
  return targetsWritten(spec).some(({ kind, group, target }) => kind === 'Gateway' && group === GATEWAY_API && target === name);
}

/** What a policy names, and where. */
export interface WrittenTarget {
  readonly kind: string;
  readonly group: string;
  readonly target: string;
  readonly path: FieldPath;
}

/** What `targetRefs` of a policy, or its older `targetRef`, name. */
export function targetsWritten(spec: Value): WrittenTarget[] {
  const written = list(field(spec, 'targetRefs'));
  const older = { value: field(spec, 'targetRef'), path: ['spec', 'targetRef'] };
  const references = written.length === 0 ? [older] : written.map((value, index) => ({ value, path: ['spec', 'targetRefs', index] }));
  return references.flatMap(({ value, path }) => {
    const [kind, target] = [text(field(value, 'kind')), text(field(value, 'name'))];
    return kind === undefined || target === undefined ? [] : [{ kind, target, path, group: text(field(value, 'group')) ?? '' }];
  });
}

/** How findings name a listener. */
export function nameListener({ name, port, mode, gateway }: Attachment['listener']): string {
  return `listener \`${name}\` (port ${port}, ${mode}) of Gateway \`${gateway.namespace}/${gateway.name}\``;
}

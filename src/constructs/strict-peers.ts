import { ApiObject, ApiObjectMetadata } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { PeerAuthentication } from '../resources/peer-authentication';
import { RelationError, Synthesis } from '../resources/synthesis';
import type { Workload } from '../resources/workload';

const KEY = Symbol.for('cdk8s-istio-security.strict-peers');
const KIND = 'PeerAuthentication';

interface StrictPeers {
  readonly scope: Construct;
  readonly workload: Workload;
  readonly namespace: string;
  readonly resource: PeerAuthentication;
}

/**
 * Renders STRICT mutual TLS for a workload, once for all constructs that secure it.
 *
 * Where the app has another PeerAuthentication with a selector for the same pods, ours goes at synth: of two, Istio takes the older one.
 * @internal
 */
export function strictPeers(scope: Construct, id: string, workload: Workload, namespace: string, metadata: ApiObjectMetadata): void {
  const known = registry(scope);
  const key = `${namespace}/${workload.service}`;
  if (known.has(key)) return;
  const resource = new PeerAuthentication(scope, id, { metadata: { ...metadata, name: workload.service, namespace }, workload });
  known.set(key, { scope, workload, namespace, resource });
}

/**
 * The PeerAuthentication that is rendered for a workload; undefined where the app has another one.
 * @internal
 */
export function strictPeersOf(scope: Construct, workload: Workload, namespace: string): PeerAuthentication | undefined {
  const entry = registry(scope).get(`${namespace}/${workload.service}`);
  return entry?.resource.node.scope?.node.tryFindChild(entry.resource.node.id) === entry?.resource ? entry?.resource : undefined;
}

function registry(construct: IConstruct): Map<string, StrictPeers> {
  return Synthesis.of(construct).sharedBy(KEY, () => new Map<string, StrictPeers>());
}

Synthesis.addAppCheck((root) => {
  const ours = registry(root);
  if (ours.size === 0) return [];
  const own = new Set<ApiObject>([...ours.values()].map(({ resource }) => resource.apiObject));
  const others = root.node.findAll().filter((node): node is ApiObject => ApiObject.isApiObject(node) && node.kind === KIND && !own.has(node));
  if (others.length === 0) return [];
  const selectors = others.map((object) => ({ object, manifest: object.toJson() }));
  return [...ours.values()].flatMap((entry): RelationError[] => {
    const other = selectors.find(({ manifest }) => selects(manifest, entry));
    if (!other) return [];
    entry.resource.node.scope!.node.tryRemoveChild(entry.resource.node.id);
    const mode = modeFor(other.manifest, entry.workload);
    if (mode !== 'DISABLE') return [];
    const message = `workload \`${entry.namespace}/${entry.workload.service}\` is selected by peer authentication \`${other.object.name}\` with mode \`DISABLE\`: the gateway would send plain text, and the policy would refuse it, use \`STRICT\``;
    return [{ construct: entry.scope, message }];
  });
});

function selects(manifest: any, { workload, namespace }: StrictPeers): boolean {
  if ((manifest.metadata?.namespace ?? 'default') !== namespace || workload._problems().length > 0) return false;
  const labels = Object.entries(manifest.spec?.selector?.matchLabels ?? {});
  const carried = workload.labels;
  return labels.length > 0 && labels.every(([key, value]) => carried[key] === value);
}

function modeFor(manifest: any, workload: Workload): string | undefined {
  return manifest.spec?.portLevelMtls?.[workload.targetPort]?.mode ?? manifest.spec?.mtls?.mode;
}

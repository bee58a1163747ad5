import { Answers } from '../../mesh/choices';
import type { KubeObject } from '../../mesh/kube-object';
import { maySelect, surelySelects } from '../../mesh/labels';
import { PeerAuthentication, PeerMode } from '../../mesh/peer-authentication';
import type { CheckContext } from '../context';
import { oncePerContext } from '../written';

/** Every PeerAuthentication that somebody wrote and the API server takes. */
export const writtenPeerAuthentications = oncePerContext(({ view }) => view.peerAuthentications.all
  .filter(({ object }) => object.origin === undefined));

interface Peers {
  /** Those of some pods. */
  readonly narrow: PeerAuthentication[];
  /** The one of the whole namespace, the first if there are several. */
  wide?: PeerAuthentication;
}

const peersByNamespace = oncePerContext((context) => {
  const found = new Map<string, Peers>();
  for (const peer of writtenPeerAuthentications(context)) {
    const peers = found.get(peer.object.namespace) ?? { narrow: [] };
    found.set(peer.object.namespace, peers);
    if (peer.selector.size > 0) peers.narrow.push(peer);
    else if (peer.mode !== undefined) peers.wide ??= peer;
  }
  return found;
});

/** How pods take connections, and which object says so. */
export interface WrittenMode {
  readonly mode: PeerMode;
  readonly object: KubeObject;
}

/** The mode of pods with given labels, and perhaps more; undefined where none among the manifests says so, or it is not known which. */
export function modeOfPods(context: CheckContext, namespace: string, labels: ReadonlyMap<string, string>): WrittenMode | undefined {
  const pods = { known: labels, complete: false };
  const own = (peersByNamespace(context).get(namespace)?.narrow ?? []).filter(({ selector }) => maySelect(selector, pods));
  if (own.length > 1 || own.some(({ selector, ports }) => ports.size > 0 || !surelySelects(selector, pods))) return undefined;
  return own[0]?.mode === undefined ? modeOfNamespace(context, namespace) : { mode: own[0].mode, object: own[0].object };
}

/** The mode that callers go by, which is that of namespace or mesh. */
export function modeOfNamespace(context: CheckContext, namespace: string): WrittenMode | undefined {
  const mode = context.view.peerAuthentications.ofNamespace(namespace, new Answers([]));
  const peers = peersByNamespace(context);
  const source = peers.get(namespace)?.wide ?? peers.get(context.view.settings.rootNamespace)?.wide;
  return source?.mode === mode ? { mode, object: source.object } : undefined;
}

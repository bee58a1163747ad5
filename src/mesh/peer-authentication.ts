import { sortByAge } from './age-order';
import { Choices } from './choices';
import { putInto } from './groups';
import { KubeObject } from './kube-object';
import { selects } from './labels';
import { Scoped, selectorOf } from './policy-scope';
import { at, entries, field, text } from './value';
import { Workload } from './workload';

/** How a sidecar takes connections. */
export type PeerMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT';

/** A PeerAuthentication. */
export interface PeerAuthentication extends Scoped {
  readonly mode?: PeerMode;
  readonly ports: ReadonlyMap<number, PeerMode | undefined>;
}

/** Reads a PeerAuthentication. */
export function readPeerAuthentication(object: KubeObject): PeerAuthentication {
  return {
    object,
    selector: selectorOf(object) ?? new Map<string, string>(),
    mode: mode(at(object.spec, 'mtls', 'mode')),
    ports: new Map(entries(field(object.spec, 'portLevelMtls')).map(([port, value]) => [Number(port), mode(field(value, 'mode'))])),
  };
}

function mode(value: unknown): PeerMode | undefined {
  const given = text(value);
  return given === 'DISABLE' || given === 'PERMISSIVE' || given === 'STRICT' ? given : undefined;
}

/** The PeerAuthentications of a mesh: the narrowest wins, of one scope the oldest. */
export class PeerAuthentications {
  private readonly wide = new Map<string, PeerAuthentication[]>();
  private readonly narrow = new Map<string, PeerAuthentication[]>();

  public constructor(public readonly all: readonly PeerAuthentication[], private readonly rootNamespace: string, private readonly sameTime: boolean) {
    for (const policy of all) putInto(policy.selector.size === 0 ? this.wide : this.narrow, policy.object.namespace, policy);
  }

  /** How pods take connections on one of their ports. */
  public inbound(workload: Workload, port: number, choices: Choices): PeerMode {
    const pods = `pods of ${workload.namespace}/${workload.name}`;
    const applies = ({ selector }: PeerAuthentication) => selects(selector, workload.labels, pods, choices);
    const narrow = workload.namespace === this.rootNamespace ? [] : this.narrow.get(workload.namespace) ?? [];
    const own = this.oldest(narrow.filter(applies), choices);
    return own?.ports.get(port) ?? own?.mode ?? this.ofNamespace(workload.namespace, choices);
  }

  /** What a client proxy believes, which sees no selectors: with DISABLE it sends plain text. */
  public ofNamespace(namespace: string, choices: Choices): PeerMode {
    const wide = (name: string) => this.oldest(this.wide.get(name) ?? [], choices)?.mode;
    return (namespace === this.rootNamespace ? undefined : wide(namespace)) ?? wide(this.rootNamespace) ?? 'PERMISSIVE';
  }

  private oldest(found: readonly PeerAuthentication[], choices: Choices): PeerAuthentication | undefined {
    return found.length < 2 ? found[0] : sortByAge(found, this.sameTime, choices, () => true)[0];
  }
}

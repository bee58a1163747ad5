import { sortByAge } from './age-order';
import { Choices } from './choices';
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
  public constructor(
    private readonly all: readonly PeerAuthentication[],
    private readonly rootNamespace: string,
    private readonly sameTime: boolean,
  ) {}

  /** How pods take connections on one of their ports. */
  public inbound(workload: Workload, port: number, choices: Choices): PeerMode {
    const pods = `pods of ${workload.namespace}/${workload.name}`;
    const applies = ({ object, selector }: PeerAuthentication) => object.namespace === workload.namespace && selector.size > 0
      && selects(selector, workload.labels, pods, choices);
    const own = workload.namespace === this.rootNamespace ? undefined : this.oldest(applies, choices);
    return own?.ports.get(port) ?? own?.mode ?? this.ofNamespace(workload.namespace, choices);
  }

  /** What a client proxy believes, which sees no selectors: with DISABLE it sends plain text. */
  public ofNamespace(namespace: string, choices: Choices): PeerMode {
    const wide = (name: string) => this.oldest(({ object, selector }) => object.namespace === name && selector.size === 0, choices)?.mode;
    return (namespace === this.rootNamespace ? undefined : wide(namespace)) ?? wide(this.rootNamespace) ?? 'PERMISSIVE';
  }

  private oldest(applies: (policy: PeerAuthentication) => boolean, choices: Choices): PeerAuthentication | undefined {
    const found = this.all.filter(applies);
    return found.length < 2 ? found[0] : sortByAge(found, this.sameTime, choices, () => true)[0];
  }
}

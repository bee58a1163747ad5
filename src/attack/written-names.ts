import { WRITTEN_AT } from '../mesh/api-rule';
import { KubeObject, nameOf } from '../mesh/kube-object';
import { MeshView } from '../mesh/mesh-view';

/** What an object is made from: the object that somebody wrote, and the field of it that stands for the made one. */
export interface Written {
  readonly object: KubeObject;
  readonly field?: string;
}

/** Names objects as their authors know them: what an operator makes of an APIRule by the APIRule and its field. */
export class WrittenNames {
  private readonly written = new Map<string, Written>();

  public constructor({ policies, authentications, virtualServices }: Pick<MeshView, 'policies' | 'authentications' | 'virtualServices'>) {
    for (const { object } of [...policies.all, ...authentications.all, ...virtualServices]) {
      if (object.origin !== undefined) this.written.set(nameOf(object), { object: object.origin, field: object.annotations.get(WRITTEN_AT) });
    }
  }

  /** A policy by its `namespace/name`, with the number of one of its rules. */
  public policy(name: string, rule?: number): string {
    return this.made(name) ?? `${name}${rule === undefined ? '' : ` rule ${rule}`}`;
  }

  /** An object as hops name it, with its kind. */
  public object(kindAndName: string, rule?: number): string {
    const name = kindAndName.slice(kindAndName.indexOf(' ') + 1);
    return this.made(name) ?? `${kindAndName}${rule === undefined ? '' : ` rule ${rule}`}`;
  }

  /** The object that somebody wrote, where an operator has made this one of it. */
  public of(name: string): Written | undefined {
    return this.written.get(name);
  }

  private made(name: string): string | undefined {
    const written = this.written.get(name);
    return written === undefined ? undefined : `${written.object.kind} ${nameOf(written.object)}${written.field === undefined ? '' : ` \`${written.field}\``}`;
  }
}

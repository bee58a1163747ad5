import { KubeObject, nameOf } from './kube-object';
import { at, field, text, texts, Value } from './value';

const OWNER = 'apirule.gateway.kyma-project.io';

interface Taken {
  readonly by: KubeObject;
  readonly rule?: string;
}

/**
 * Who has which host. Kyma's operator processes no APIRule whose host stands in a VirtualService of somebody else, to the letter and whatever its Gateway
 * (api-gateway 3.10, seen). What is older came first; where no times tell, VirtualServices did, and APIRules in the order of the manifests.
 */
export class HostOccupation {
  private readonly taken = new Map<string, Taken[]>();

  public constructor(virtualServices: readonly KubeObject[]) {
    for (const service of virtualServices) texts(field(service.spec, 'hosts')).forEach((host) => this.add(host, { by: service, rule: ownerOf(service) }));
  }

  /** What has taken the host before the APIRule, in words. */
  public occupant(host: string, rule: KubeObject): string | undefined {
    const found = (this.taken.get(host) ?? []).find(({ by, rule: owner }) => owner !== nameOf(rule) && !isOlder(rule, by));
    return found === undefined ? undefined : `${found.by.kind} \`${nameOf(found.by)}\``;
  }

  /** An APIRule was processed. */
  public take(made: readonly Value[], rule: KubeObject): void {
    made.filter((object) => text(field(object, 'kind')) === 'VirtualService').flatMap((object) => texts(at(object, 'spec', 'hosts')))
      .forEach((host) => this.add(host, { by: rule, rule: nameOf(rule) }));
  }

  private add(host: string, taken: Taken): void {
    this.taken.set(host, [...this.taken.get(host) ?? [], taken]);
  }
}

/** In the order of their creation, as far as it is known. */
export function oldestFirst(rules: readonly KubeObject[]): KubeObject[] {
  return rules.every(({ created }) => created !== undefined) ? [...rules].sort((a, b) => a.created! - b.created!) : [...rules];
}

function isOlder(rule: KubeObject, other: KubeObject): boolean {
  return rule.created !== undefined && other.created !== undefined && rule.created < other.created;
}

/** The APIRule whose operator made an object, by its labels. */
function ownerOf({ labels }: KubeObject): string | undefined {
  const name = labels.get(`${OWNER}/name`);
  return name === undefined ? undefined : `${labels.get(`${OWNER}/namespace`) ?? ''}/${name}`;
}

/** Whether a host of Istio's configuration is a wildcard: `*` or `*.example.com`. */
export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** Whether every host that `a` stands for is one that `b` stands for (istio `pkg/config/host`). Letter case counts. */
export function isSubset(a: string, b: string): boolean {
  if (!isWildcard(b)) return a === b;
  if (isWildcard(a)) return a.length >= b.length && a.slice(1).endsWith(b.slice(1));
  return a.endsWith(b.slice(1));
}

/** Hosts of which is asked what they stand for. */
export interface Hosts {
  /** Whether one of the hosts stands for all that a host stands for. */
  covers(host: string): boolean;
  /** The hosts below a wildcard, itself included, in their order. */
  below(wildcard: string): string[];
}

/** The most pairs that are compared one by one. */
const FEW = 256;

/** Hosts, prepared for a number of questions. */
export function hostsFor(hosts: readonly string[], questions: number): Hosts {
  return hosts.length * questions > FEW ? new HostIndex(hosts) : new FewHosts(hosts);
}

/** Whether there is a name that a host and one of others stand for. */
export function meets(hosts: Hosts, host: string): boolean {
  return hosts.covers(host) || (isWildcard(host) && hosts.below(host).length > 0);
}

/** Hosts by their endings, so that each question costs no more than the different lengths of the wildcards among them. */
export class HostIndex implements Hosts {
  private readonly exact = new Set<string>();
  /** The endings of the wildcards, by length. */
  private readonly endings = new Map<number, Set<string>>();
  private readonly sorted: readonly { readonly text: string; readonly host: string; readonly index: number }[];

  public constructor(hosts: readonly string[]) {
    for (const host of hosts) {
      if (!isWildcard(host)) this.exact.add(host);
      else this.endings.set(host.length - 1, (this.endings.get(host.length - 1) ?? new Set()).add(host.slice(1)));
    }
    // Backwards, what has a common ending stands together.
    this.sorted = hosts.map((host, index) => ({ text: backwards(host), host, index })).sort((a, b) => (a.text < b.text ? -1 : 1));
  }

  public covers(host: string): boolean {
    const isOneOfThem = isWildcard(host) ? this.endings.get(host.length - 1)?.has(host.slice(1)) === true : this.exact.has(host);
    return isOneOfThem || this.isBelowAnother(host);
  }

  /** Whether one of the hosts stands for all that a host stands for, and for more. */
  public isBelowAnother(host: string): boolean {
    const text = isWildcard(host) ? host.slice(1) : host;
    const longest = isWildcard(host) ? text.length - 1 : text.length;
    return [...this.endings].some(([length, known]) => length <= longest && known.has(text.slice(text.length - length)));
  }

  public below(wildcard: string): string[] {
    const ending = backwards(wildcard);
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.sorted[middle].text < ending) low = middle + 1;
      else high = middle;
    }
    const found = [];
    while (low < this.sorted.length && this.sorted[low].text.startsWith(ending)) found.push(this.sorted[low++]);
    return found.sort((a, b) => a.index - b.index).map(({ host }) => host);
  }
}

function backwards(host: string): string {
  return [...(isWildcard(host) ? host.slice(1) : host)].reverse().join('');
}

/** The same questions to a few hosts, one by one. */
class FewHosts implements Hosts {
  public constructor(private readonly hosts: readonly string[]) {}

  public covers(host: string): boolean {
    return this.hosts.some((other) => isSubset(host, other));
  }

  public below(wildcard: string): string[] {
    return this.hosts.filter((other) => isSubset(other, wildcard));
  }
}

/** The hosts that both lists stand for, the more specific of each pair, in the order of the first list. */
export function intersection(hosts: readonly string[], others: readonly string[]): string[] {
  const found = new Set<string>();
  const index = hostsFor(others, hosts.length);
  for (const host of hosts) {
    if (index.covers(host)) found.add(host);
    if (isWildcard(host)) index.below(host).forEach((other) => found.add(other));
  }
  return [...found];
}

/** The hosts of a Gateway server that admit routes of a namespace, without their namespace part. */
export function hostsForNamespace(hosts: readonly string[], namespace: string): string[] {
  return hosts.flatMap((entry) => {
    const slash = entry.indexOf('/');
    if (slash < 0) return [entry];
    const admitted = entry.slice(0, slash);
    return admitted === namespace || admitted === '*' ? [entry.slice(slash + 1)] : [];
  });
}

/** Picks the entry for a name as Envoy does for server names and virtual hosts: exact, then the longest `*.suffix`, then `*`. */
export function bestMatch<T>(table: ReadonlyMap<string, T>, name: string): T | undefined {
  const exact = table.get(name);
  if (exact !== undefined && !isWildcard(name)) return exact;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const entry = table.get(`*${name.slice(dot)}`);
    if (entry !== undefined && dot > 0) return entry;
  }
  return table.get('*');
}

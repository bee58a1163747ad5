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

/** The hosts that both lists stand for, the more specific of each pair, in the order of the first list. */
export function intersection(hosts: readonly string[], others: readonly string[]): string[] {
  const found = new Set<string>();
  for (const host of hosts) {
    for (const other of others) {
      if (isSubset(host, other)) found.add(host);
      else if (isSubset(other, host)) found.add(other);
    }
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

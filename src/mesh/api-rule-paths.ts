interface Node {
  readonly children: Map<string, Node>;
  /** The path that ended here when the node was made; one that ends here later does not count. */
  readonly end?: string;
  /** Of `{**}`: what follows it in each path, and that path. */
  readonly suffixes: [suffix: string, path: string][];
}

/**
 * The paths that rules of an APIRule have for one method, as Kyma's operator keeps them to find conflicts (api-gateway 3.10,
 * `internal/path/segment_trie`): a path is in conflict with an earlier one that covers it, but for a few that the operator overlooks.
 */
export class ApiRulePaths {
  private readonly root: Node = { children: new Map(), suffixes: [] };

  /** Adds a path. Where it is in conflict with an earlier one, gives that and adds nothing. */
  public add(path: string): string | undefined {
    const segments = (path === '/*' ? '/{**}' : path).replace(/^\/+/, '').split('/');
    const conflict = covering(this.root, segments, 0);
    if (conflict !== undefined) return conflict;
    let current = this.root;
    for (const [index, segment] of segments.entries()) {
      const end = index === segments.length - 1 ? path : undefined;
      const next = current.children.get(segment) ?? { children: new Map<string, Node>(), end, suffixes: [] };
      current.children.set(segment, next);
      if (segment === '{**}') next.suffixes.push([rest(segments, index + 1), path]);
      current = next;
    }
    return undefined;
  }
}

function rest(segments: readonly string[], start: number): string {
  return segments.slice(start).map((segment) => `/${segment}`).join('');
}

function covering(at: Node, segments: readonly string[], index: number): string | undefined {
  if (index >= segments.length) return at.end;
  const children = [segments[index], '{*}'].flatMap((segment) => at.children.get(segment) ?? []);
  const next = children.map((child) => covering(child, segments, index + 1)).find((path) => path !== undefined);
  if (next !== undefined) return next;
  const ends = segments.slice(index).map((_, offset) => rest(segments, index + offset));
  return at.children.get('{**}')?.suffixes.find(([suffix]) => suffix === '' || ends.includes(suffix))?.[1];
}

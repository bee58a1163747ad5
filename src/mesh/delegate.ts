import { StringPattern } from './string-pattern';
import { HttpRoute, NamedPattern, RouteMatch, VirtualService } from './virtual-service';

/** What istiod inherits from the delegating route where the delegate does not set it: each as a whole. */
const INHERITED = [
  { field: 'rewrite', take: ({ rewriteUri, rewriteRegex, rewriteAuthority }: HttpRoute) => ({ rewriteUri, rewriteRegex, rewriteAuthority }) },
  { field: 'directResponse', take: ({ directStatus }: HttpRoute) => ({ directStatus }) },
  { field: 'fault', take: ({ fault }: HttpRoute) => ({ fault }) },
  { field: 'corsPolicy', take: ({ cors }: HttpRoute) => ({ cors }) },
  { field: 'headers', take: ({ headers }: HttpRoute) => ({ headers }) },
] as const;

/**
 * Puts the routes of delegates in the place of the routes that name them, as istiod's `mergeVirtualServices` does. VirtualServices without hosts are
 * delegates and serve nothing by themselves.
 *
 * A delegate that is not there or not exported to the namespace of the root leaves a gap; with `keepUnknown` a route whose delegate is not there stays
 * as it is.
 */
export function mergeDelegates(all: readonly VirtualService[], defaultExportTo: readonly string[], keepUnknown: boolean): VirtualService[] {
  const delegates = new Map(all.filter(({ hosts }) => hosts.length === 0).map((service) => [`${service.namespace}/${service.name}`, service]));
  return all.filter(({ hosts }) => hosts.length > 0).map((root) => {
    if (root.http.every(({ delegate }) => delegate === undefined)) return root;
    const http = root.http.flatMap((route) => {
      if (route.delegate === undefined) return [route];
      const found = delegates.get(`${route.delegate.namespace}/${route.delegate.name}`);
      if (found === undefined) return keepUnknown ? [route] : [];
      return isExportedTo(found, root.namespace, defaultExportTo) ? found.http.flatMap((leaf) => merged(route, leaf) ?? []) : [];
    });
    return { ...root, http };
  });
}

function isExportedTo({ exportTo, namespace }: VirtualService, client: string, defaultExportTo: readonly string[]): boolean {
  const targets = (exportTo.length > 0 ? exportTo : defaultExportTo).map((target) => (target === '.' ? namespace : target));
  return targets.includes('*') || targets.includes(client);
}

function merged(root: HttpRoute, leaf: HttpRoute): HttpRoute | undefined {
  const matches = mergedMatches(root.matches, leaf.matches);
  if (matches === 'conflict') return undefined;
  const inherited = INHERITED.filter(({ field }) => !leaf.given.has(field)).map(({ take }) => take(root));
  return Object.assign({}, leaf, { matches, given: new Set([...root.given, ...leaf.given]) }, ...inherited);
}

/** Each match of the delegate must be narrower than one of the root. */
function mergedMatches(roots: HttpRoute['matches'], leaves: HttpRoute['matches']): HttpRoute['matches'] | 'conflict' {
  if (roots === undefined) return leaves;
  if (leaves === undefined) return roots;
  const found: RouteMatch[] = [];
  for (const leaf of leaves) {
    const wide = roots.filter((root) => !conflicts(root, leaf));
    if (wide.length === 0) return 'conflict';
    found.push(...wide.map((root) => mergedMatch(root, leaf)));
  }
  return found;
}

function mergedMatch(root: RouteMatch, leaf: RouteMatch): RouteMatch {
  return {
    uri: leaf.uri ?? root.uri,
    ignoreUriCase: leaf.ignoreUriCase,
    method: leaf.method ?? root.method,
    authority: leaf.authority ?? root.authority,
    scheme: leaf.scheme ?? root.scheme,
    headers: union(root.headers, leaf.headers),
    withoutHeaders: union(root.withoutHeaders, leaf.withoutHeaders),
    queryParams: union(root.queryParams, leaf.queryParams),
    port: leaf.port ?? root.port,
    gateways: leaf.gateways.length > 0 ? leaf.gateways : root.gateways,
    sourceLabels: new Map([...root.sourceLabels, ...leaf.sourceLabels]),
    sourceNamespace: leaf.sourceNamespace ?? root.sourceNamespace,
  };
}

function union(root: readonly NamedPattern[], leaf: readonly NamedPattern[]): NamedPattern[] {
  return [...root.filter(({ name }) => !leaf.some((other) => other.name === name)), ...leaf];
}

function conflicts(root: RouteMatch, leaf: RouteMatch): boolean {
  const named = (roots: readonly NamedPattern[], leaves: readonly NamedPattern[]) => leaves
    .some(({ name, pattern }) => patternConflicts(roots.find((other) => other.name === name)?.pattern, pattern));
  return (['uri', 'scheme', 'method', 'authority'] as const).some((key) => patternConflicts(root[key], leaf[key]))
    || named(root.headers, leaf.headers) || named(root.withoutHeaders, leaf.withoutHeaders) || named(root.queryParams, leaf.queryParams)
    || root.ignoreUriCase !== leaf.ignoreUriCase
    || (root.port !== undefined && leaf.port !== undefined && root.port !== leaf.port)
    || (root.sourceNamespace !== undefined && root.sourceNamespace !== leaf.sourceNamespace)
    || [...leaf.sourceLabels].some(([key, value]) => root.sourceLabels.has(key) && root.sourceLabels.get(key) !== value)
    || (root.gateways.length > 0 && leaf.gateways.length > root.gateways.length)
    || (root.gateways.length > 0 && leaf.gateways.some((gateway) => !root.gateways.includes(gateway)));
}

/** Whether a delegate's pattern is not known to be narrower than that of the root: two regular expressions never are, nor is presence. */
function patternConflicts(root: StringPattern | undefined, leaf: StringPattern | undefined): boolean {
  if (root === undefined || leaf === undefined) return false;
  if (root.kind === 'exact' && root.value !== '') return leaf.kind !== 'exact' || leaf.value !== root.value;
  if (root.kind !== 'prefix' || root.value === '' || leaf.kind === 'regex' || leaf.kind === 'present' || leaf.value === '') return true;
  return !leaf.value.startsWith(root.value);
}

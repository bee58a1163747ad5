const SEGMENT = /^(?:[A-Za-z0-9\-._~!$&'()+,;=:@]|%[0-9A-Fa-f]{2})*$/;

enum Kind { EXACT, TREE, PREFIX, TEMPLATE }

/**
 * A set of request paths in a policy, compared with the path as Envoy normalises it, without the query.
 *
 * Paths are case-sensitive. Envoy resolves `.` and `..`, turns `\` into `/` and decodes escaped unreserved characters before policies run
 * (mesh setting `pathNormalization: BASE`), so a pattern that such a path can never equal is refused.
 */
export class PathPattern {
  /** Matches one path and nothing else: `/status/418`. */
  public static exact(path: string): PathPattern {
    return new PathPattern(Kind.EXACT, literal(path));
  }

  /**
   * Matches a path and everything below it: `/reports` covers `/reports`, `/reports/` and `/reports/2024`, not `/reports-old`.
   */
  public static tree(path: string): PathPattern {
    const checked = literal(path);
    return new PathPattern(Kind.TREE, checked === '/' ? '' : checked.replace(/\/$/, ''));
  }

  /** Matches every path that begins with the given text: `/v` covers `/v1` and `/version`. */
  public static prefix(path: string): PathPattern {
    return new PathPattern(Kind.PREFIX, literal(path));
  }

  /**
   * Matches by Istio's path templates: `{*}` stands for one segment, `{**}` for any number of them.
   *
   * The leading `/` is enforced: Istio accepts a template without it, and then every Envoy that gets the policy aborts.
   */
  public static template(template: string): PathPattern {
    if (typeof template !== 'string' || !template.startsWith('/')) {
      throw invalid(template, 'a leading `/`: every Envoy that gets a template without it crashes');
    }
    if (template.startsWith('//')) throw invalid(template, 'a single leading `/`: Envoy crashes on a template that begins with `//`');
    const segments = template.slice(1).split('/');
    const operators = segments.filter((segment) => segment === '{*}' || segment === '{**}');
    if (operators.length === 0) throw invalid(template, 'an operator `{*}` or `{**}`; without one use `PathPattern.exact`');
    for (const [index, segment] of segments.entries()) {
      if (segment === '{*}' || segment === '{**}') {
        if (segments.slice(0, index).includes('{**}')) throw invalid(template, 'no operator after `{**}`');
      } else if (/[{}*]/.test(segment)) {
        throw invalid(template, '`{*}` and `{**}` only as whole segments, and no other `*`, `{` or `}`');
      } else {
        checkSegment(template, segment);
        if (/[[\]]/.test(segment)) throw invalid(template, 'no `[` or `]`, which Istio refuses in templates');
        if (segment === '' && index < segments.length - 1) throw invalid(template, 'no empty segment');
        // Envoy rejects the whole listener for a template whose literal segment is as long as this (seen with 300).
        if (segment.length > 255) throw invalid(template, 'literal segments of at most 255 characters');
      }
    }
    return new PathPattern(Kind.TEMPLATE, template);
  }

  private constructor(private readonly kind: Kind, private readonly path: string) {}

  /** The `paths` values that match this pattern and nothing else, for ALLOW policies. */
  public allowValues(): string[] {
    switch (this.kind) {
      case Kind.EXACT: return [this.path];
      case Kind.TREE: return this.path === '' ? ['/*'] : [this.path, `${this.path}/*`];
      case Kind.PREFIX: return [`${this.path}*`];
      case Kind.TEMPLATE: return [this.path];
    }
  }

  /**
   * The `paths` values that a DENY policy needs so that the usual variants of the path do not escape it.
   *
   * Adds the trailing slash, the subtree, `;parameters` and a doubled leading slash. Paths alone cannot close an inner `//`, `%2F`, letter case
   * or a `;x` inside the path: where that matters, deny the whole host or allow a list instead.
   */
  public denyValues(): string[] {
    if (this.kind === Kind.TEMPLATE) {
      // Nothing may follow a second operator, so below `{**}` there are no variants to add.
      return this.path.includes('{**}') ? [this.path] : [this.path, `${this.path.replace(/\/$/, '')}/{**}`];
    }
    const base = this.kind === Kind.TREE ? this.path : this.path.replace(/\/$/, '');
    if (base === '' && this.kind !== Kind.EXACT) return ['*'];
    const values = this.kind === Kind.PREFIX ? [`${this.path}*`] : base === '' ? ['/', '/;*'] : [base, `${base}/*`, `${base};*`];
    return [...values, ...values.map((value) => `/${value}`)];
  }

  /** Whether the pattern names a part of the site only, so that a DENY by it can be escaped by path variants. */
  public get isPartial(): boolean {
    return !((this.kind === Kind.TREE && this.path === '') || (this.kind === Kind.PREFIX && this.path === '/') || this.path === '/{**}');
  }

  /** The pattern in the words of a policy. */
  public toString(): string {
    return this.allowValues()[this.kind === Kind.TREE && this.path !== '' ? 1 : 0];
  }
}

function literal(path: string): string {
  if (typeof path !== 'string' || !path.startsWith('/')) throw invalid(path, 'a leading `/`');
  if (/[*{}]/.test(path)) throw invalid(path, 'no `*`, `{` or `}`: use `PathPattern.tree`, `.prefix` or `.template`');
  if (path.length > 2048) throw invalid(`${path.slice(0, 40)}…`, 'at most 2048 characters');
  for (const segment of path.split('/')) checkSegment(path, segment);
  return path;
}

function checkSegment(path: string, segment: string): void {
  if (/[?#]/.test(segment)) throw invalid(path, 'a path without `?` and `#`: policies see neither query nor fragment');
  if (/^(?:\.|%2e){1,2}(?:;|$)/i.test(segment)) throw invalid(path, 'no `.` or `..` segment: Envoy resolves them before policies run');
  if (segment.includes('\\')) throw invalid(path, '`/` instead of `\\`: Envoy turns it into `/` before policies run');
  const decoded = /%(?:3[0-9]|[46][1-9A-F]|[57][0-9A]|2D|5F|7E)/i.exec(segment);
  if (decoded) throw invalid(path, `\`${decodeURIComponent(decoded[0])}\` instead of \`${decoded[0]}\`: Envoy decodes it before policies run`);
  if (/%00/.test(segment)) throw invalid(path, 'no `%00`: Envoy answers 400 to it');
  if (SEGMENT.test(segment)) return;
  if (/%(?![0-9A-Fa-f]{2})/.test(segment)) throw invalid(path, '`%` only before two hexadecimal digits');
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(segment)) throw invalid(path, 'no control characters');
  // `[` and `]` are left by Envoy as they are, and no other form reaches the policy.
  const encoded = segment.replace(/[^A-Za-z0-9\-._~!$&'()+,;=:@%[\]]/gu, encodeURIComponent);
  if (encoded !== segment) throw invalid(path, `its escaped form \`${path.replace(segment, encoded)}\`, which is what policies see`);
}

function invalid(path: unknown, expected: string): Error {
  return new Error(`invalid path \`${String(path)}\`: expected ${expected}`);
}

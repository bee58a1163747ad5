import { PathPattern } from '../model/path-pattern';

// The pattern of the APIRule CRD (gateway.kyma-project.io/v2).
const CRD_PATH = /^((\/([A-Za-z0-9-._~!$&'()+,;=:@]|%[0-9a-fA-F]{2})*)|(\/\{\*{1,2}\}))+$|^\/\*$/;
const REST = '{**}';
const ONE = '{*}';

/**
 * A path of an APIRule: exact, with `{*}` for one segment and `{**}` for the rest, or `/*` for everything.
 *
 * Kyma writes it twice: as a regular expression into the VirtualService and as a template into the AuthorizationPolicy.
 * @internal
 */
export class ApiRulePath {
  /** Reads a path and refuses what the CRD, the operator or Envoy refuses, and what means different things in the two objects. */
  public static parse(path: string): ApiRulePath {
    if (typeof path !== 'string' || !path.startsWith('/')) throw invalid(path, 'a leading `/`');
    if (path === '/*') return new ApiRulePath(path, [REST]);
    if (!CRD_PATH.test(path)) throw invalid(path, cureFor(path));
    // The operator does not escape them in the regular expression of the route, so route and policy would disagree.
    const special = /[+()$]/.exec(path);
    if (special) throw invalid(path, `no \`${special[0]}\`: Kyma writes it unescaped into a regular expression, so the route would match other paths; use \`${ONE}\` for that segment`);
    const operators = path.split('/').filter((segment) => segment === ONE || segment === REST);
    if (operators.slice(0, -1).includes(REST)) throw invalid(path, `no operator after \`${REST}\``);
    if (operators.length > 0) PathPattern.template(path);
    else PathPattern.exact(path);
    return new ApiRulePath(path, path.slice(1).split('/'));
  }

  private constructor(public readonly text: string, private readonly segments: string[]) {}

  /** Whether Kyma never excepts the path from later rules (`/`, `/*` and `/{**}`). */
  public get isRoot(): boolean {
    return ['/', '/*', '/{**}'].includes(this.text);
  }

  /** Whether some request path belongs to both. */
  public overlaps(other: ApiRulePath): boolean {
    const reached = new Set<string>();
    const visit = (mine: number, theirs: number): boolean => {
      const state = `${mine}.${theirs}`;
      if (reached.has(state)) return false;
      reached.add(state);
      const [ended, otherEnded] = [mine === this.segments.length, theirs === other.segments.length];
      if (ended || otherEnded) return ended && otherEnded;
      if (!meet(this.segments[mine], other.segments[theirs])) return false;
      return next(this.segments, mine).some((a) => next(other.segments, theirs).some((b) => visit(a, b)));
    };
    return visit(0, 0);
  }

  /** Whether every request path of the other belongs to this one too. */
  public covers(other: ApiRulePath): boolean {
    const words = [...new Set([...this.segments, ...other.segments, '', 'any other'])].filter((segment) => segment !== ONE && segment !== REST);
    const reached = new Set<string>();
    const visit = (mine: number[], theirs: number): boolean => {
      const state = `${mine.join()}.${theirs}`;
      if (reached.has(state)) return true;
      reached.add(state);
      if (theirs === other.segments.length) return mine.includes(this.segments.length);
      return words.filter((word) => matches(other.segments[theirs], word)).every((word) => {
        const steps = mine.filter((index) => index < this.segments.length && matches(this.segments[index], word));
        const reachable = [...new Set(steps.flatMap((index) => next(this.segments, index)))].sort((a, b) => a - b);
        return next(other.segments, theirs).every((after) => visit(reachable, after));
      });
    };
    return visit([0], 0);
  }
}

function matches(token: string, word: string): boolean {
  return token === REST || (token === ONE ? word !== '' : token === word);
}

function meet(a: string, b: string): boolean {
  if (a === REST || b === REST) return true;
  return a === ONE ? b !== '' : b === ONE ? a !== '' : a === b;
}

// `{**}` takes one segment or more, each possibly empty: `/a/{**}` begins with `/a/`.
function next(segments: string[], index: number): number[] {
  return segments[index] === REST ? [index, index + 1] : [index + 1];
}

function cureFor(path: string): string {
  if (path === '/.*') return '`/*` for every path: the v2 APIRule knows no regular expressions';
  if (/[?#]/.test(path)) return 'a path without `?` and `#`';
  if (/%(?![0-9a-fA-F]{2})/.test(path)) return '`%` only before two hexadecimal digits';
  if (/^(\/[^{}*]+)\/\*$/.test(path)) return `\`${path.slice(0, -1)}${REST}\` for everything below: \`*\` stands alone only in \`/*\``;
  if (/[*{}]/.test(path)) return `\`${ONE}\` and \`${REST}\` only as whole segments, or \`/*\` alone`;
  return 'segments of letters, digits, `-._~!&\',;=:@` and `%XX`';
}

function invalid(path: unknown, expected: string): Error {
  return new Error(`invalid APIRule path \`${String(path)}\`: expected ${expected}`);
}

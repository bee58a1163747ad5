/** What became of a path: the paths of v2 that stand for it together, and how exactly. */
export interface TranslatedPath {
  readonly paths: readonly string[];
  /** In words; undefined where the paths are the same ones. */
  readonly difference?: string;
  /** They take more than the expression did. */
  readonly wider: boolean;
}

const MAX_ALTERNATIVES = 16;
const LITERAL = /^([A-Za-z0-9\-_~!$&',;=:@.]|%[0-9a-fA-F]{2})*$/;
const ONE_SEGMENT = new Set(['[^/]+', '[^/]*']);
const CLASS = /^(\\[wd]|\[[^\]/]+\])[+*]$/;

/**
 * Translates the regular expression of an APIRule v1beta1 into path templates of v2; undefined where there are none.
 *
 * v2 knows exact segments, `{*}` for one segment and `{**}` for any number, and `/*` for everything (APIRule v2, `spec.rules.path`).
 */
export function translatePath(expression: string): TranslatedPath | undefined {
  if (expression === '/*' || expression === '/.*' || expression === '/{**}') return { paths: ['/*'], wider: false };
  const plain = expression.replace(/^\^/, '').replace(/([^\\])\$$/, '$1');
  const flat = alternatives(plain);
  if (flat === undefined) return undefined;
  const translated = flat.map(translateFlat);
  if (translated.some((one) => one === undefined)) return undefined;
  const differences = [...new Set(translated.flatMap((one) => one!.difference ?? []))];
  return {
    // An earlier rule that takes all that a later one takes is refused: the specific ones first.
    paths: [...new Set(translated.flatMap((one) => one!.paths))].sort((a, b) => Number(a.endsWith('{**}')) - Number(b.endsWith('{**}'))),
    wider: translated.some((one) => one!.wider),
    ...(differences.length > 0 ? { difference: differences.join('; ') } : {}),
  };
}

/** The expressions without groups that an expression with groups stands for; undefined where there are too many, or a group repeats. */
function alternatives(expression: string): string[] | undefined {
  const open = unescaped(expression, '(');
  if (open < 0) return unescaped(expression, ')') < 0 && unescaped(expression, '|') < 0 ? [expression] : undefined;
  const close = matching(expression, open);
  if (close === undefined) return undefined;
  const [head, inner, tail] = [expression.slice(0, open), expression.slice(open + 1, close).replace(/^\?:/, ''), expression.slice(close + 1)];
  if (unescaped(head, '|') >= 0 || /^[*+{]/.test(tail)) return undefined;
  const optional = tail.startsWith('?');
  const choices = [...split(inner), ...(optional ? [''] : [])];
  const found = choices.flatMap((choice) => alternatives(`${head}${choice}${optional ? tail.slice(1) : tail}`) ?? [undefined]);
  return found.length > MAX_ALTERNATIVES || found.includes(undefined) ? undefined : found as string[];
}

function translateFlat(expression: string): TranslatedPath | undefined {
  if (!expression.startsWith('/')) return undefined;
  const segments = segmentsOf(expression.slice(1));
  const whole: string[] = [];
  const notes: string[] = [];
  let wider = false;
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    const text = segment.replace(/\\([.\-_~+()$])/g, '$1');
    if (segment === '.*' || segment === '.+') {
      if (whole.includes('{**}')) return undefined;
      whole.push('{**}');
      if (segment === '.+') wider = true;
    } else if (ONE_SEGMENT.has(segment)) {
      whole.push('{*}');
    } else if (CLASS.test(segment)) {
      whole.push('{*}');
      wider = true;
      notes.push(`\`{*}\` takes any one segment, not only \`${segment}\``);
    } else if (last && segment.endsWith('.*') && LITERAL.test(text.slice(0, -2))) {
      const base = [...whole, text.slice(0, -2)].join('/');
      const shorter = `\`/${base}x\` is no longer taken: v2 has no part of a segment`;
      return { paths: [`/${base}`, `/${base}/{**}`], difference: [...notes, shorter].join('; '), wider };
    } else if (LITERAL.test(text)) {
      whole.push(text);
      if (/(^|[^\\])\./.test(segment)) notes.push(`the dot in \`${segment}\` was any character and is a dot now`);
    } else {
      return undefined;
    }
  }
  if (whole.slice(whole.indexOf('{**}') + 1).includes('{*}') && whole.includes('{**}')) return undefined;
  if (segments.includes('.+')) notes.push('`{**}` takes the empty rest too');
  return { paths: [`/${whole.join('/')}`], wider, ...(notes.length > 0 ? { difference: notes.join('; ') } : {}) };
}

/** The segments of a path, slashes inside of character classes left alone. */
function segmentsOf(path: string): string[] {
  const found = [''];
  let inClass = false;
  for (let i = 0; i < path.length; i += 1) {
    if (path[i] === '[') inClass = true;
    else if (path[i] === ']') inClass = false;
    if (path[i] === '/' && !inClass) found.push('');
    else found[found.length - 1] += path[i] === '\\' ? path[i] + (path[(i += 1)] ?? '') : path[i];
  }
  return found;
}

function split(inner: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < inner.length; i += 1) {
    if (inner[i] === '\\') {i += 1;} else if (inner[i] === '(') {depth += 1;} else if (inner[i] === ')') {depth -= 1;} else if (inner[i] === '|' && depth === 0) {
      parts.push(inner.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, inner.slice(start)];
}

function unescaped(text: string, character: string): number {
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === character) return i;
  }
  return -1;
}

function matching(text: string, open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '(') depth += 1;
    else if (text[i] === ')' && (depth -= 1) === 0) return i;
  }
  return undefined;
}

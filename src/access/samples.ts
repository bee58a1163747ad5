import { HeaderSet, Sample } from './operation';
import { samplesOf, TextPattern } from './text-pattern';

const MAX_PAIRS = 400;
const MAX_FILLERS = 6;
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];

/** Paths that tell some patterns apart: of each form, of each pair that may hold together, and next to each. */
export function pathCandidates(patterns: readonly TextPattern[], more: readonly string[]): Sample<string>[] {
  const exact = patterns.flatMap((pattern) => (pattern.kind === 'exact' ? [pattern.value] : []));
  const fillers = ['x', ...new Set(exact.flatMap((path) => path.split('/')).filter((segment) => segment !== ''))].slice(0, MAX_FILLERS);
  const plain = [...new Set([...patterns.flatMap((pattern) => samplesOf(pattern, 'x')), ...more])];
  const filled = patterns.filter(({ kind }) => kind === 'template').flatMap((pattern) => fillers.flatMap((filler) => samplesOf(pattern, filler)));
  const values = (kind: TextPattern['kind']) => patterns.flatMap((pattern) => (pattern.kind === kind && 'value' in pattern ? [pattern.value] : []));
  const heads = [...values('prefix'), ...exact, '/'];
  const pairs = heads.flatMap((head) => values('suffix').flatMap((tail) => [`${head}${tail}`, `${head.replace(/\/$/, '')}/x${tail}`])).slice(0, MAX_PAIRS);
  const around = [...plain, ...filled].flatMap((path) => [`${path}/`, `${path}/x`, `${path}x`, path.toUpperCase(), path.toLowerCase()]);
  const all = [...plain, '/', '/any-other', '/any/other', ...filled, ...pairs, ...around].map(rooted);
  const normal = [...new Set(all)].map((value) => ({ value, label: value === '/any-other' ? 'any other path' : value }));
  const odd = ['/%00', '/a b', '*', 'no-slash', '/..', '/%zz', '/a%2Fb', '/a;x'].map((value) => ({ value, label: `${value} (odd)`, odd: true }));
  return [...normal, ...odd];
}

/** Methods that tell some patterns apart: those of the patterns, the common ones, and one that HTTP/1.1 does not know. */
export function methodCandidates(patterns: readonly TextPattern[]): Sample<string>[] {
  const named = patterns.flatMap((pattern) => (pattern.kind === 'exact' ? [pattern.value] : samplesOf(pattern, 'X')));
  const known = [...METHODS, 'CONNECT', 'TRACE', 'PROPFIND'];
  const all = [...known, ...new Set(named.filter((name) => !known.includes(name)))];
  const odd = (value: string) => !METHODS.includes(value) && !named.includes(value);
  return [...all.map((value) => ({ value, label: value, odd: odd(value) })), { value: 'get', label: 'get (odd)', odd: true }];
}

/** Keeps the first of the samples that a signature does not tell apart. */
export function distinct<T>(samples: readonly Sample<T>[], signature: (sample: T) => string): Map<string, Sample<T>> {
  const found = new Map<string, Sample<T>>();
  for (const sample of samples) {
    const key = signature(sample.value);
    if (!found.has(key)) found.set(key, sample);
  }
  return found;
}

/** The methods of HTTP that people use. */
export function commonMethods(): readonly string[] {
  return METHODS;
}

/** Header lines in words. */
export function describeHeaders(headers: HeaderSet): string {
  return [...headers].map(([name, values]) => values.map((value) => `${name}: ${value}`).join(', ')).join(', ');
}

function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

/** One way to write a path so that a policy may take it for another one and an application for the same. */
export interface Spelling {
  readonly path: string;
  /** What was done to it, in words. */
  readonly text: string;
}

type Operation = { readonly text: string; readonly apply: (path: string) => string[] };

/**
 * What servers are known to take for the same path, one operation each: slashes (repeated, encoded, backward), dot segments (plain, encoded, with
 * parameters), path parameters, letter case, needless encoding, a trailing slash. Encoding twice is not among them.
 */
const OPERATIONS: readonly Operation[] = [
  { text: 'a trailing slash', apply: (path) => [`${path}/`] },
  { text: 'a doubled slash', apply: (path) => slashes(path).map((at) => insert(path, at, '/')) },
  { text: 'a tripled slash', apply: (path) => slashes(path).map((at) => insert(path, at, '//')) },
  { text: 'an encoded slash', apply: (path) => [...slashes(path).slice(1).map((at) => replace(path, at, '%2F')), insert(path, 1, '%2F'), `${path}%2F`] },
  { text: 'a backslash', apply: (path) => slashes(path).slice(1).map((at) => replace(path, at, '\\')) },
  { text: 'an encoded backslash', apply: (path) => slashes(path).slice(1).map((at) => replace(path, at, '%5C')) },
  { text: 'a path parameter', apply: (path) => ends(path).map((at) => insert(path, at, ';x')) },
  { text: 'an encoded path parameter', apply: (path) => [`${path}%3Bx`] },
  { text: 'other letter case', apply: (path) => [...new Set([path.toUpperCase(), path.toLowerCase(), swapFirst(path)])] },
  { text: 'an encoded letter', apply: encodedLetter },
  { text: 'a dot segment', apply: (path) => [`/.${path}`, `${path}/.`, `/x/..${path}`, `/%2e${path}`, `/x/%2e%2e${path}`] },
  { text: 'a dot segment with parameters', apply: (path) => [`/x/..;${path}`, `/x/..;y=z${path}`, `/.;x${path}`] },
  { text: 'an encoded dot segment', apply: (path) => [`/x/..%2F${path.slice(1)}`, `/x%2F..${path}`, `/x%2F..%2F${path.slice(1)}`, `/x/..%5C${path.slice(1)}`] },
  { text: 'a query', apply: (path) => [`${path}?x=1`] },
  { text: 'a fragment', apply: (path) => [`${path}#x`] },
];

/** The spellings of a plain path by one operation. */
export function spellings(path: string): Spelling[] {
  return unique(path, OPERATIONS.flatMap(({ text, apply }) => apply(path).map((spelt) => ({ path: spelt, text }))));
}

/** The spellings of a plain path by two operations, the second anywhere in what the first made. */
export function doubleSpellings(path: string): Spelling[] {
  const single = spellings(path).filter(({ path: spelt }) => !/[?#]/.test(spelt));
  return unique(path, single.flatMap((first) => spellings(first.path).map((second) => ({ path: second.path, text: `${first.text} and ${second.text}` }))));
}

/** The ways from below a prefix that is open to a path: applications that decode before they resolve dot segments go up again. */
export function climbs(path: string, prefixes: readonly string[]): Spelling[] {
  return unique(path, prefixes.filter((prefix) => prefix !== '/' && !path.startsWith(prefix)).flatMap((prefix) => {
    const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
    const up = '..%2F'.repeat(slashes(folder).length - 1);
    return [{ path: `${folder}${up}${path.slice(1)}`, text: `an encoded way up from \`${prefix}\`` }];
  }));
}

/**
 * The plain form of a path: what an application that is generous about spelling makes of it. Letter case is kept.
 *
 * Two paths that differ in spelling only have the same plain form when letter case is folded too.
 */
export function plainPath(path: string): string {
  const decoded = path.replace(/[?#].*$/s, '').replace(/%([0-9A-Fa-f]{2})/g, (whole, digits: string) => {
    const code = parseInt(digits, 16);
    return code > 0x20 && code < 0x7f && code !== 0x25 ? String.fromCharCode(code) : whole;
  });
  const segments: string[] = [];
  for (const part of decoded.replace(/\\/g, '/').split('/')) {
    const segment = part.replace(/;.*$/s, '');
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}`;
}

/** Whether two paths are one to an application that is generous about spelling. */
export function isSpellingOf(path: string, plain: string): boolean {
  return plainPath(path).toLowerCase() === plainPath(plain).toLowerCase();
}

function unique(plain: string, found: readonly Spelling[]): Spelling[] {
  return [...new Map([...found].reverse().map((spelling): [string, Spelling] => [spelling.path, spelling])).values()].reverse()
    .filter(({ path }) => path !== plain && isSpellingOf(path, plain));
}

function slashes(path: string): number[] {
  return [...path].flatMap((character, at) => (character === '/' ? [at] : []));
}

function ends(path: string): number[] {
  return path === '/' ? [1] : [...slashes(path).slice(1), path.length];
}

function insert(path: string, at: number, text: string): string {
  return path.slice(0, at) + text + path.slice(at);
}

function replace(path: string, at: number, text: string): string {
  return path.slice(0, at) + text + path.slice(at + 1);
}

function swapFirst(path: string): string {
  return path.replace(/[A-Za-z]/, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()));
}

function encodedLetter(path: string): string[] {
  const at = path.search(/[A-Za-z0-9]/);
  return at < 0 ? [] : [replace(path, at, `%${path.charCodeAt(at).toString(16)}`)];
}

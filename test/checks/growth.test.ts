import { EVERY_LIST } from './every-list';
import { CATALOGUE, CheckContext } from '../../src/checks';
import { MeshProfile } from '../../src/model/mesh-profile';

const SMALL = 200;
const TIMES = 8;
/** Eight times as much may take 20 times as long; where the time grew with the square it would be 64. */
const MOST = 20;
/** What is faster than this is not measured well. */
const LEAST_MS = 1.5;

type Path = readonly (string | number)[];

/** Mappings whose keys are free. */
const FREE_KEYS = new Set(['labels', 'annotations', 'matchLabels', 'selector', 'set', 'add', 'headers', 'cookies', 'queryParams', 'withoutHeaders', 'sourceLabels', 'stringData']);

/** Kyma's operator itself leaves the paths of all earlier rules out of the policy of each: what it makes of an APIRule grows with the square of its rules. */
const BY_NATURE = new Set(['APIRule spec.rules']);

/** Fields with words of which there are few. */
const FIXED = new Set(['action', 'mode', 'protocol', 'kind', 'apiVersion', 'key', 'jwksUri', 'mesh', 'regex']);

interface Growth {
  readonly where: string;
  /** The same manifests with a number of items more in one list, either copies or each with a name of its own. */
  readonly grown: (items: number, distinct: boolean) => unknown[];
}

const GROWTHS: readonly Growth[] = EVERY_LIST.flatMap((document: any, index) => [
  {
    where: `${document.kind} objects ${document.metadata.name}`,
    grown: (items, distinct) => [...EVERY_LIST, ...many(items, (i) => ({
      ...document, metadata: { ...document.metadata, name: `${document.metadata.name}-${i}` }, spec: distinct ? renamed(document.spec, i, 'spec') : document.spec,
    }))],
  },
  ...lists(document).map((path): Growth => ({
    where: `${document.kind} ${path.filter((step) => typeof step === 'string').join('.')}`,
    grown: (items, distinct) => {
      const changed = replaced(document, path, (list) => longer(list, items, distinct));
      return EVERY_LIST.map((other, position) => (position === index ? changed : other));
    },
  })),
]);

test.each(GROWTHS.filter(({ where }) => !BY_NATURE.has(where)))('the time of all checks does not grow with the square of $where', ({ grown }) => {
  for (const distinct of [false, true]) {
    const [few, more] = [grown(SMALL, distinct), grown(SMALL * TIMES, distinct)];
    let slow = tooSlow(few, more);
    // What other processes and the garbage collector took is another check's the next time.
    for (let attempt = 0; slow.length > 0 && attempt < 4; attempt += 1) {
      const again = tooSlow(few, more);
      slow = slow.filter((name) => again.includes(name));
    }
    expect(slow).toEqual([]);
  }
});

test('none of the manifests is refused: of refused ones no list would be read', () => {
  expect(new CheckContext(EVERY_LIST as never, { mesh: MeshProfile.KYMA }).view.refused.map(({ reason }) => reason)).toEqual([]);
});

/** The checks, and the reading of the manifests, whose time grows too fast from some manifests to others. */
function tooSlow(few: unknown[], more: unknown[]): string[] {
  const [before, after] = [milliseconds(few), milliseconds(more)];
  return [...after].filter(([name, time]) => time > MOST * Math.max(before.get(name)!, LEAST_MS)).map(([name]) => name);
}

/** How long each check takes, and the reading. */
function milliseconds(documents: unknown[]): ReadonlyMap<string, number> {
  const [context, reading] = timed(() => new CheckContext(documents as never, { mesh: MeshProfile.KYMA, istioVersion: '1.28.0' }));
  return new Map([['reading', reading], ...CATALOGUE.map((check): [string, number] => [check.id, timed(() => check.find(context))[1]])]);
}

function timed<T>(run: () => T): [T, number] {
  const start = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(start);
  return [result, (user + system) / 1000];
}

function many<T>(items: number, make: (index: number) => T): T[] {
  return Array.from({ length: items }, (_, index) => make(index));
}

/** Every list, and every mapping with free keys, that is not empty. */
function lists(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = path.length > 1 && (Array.isArray(value) || FREE_KEYS.has(String(path[path.length - 1])));
  return [...own ? [path] : [], ...Object.entries(value).flatMap(([key, item]) => lists(item, [...path, Array.isArray(value) ? Number(key) : key]))];
}

function replaced(value: any, [step, ...rest]: Path, change: (value: any) => unknown): any {
  if (step === undefined) return change(value);
  const copy: any = Array.isArray(value) ? [...value] : { ...value };
  copy[step] = replaced(value[step], rest, change);
  return copy;
}

function longer(list: any, items: number, distinct: boolean): unknown {
  const known: [string, unknown][] = Object.entries(list);
  const more = many(items, (i): [string, unknown] => {
    const [key, item] = known[i % known.length];
    return [`${key}-${i}`, distinct ? renamed(item, i, key) : item];
  });
  return Array.isArray(list) ? [...list, ...more.map(([, item]) => item)] : { ...list, ...Object.fromEntries(more) };
}

/** The same with a number in every name. */
function renamed(value: unknown, index: number, key: string): unknown {
  if (typeof value === 'string') return FIXED.has(key) || /^[A-Z_*]+$/.test(value) ? value : value.replace(/[a-z0-9]/i, (first) => `${first}${index}`);
  if (Array.isArray(value)) return value.map((item) => renamed(item, index, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, renamed(item, index, name)]));
}

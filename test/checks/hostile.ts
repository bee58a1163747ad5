import { readCases, CaseSettings } from './cases';

/** What stands in a field instead of what belongs there. */
const VALUES: readonly unknown[] = [
  null, undefined, true, 0, -1, 1e308, NaN, '', '*', '/', '%', '{**}', '\u0000\u001b[31m', 'a'.repeat(5000), '__proto__', 'constructor', [], [null], [[]], [{}], ['*'], {}, { __proto__: null }, { '': '' },
  JSON.parse('{"__proto__": {"polluted": true}}'), JSON.parse('{"constructor": {"prototype": []}}'), { toString: null, valueOf: 1 }, new Date(0), deep(60),
];

/** The manifests of a case with one field replaced. */
export interface Hostile {
  /** Which step, field and value, for messages. */
  readonly where: string;
  readonly documents: unknown[];
  readonly settings: CaseSettings;
}

/**
 * Every how many-th of all changes of all cases, by the id of the case: any value in any field.
 *
 * There are some 400,000. The environment variable `HOSTILE=1` tries each of them, which takes a quarter of an hour.
 */
export function hostileCases(every: number): { readonly id: string; readonly hostile: () => Generator<Hostile> }[] {
  const step = Number(process.env.HOSTILE ?? every);
  let count = 0;
  return readCases().map(({ id, steps, settings }) => ({
    id,
    *hostile() {
      for (const { name, documents } of steps) {
        for (const path of fieldsOf(documents).filter(({ length }) => length > 0)) {
          for (const [number, value] of VALUES.entries()) {
            if (count++ % step === 0) yield { where: `${name}: value ${number} in ${path.join('.')}`, documents: written(documents, path, value) as unknown[], settings };
          }
        }
      }
    },
  }));
}

function deep(levels: number): unknown {
  return levels === 0 ? 'x' : { a: [deep(levels - 1)] };
}

type Path = readonly (string | number)[];

/** Every field of a value, and the value itself. */
function fieldsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => fieldsOf(item, [...path, Array.isArray(value) ? Number(key) : key]))];
}

/** A copy with another value in one place. */
function written(value: any, [key, ...rest]: Path, other: unknown): unknown {
  if (key === undefined) return other;
  const copy: any = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = written(value[key], rest, other);
  return copy;
}

import { exampleOf } from './vocabulary';

/** Header lines that a caller writes to be taken for somebody else. */
export interface Forgery {
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
}

const OTHER = 'other';

/** Every trusted header with every value that is asked for: alone, beside a second line, and all of them together. */
export function forgeries(trusted: ReadonlyMap<string, ReadonlySet<string>>): Forgery[] {
  const wanted = [...trusted].flatMap(([name, values]) => [...values].map((value): [string, string] => [name, exampleOf(value)]));
  const single = wanted.map((line) => ({ headers: [line], text: `header ${line[0]}: ${line[1]}` }));
  const repeated = wanted.flatMap(([name, value]) => [
    { headers: [[name, OTHER], [name, value]] as const, text: `header ${name} twice, then ${value}` },
    { headers: [[name, value], [name, OTHER]] as const, text: `header ${name} twice, first ${value}` },
  ]);
  const others = [...trusted.keys()].map((name) => ({ headers: [[name, OTHER]] as const, text: `header ${name}: ${OTHER}` }));
  const first = [...trusted].map(([name, values]): [string, string] => [name, exampleOf([...values][0])]);
  const all = first.length > 1 ? [{ headers: first, text: `headers ${first.map(([name, value]) => `${name}: ${value}`).join(', ')}` }] : [];
  return [...single, ...all, ...repeated, ...others];
}

/** Every way to write a header name with `-` or `_` in each place: applications that fold the two read any of them. */
export function foldedNames(name: string): string[] {
  const parts = name.split(/[-_]/);
  if (parts.length > 8) return [name];
  const all = parts.slice(1).reduce((texts, part) => texts.flatMap((text) => [`${text}-${part}`, `${text}_${part}`]), [parts[0]]);
  return all.filter((spelt) => spelt !== name);
}

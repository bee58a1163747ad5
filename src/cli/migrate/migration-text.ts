import { createColors } from 'picocolors';
import { ChangedAnswer, Comparison, Conversion, Fate, FieldReport, Migration } from '../../migration';
import { labelled, oneLine, wrapped } from '../text-layout';

const SIGN: Record<ChangedAnswer['change'], string> = { gains: '+ gains', loses: '- loses', other: '  other' };
const COLUMN = 12;

/** What a migration came to, for people: first the answer, then the fields of each APIRule, then what callers will notice. */
export function migrationText({ conversions, comparison, notCompared, losses }: Migration, colour: boolean): string {
  const { bold, green, red } = createColors(colour);
  const gains = comparison.changes.filter(({ change }) => change === 'gains').length;
  const answer = losses || gains > 0 ? red(losses ? 'something is lost: read the lines marked so' : 'somebody gets in who did not before') : green('nothing is lost');
  return [
    `${bold(`${conversions.length} APIRule${conversions.length === 1 ? '' : 's'}`)}: ${answer}`,
    ...conversions.flatMap((conversion) => ['', ...conversionLines(conversion, colour)]),
    '',
    ...callerLines(comparison, colour),
    ...notCompared.map((rule) => labelled('not asked', `${rule}: Oathkeeper decided who gets in`, COLUMN)),
    '',
  ].join('\n');
}

function conversionLines({ object, converted, fields }: Conversion, colour: boolean): string[] {
  const { bold } = createColors(colour);
  const count = (fate: Fate) => fields.filter((field) => field.fate === fate).length;
  const state = converted === undefined ? 'cannot be written as v2' : `${count(Fate.KEPT)} fields kept, ${count(Fate.CHANGED)} changed, ${count(Fate.LOST)} lost`;
  return [`${bold(oneLine(`${object.namespace}/${object.name}`))}  ${state}`, ...fields.flatMap((field) => fieldLines(field, colour))];
}

function fieldLines({ field, fate, from, to, why }: FieldReport, colour: boolean): string[] {
  const { red, yellow, dim } = createColors(colour);
  const paint = fate === Fate.LOST ? red : fate === Fate.CHANGED ? yellow : dim;
  const [first, ...more] = wrapped(oneLine(`${field}: ${from}${to === undefined ? '' : ` → ${to}`}`), COLUMN);
  return [
    `  ${paint(fate.padEnd(COLUMN - 2))}${first}`,
    ...[...more, ...why === undefined ? [] : wrapped(oneLine(why), COLUMN + 2).map((line) => `  ${line}`)].map((line) => `${' '.repeat(COLUMN)}${line}`),
  ];
}

function callerLines({ asked, changes, cut }: Comparison, colour: boolean): string[] {
  const { bold, green, red } = createColors(colour);
  const extent = cut ? 'the first of too many kinds of' : 'every kind of';
  const head = `${bold('For callers')}  ${asked} requests asked on both sides, ${extent} request that the manifests tell apart`;
  if (changes.length === 0) return [head, '  nothing changes'];
  return [head, ...changes.flatMap(({ change, caller, method, host, path, before, after, more }) => {
    const paint = change === 'gains' ? red : change === 'loses' ? green : (text: string) => text;
    const [first, ...rest] = wrapped(oneLine(`${caller}  ${method} ${host} ${path}: ${before} → ${after}${more > 0 ? `, and ${more} more` : ''}`), COLUMN);
    return [`  ${paint(SIGN[change].padEnd(COLUMN - 2))}${first}`, ...rest.map((line) => `${' '.repeat(COLUMN)}${line}`)];
  })];
}

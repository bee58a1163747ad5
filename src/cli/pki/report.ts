import { createColors } from 'picocolors';
import { Finding, Moment } from './findings/finding';
import { formatMoment } from '../../model/moment';
import { Terminal, printable } from '../terminal';

/** What a verification came to. */
export interface Report extends Moment {
  readonly findings: readonly Finding[];
  /** How many findings were accepted by name. */
  readonly accepted: number;
  readonly notes: readonly string[];
}

/** Writes a report: the answer first, then each finding with its reason and its cure; errors before warnings, otherwise in the order of the input. */
export function report(terminal: Terminal, { findings, accepted, notes, at, horizon }: Report, format: string): void {
  const sorted = [...findings].sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
  if (format === 'json') {
    terminal.write(`${JSON.stringify({ at: formatMoment(at), horizon: formatMoment(horizon), accepted, findings: sorted, notes }, undefined, 2)}\n`);
    return;
  }
  const { red, yellow, green, bold } = createColors(terminal.colour);
  const errors = sorted.filter(({ severity }) => severity === 'error').length;
  const answer = sorted.length === 0 ? green('fine') : bold(`${count(errors, 'error')}, ${count(sorted.length - errors, 'warning')}`);
  const acceptance = accepted === 0 ? '' : `, ${accepted} accepted`;
  const lines = sorted.flatMap(({ severity, id, where, message, cure }) => [
    '',
    `${severity === 'error' ? red('error  ') : yellow('warning')} ${bold(id)}  ${printable(where)}`,
    `  ${printable(message)}`,
    `  cure  ${printable(cure)}`,
  ]);
  terminal.write(`${[`${answer}${acceptance}, as of ${formatMoment(at)}`, ...lines, ...notes.length > 0 ? [''] : [], ...notes.map((note) => `note  ${printable(note)}`)].join('\n')}\n`);
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

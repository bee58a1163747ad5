import { createColors } from 'picocolors';
import { codeFrame } from './code-frame';
import { counts, LintResult, Placed, PlacedAcknowledgement } from './lint-result';
import { pageOf, PatchOperation, Severity } from '../../checks';
import { grouped } from '../../mesh/groups';
import { describeObject } from '../../mesh/kube-object';
import { Terminal } from '../terminal';
import { labelled, oneLine, wrapped } from '../text-layout';

const COLUMN = 14;
const INDENTATION = 4;

/** Writes what `lint` came to for people: by file, each finding with its lines, what happens, and the cure; the count last. */
export function textReport(terminal: Terminal, result: LintResult): void {
  const colours = createColors(terminal.colour);
  const files = grouped(result.findings, ({ region }) => region.file);
  const lines = [
    ...[...files].flatMap(([file, findings]) => [colours.underline(oneLine(shownName(file))), '', ...findings.flatMap((finding) => [...findingLines(finding, terminal.colour), ''])]),
    ...acknowledgedLines(result.acknowledged),
    ...result.unused.flatMap(({ id, origin, reason }) => [
      `${colours.yellow('warning')} ${colours.bold(id)}  an acknowledgement that matches nothing`,
      labelled('written', origin, COLUMN, INDENTATION),
      labelled('reason', reason, COLUMN, INDENTATION),
      labelled('cure', 'remove it: what it let stand is gone, or is called differently now', COLUMN, INDENTATION),
      '',
    ]),
    summary(result, terminal.colour),
  ];
  terminal.write(`${lines.join('\n')}\n`);
}

function findingLines({ report, origin, region }: Placed, colour: boolean): string[] {
  const { red, yellow, bold, dim } = createColors(colour);
  const { check, severity, message, effect, cure, patch, object } = report;
  const paint = severity === Severity.ERROR ? red : yellow;
  const [first, ...more] = wrapped(check.title, 20).map((line) => line.trim());
  return [
    `  ${paint(severity)} ${bold(check.id)}  ${bold(first)}`,
    ...more.map((line) => `${' '.repeat(severity.length + check.id.length + 5)}${bold(line)}`),
    ...wrapped(oneLine(message), INDENTATION).map((line) => `${' '.repeat(INDENTATION)}${line}`),
    ...object.origin === undefined ? [] : [labelled('made from', describeObject(object.origin), COLUMN, INDENTATION)],
    `${' '.repeat(INDENTATION)}${dim(oneLine(`${shownName(region.file)}:${region.start.line}:${region.start.column}`))}`,
    ...codeFrame(origin.source, region, INDENTATION).map(({ text, marked }) => `${' '.repeat(INDENTATION)}${marked ? text : dim(text)}`),
    labelled('happens', effect, COLUMN, INDENTATION),
    labelled('cure', cure, COLUMN, INDENTATION),
    ...(patch ?? []).map((operation, index) => labelled(index === 0 ? 'patch' : '', `${patchText(operation)}${index === 0 ? '  (--fix writes it)' : ''}`, COLUMN, INDENTATION)),
    `${`${' '.repeat(INDENTATION)}more`.padEnd(COLUMN)}${dim(pageOf(check))}`,
  ];
}

function patchText({ op, path, value }: PatchOperation): string {
  return op === 'remove' ? `remove ${path}` : `${op} ${path}: ${JSON.stringify(value)}`;
}

function acknowledgedLines(acknowledged: readonly PlacedAcknowledgement[]): string[] {
  if (acknowledged.length === 0) return [];
  return ['Acknowledged', ...acknowledged.flatMap(({ report, region, acknowledgement }) => [
    `  ${report.check.id}  ${oneLine(`${shownName(region.file)}:${region.start.line}`)}  ${oneLine(describeObject(report.object))} (${report.severity}, ${report.check.effect})`,
    labelled('reason', acknowledgement.reason, COLUMN, INDENTATION),
    labelled('written', acknowledgement.origin, COLUMN, INDENTATION),
  ]), ''];
}

function summary(result: LintResult, colour: boolean): string {
  const { green, red, yellow, bold } = createColors(colour);
  const { errors, warnings } = counts(result);
  const read = `${count(result.objects, 'object')} in ${count(result.files, 'file')}, ${count(result.checks, 'check')}`;
  const acknowledged = result.acknowledged.length === 0 ? '' : `, ${result.acknowledged.length} acknowledged`;
  if (errors + warnings === 0) return `${green('fine')}${acknowledged}: ${read}`;
  const paint = errors > 0 ? red : yellow;
  return `${bold(paint(`${count(errors, 'error')}, ${count(warnings, 'warning')}`))}${acknowledged}: ${read}`;
}

function shownName(file: string): string {
  return file === '-' ? 'standard input' : file;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

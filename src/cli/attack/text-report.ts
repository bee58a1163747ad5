import { createColors } from 'picocolors';
import { Replay } from './replay';
import { alsoText, countText, doubtText, numbered, protectionText, replaySummary, requestText, scopeText, verdictText } from './report-words';
import { AttackReport, curlNotes, curlOf, WayIn } from '../../attack';
import { formatObjects } from '../manifests/format-objects';
import { Terminal } from '../terminal';
import { labelled, oneLine, wrapped } from '../text-layout';

const COLUMN = 15;
const INDENTATION = 6;
const MOST_PROTECTIONS = 12;

/** Writes what `attack` came to for people: the count, what is taken for protected, each way in with reason, cure and command, and how far it looked. */
export function textReport(terminal: Terminal, report: AttackReport, replayed?: Replay): void {
  const { bold, red, green, yellow } = createColors(terminal.colour);
  const paint = report.ways.length > 0 ? red : report.complete ? green : yellow;
  const shown = report.protected.slice(0, MOST_PROTECTIONS);
  const lines = [
    bold(paint(countText(report))),
    '',
    ...shown.map((protection, index) => labelled(index === 0 ? 'Protected' : '', protectionText(protection), COLUMN)),
    ...(report.protected.length > shown.length ? [labelled('', `and ${report.protected.length - shown.length} more: --format json lists them`, COLUMN)] : []),
    ...(report.protected.length === 0 ? [labelled('Protected', 'nothing: these manifests refuse nobody', COLUMN)] : []),
    '',
    ...numbered(report).flatMap(({ id, way }) => [...wayLines(id, way, terminal.colour), ...replayLines(id, replayed), '']),
    ...report.doubts.map((doubt, index) => labelled(index === 0 ? 'Undecided' : '', doubtText(doubt), COLUMN)),
    ...report.notModelled.map((text, index) => labelled(index === 0 ? 'Not judged' : '', text, COLUMN)),
    ...report.assumptions.map((text, index) => labelled(index === 0 ? 'Assumed' : '', text, COLUMN)),
    ...(replayed === undefined ? [] : replaySummary(replayed).map((text, index) => labelled(index === 0 ? 'Replayed' : '', text, COLUMN))),
    ...wrapped(scopeText(report), 0),
  ];
  terminal.write(`${lines.join('\n')}\n`);
}

function replayLines(id: string, replayed: Replay | undefined): string[] {
  const verdict = replayed?.verdicts.find((each) => each.id === id);
  return verdict === undefined ? [] : [labelled('replayed', verdictText(verdict), COLUMN, INDENTATION)];
}

function wayLines(id: string, way: WayIn, colour: boolean): string[] {
  const { bold, red, dim } = createColors(colour);
  const also = alsoText(way);
  const [first, ...rest] = wrapped(oneLine(requestText(way)), INDENTATION);
  return [
    `  ${bold(red(id.padEnd(2)))}  ${bold(first)}`,
    ...rest.map((line) => `${' '.repeat(INDENTATION)}${bold(line)}`),
    ...(way.objects === undefined ? [] : [`${' '.repeat(INDENTATION)}added    by the tenant:`, ...formatObjects(way.objects).map((line) => ' '.repeat(COLUMN) + dim(oneLine(line)))]),
    labelled('because', way.because, COLUMN, INDENTATION),
    ...(also === undefined ? [] : [labelled('also', also, COLUMN, INDENTATION)]),
    labelled('cure', way.cure, COLUMN, INDENTATION),
    // A command is copied, so it is not broken into lines.
    `${`${' '.repeat(INDENTATION)}try it`.padEnd(COLUMN)}${oneLine(curlOf(way.attempt))}`,
    ...curlNotes(way.attempt).map((text) => labelled('', text, COLUMN, INDENTATION)),
  ];
}

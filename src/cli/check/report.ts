import { createColors } from 'picocolors';
import { describeExpected } from './expected';
import { ExpectedRequest } from './requests-file';
import { Decision } from '../../authz';
import { decisionJson } from '../decision-json';
import { stations } from '../explain/report';
import { Terminal } from '../terminal';
import { labelled, oneLine } from '../text-layout';

/** A request, what became of it, and what of its expectation is not met. */
export interface Result extends ExpectedRequest {
  readonly decision: Decision;
  readonly unmet: readonly string[];
}

/** Writes the results: how many are as expected, then each that is not, with the way of the request. */
export function reportText(terminal: Terminal, results: readonly Result[], refused: readonly string[], verbose: boolean): void {
  const { green, red, bold, dim } = createColors(terminal.colour);
  const failed = results.filter(({ unmet }) => unmet.length > 0);
  const answer = failed.length === 0
    ? green(`${count(results.length)} as expected`)
    : red(`${failed.length} of ${count(results.length)} not as expected`);
  const shown = verbose ? results : failed;
  terminal.write(`${[bold(answer), ...shown.flatMap(block), ...refused.length === 0 ? [] : ['', ...refused.map((text) => labelled('no effect', text))]].join('\n')}\n`);

  function block({ name, region, expected, decision, unmet }: Result): string[] {
    const title = `${unmet.length === 0 ? green('met  ') : red('unmet')} ${bold(oneLine(name))}  ${dim(oneLine(`${region.file}:${region.start.line}`))}`;
    const got = labelled('got', decision.summary());
    if (unmet.length === 0) return ['', title, got];
    const why = unmet.map((text, index) => labelled(index === 0 ? 'unmet' : '', text));
    return ['', title, labelled('expected', describeExpected(expected)), got, ...why, ...stations(decision)];
  }
}

/** The same as JSON. */
export function reportJson(terminal: Terminal, results: readonly Result[], refused: readonly string[], hidden: (text: string) => string): void {
  const failed = results.filter(({ unmet }) => unmet.length > 0).length;
  const rows = results.map(({ name, region, expected, decision, unmet }) => ({
    name,
    file: region.file,
    line: region.start.line,
    met: unmet.length === 0,
    expected: describeExpected(expected),
    unmet,
    decision: decisionJson(decision),
  }));
  terminal.write(`${hidden(JSON.stringify({ met: results.length - failed, unmet: failed, requests: rows, refused }, undefined, 2))}\n`);
}

function count(requests: number): string {
  return `${requests} request${requests === 1 ? '' : 's'}`;
}

import { Replay } from './replay';
import { alsoText, countText, doubtText, numbered, protectionText, replaySummary, requestText, scopeText } from './report-words';
import { AttackReport, curlNotes, curlOf } from '../../attack';
import { formatObjects } from '../manifests/format-objects';
import { inMarkdown, fenced } from '../markdown';
import { Terminal } from '../terminal';

/** Writes what `attack` came to as a comment for a pull request. */
export function markdownReport(terminal: Terminal, report: AttackReport, replayed?: Replay): void {
  const list = (title: string, items: readonly string[]) => (items.length === 0 ? [] : [`<details><summary>${title}</summary>`, '', ...items.map((item) => `- ${inMarkdown(item)}`), '', '</details>', '']);
  const lines = [
    `### Attack search: ${countText(report)}`,
    '',
    ...numbered(report).flatMap(({ id, way }) => [
      `**${id}** ${inMarkdown(requestText(way))}`,
      '',
      ...(way.objects === undefined ? [] : ['The tenant adds:', '', ...fenced(formatObjects(way.objects), 'yaml'), '']),
      `- because ${inMarkdown(way.because)}`,
      ...(alsoText(way) === undefined ? [] : [`- also ${inMarkdown(alsoText(way)!)}`]),
      `- cure: ${inMarkdown(way.cure)}`,
      '',
      ...fenced([curlOf(way.attempt), ...curlNotes(way.attempt).map((note) => `# ${note}`)], 'sh'),
      '',
    ]),
    ...list('Protected', report.protected.map(protectionText)),
    ...list('Undecided', report.doubts.map(doubtText)),
    ...list('Not judged', report.notModelled),
    ...list('Assumed', report.assumptions),
    ...(replayed === undefined ? [] : [...replaySummary(replayed).map((text) => `- ${inMarkdown(text)}`), '']),
    scopeText(report),
  ];
  terminal.write(`${lines.join('\n')}\n`);
}

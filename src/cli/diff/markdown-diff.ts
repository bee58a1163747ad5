import { answersText, changeText, objectsText, SIGNS, summaryText } from './diff-words';
import { curlOf } from '../../access/curl';
import { AccessDiff } from '../../diff';
import { fenced, inMarkdown } from '../markdown';
import { Terminal } from '../terminal';

const MOST = 40;
/** By this line a job finds its own comment again. */
const MARK = '<!-- cdk8s-istio-security diff -->';

/** Writes what changed as a comment for a pull request. */
export function markdownDiff(terminal: Terminal, diff: AccessDiff): void {
  const shown = diff.changes.slice(0, MOST);
  const lines = [
    MARK,
    `### Who gets in: ${summaryText(diff)}`,
    '',
    ...(shown.length === 0 ? [] : ['| | who and what | by |', '|---|---|---|']),
    ...shown.map((change) => `| ${SIGNS[change.kind].sign} ${SIGNS[change.kind].word} | ${cell(changeText(change))} | ${cell(objectsText(change))} |`),
    ...(diff.changes.length > MOST ? ['', `and ${diff.changes.length - MOST} more changes.`] : []),
    ...(shown.length === 0 ? [] : ['', '<details><summary>The request behind each</summary>', '']),
    ...shown.flatMap((change) => [`${SIGNS[change.kind].sign} ${inMarkdown(answersText(change))}`, '', ...fenced([curlOf(change.evidence.request)], 'sh'), '']),
    ...(shown.length === 0 ? [] : ['</details>']),
    ...(diff.limits.length === 0 ? [] : ['', ...diff.limits.map((limit) => `- limit: ${inMarkdown(limit)}`)]),
  ];
  terminal.write(`${lines.join('\n')}\n`);
}

function cell(text: string): string {
  return inMarkdown(text);
}

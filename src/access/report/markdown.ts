import { AccessMatrix, MatrixCell, MatrixSection } from '../matrix';

const MARKS = { allowed: '✅', denied: '⛔', elsewhere: '↪️', open: '❓' } as const;

/** The matrix as Markdown: one table a section, operations down, callers across. */
export function matrixMarkdown({ sections, refused, assumptions, limits }: AccessMatrix): string {
  return [
    '# Who gets in',
    '',
    ...note('These objects take no effect', refused),
    ...note('Taken for granted, since the manifests do not say it', assumptions),
    ...note('Only some of the classes were tried', limits),
    ...sections.flatMap(table),
    'Each row and each column stands for all that are treated alike, and is named by one example.',
    '',
  ].join('\n');
}

/** Text that Markdown and HTML leave alone, on one line. */
export function markdownText(text: string): string {
  return visible(text).replace(/[\\`*_{}[\]<>()#+!|~&$@-]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Control characters, and those that turn the direction of a text, as escapes. */
export function visible(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function note(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`**${title}:**`, '', ...lines.map((line) => `- ${markdownText(line)}`), ''];
}

function table({ title, rows, columns, cells }: MatrixSection): string[] {
  const heads = rows.map(({ label, members }) => `${markdownText(label)}${members.length > 1 ? ` (and ${members.length - 1} alike)` : ''}`);
  const lines = columns.map(({ label, members }, column) => [
    `${markdownText(label)}${members.length > 1 ? ` (and ${members.length - 1} alike)` : ''}`,
    ...cells.map((line) => cellText(line[column])),
  ]);
  return [`## ${markdownText(title)}`, '', row(['what', ...heads]), row(['---', ...heads.map(() => '---')]), ...lines.map(row), ''];
}

function cellText({ verdict, text, forged }: MatrixCell): string {
  return `${MARKS[verdict]} ${markdownText(text)}${forged === undefined ? '' : ` by ${markdownText(forged)}`}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

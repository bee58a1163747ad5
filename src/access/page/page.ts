import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Picture, pictureOf } from './picture';
import { AccessSpace } from '../access-space';
import { AccessMatrix, CellExplanation, MatrixCell } from '../matrix';
import { visible } from '../report/markdown';

/**
 * The matrix as one HTML page that needs nothing else: no network, no script from elsewhere.
 *
 * The policy of the page names its own script and style by their hashes, so nothing else runs or loads. The text of manifests stands in a block of data
 * that browsers do not execute, and is shown as text.
 */
export function matrixPage(matrix: AccessMatrix, space: AccessSpace): string {
  const [style, script] = ['page.css', 'page.js'].map(asset);
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<title>Who gets in</title>',
    `<style>${style}</style>`,
    '</head>',
    BODY,
    `<script type="application/json" id="data">${embedded(dataOf(matrix, pictureOf(space)))}</script>`,
    `<script>${script}</script>`,
    '</html>',
    '',
  ].join('\n');
}

const BODY = `<body>
<header>
<h1>Who gets in</h1>
<p id="summary"></p>
<details id="refused" class="hidden"><summary>Objects that take no effect</summary></details>
<details id="assumptions" class="hidden"><summary>Taken for granted</summary></details>
<details id="limits" class="hidden"><summary>Only some classes were tried</summary></details>
</header>
<div class="controls" role="search">
<div class="views" id="views" role="group" aria-label="View"></div>
<label>Place contains<input type="search" id="place" autocomplete="off"></label>
<label id="callers">Caller contains<input type="search" id="caller" autocomplete="off"></label>
<label id="verdicts">Places where<select id="verdict"><option value="">anything happens</option><option value="allowed">somebody gets in</option>
<option value="open">something is undecided</option><option value="denied">somebody does not get in</option><option value="elsewhere">somebody is sent elsewhere</option></select></label>
</div>
<main>
<div class="stage">
<p class="shown" id="shown" role="status"></p>
<div class="grid" id="grid" role="grid" aria-readonly="true"></div>
<div class="picture hidden" id="picture" role="group" aria-label="Gateways, routes, workloads and policies" tabindex="0"></div>
</div>
<section class="detail" id="detail" aria-label="Why" aria-live="polite" tabindex="0"><h2>Why</h2><p>Choose a cell: with a click, or with the arrow keys and Enter.</p></section>
</main>
</body>`;

/** What the script reads. Equal cells and explanations stand there once. */
function dataOf({ sections, refused, assumptions, limits }: AccessMatrix, picture: Picture): object {
  const explanations = new Map<CellExplanation, number>();
  const cells = new Map<string, number>();
  const numberOf = <K>(known: Map<K, number>, key: K) => {
    const found = known.get(key) ?? known.size;
    known.set(key, found);
    return found;
  };
  const shown = sections.map(({ title, rows, columns, cells: table }) => ({
    title,
    rows: rows.map(({ label, members }) => ({ label, members })),
    columns: columns.map(({ label, members }) => ({ label, members })),
    cells: table.map((line) => line.map((cell) => numberOf(cells, JSON.stringify(dataOfCell(cell, numberOf(explanations, cell.explanation)))))),
  }));
  return {
    refused,
    assumptions,
    limits,
    picture,
    summary: summaryOf(sections.flatMap((section) => section.cells.flat())),
    sections: shown,
    cells: [...cells.keys()].map((cell) => JSON.parse(cell)),
    explanations: [...explanations.keys()],
  };
}

function dataOfCell({ verdict, text, policy, rule, workload, forged }: MatrixCell, explanation: number): object {
  return { verdict, text, policy, rule, workload, forged, explanation };
}

function summaryOf(cells: readonly MatrixCell[]): string {
  const count = (wanted: MatrixCell['verdict']) => cells.filter(({ verdict }) => verdict === wanted).length;
  return `${cells.length} classes of requests: ${count('allowed')} get in, ${count('denied')} do not, ${count('elsewhere')} are answered or sent elsewhere, ${count('open')} undecided.`
    + ' Each caller and each place stands for all that are treated alike.';
}

/** JSON that no markup can end, with control characters made visible. */
function embedded(value: object): string {
  const text = JSON.stringify(value, (_, item) => (typeof item === 'string' ? visible(item) : item));
  return text.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
}

/** A file of the page, from the root of the package. */
function asset(name: string): string {
  for (let directory = __dirname; ; directory = dirname(directory)) {
    const path = join(directory, 'assets', 'access-page', name);
    if (existsSync(path)) return readFileSync(path, 'utf8');
    if (dirname(directory) === directory) throw new Error(`the package is incomplete: \`assets/access-page/${name}\` is missing`);
  }
}

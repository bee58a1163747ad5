/** Draws the request path of each host: client, gateway server, workload, and below it who passes and who is stopped where. */
import type { Row } from './access-rows';
import type { HostSummary } from './access-summary';
import { wrapped } from '../src/text/layout';

export interface Stage {
  readonly title: string;
  readonly hosts: readonly HostSummary[];
}

const WIDTH = 900;
const BOX = 56;
const LINE = 20;
/** How many letters a line has room for. */
const LETTERS = 126;

const STYLE = `
    .bg { fill: #ffffff } .box { fill: #f6f8fa; stroke: #57606a } text { font: 13px ui-sans-serif, system-ui, sans-serif; fill: #1f2328 }
    .title { font-weight: 600; font-size: 15px } .small { font-size: 12px } .muted { fill: #57606a } .allowed { fill: #1a7f37 } .denied { fill: #cf222e } .open, .elsewhere { fill: #9a6700 } .arrow { stroke: #57606a; fill: none; marker-end: url(#head) } .head { fill: #57606a }
    @media (prefers-color-scheme: dark) { .bg { fill: #0d1117 } .box { fill: #161b22; stroke: #8b949e } text { fill: #e6edf3 } .muted { fill: #8b949e } .allowed { fill: #3fb950 } .denied { fill: #f85149 } .open, .elsewhere { fill: #d29922 } .arrow { stroke: #8b949e } .head { fill: #8b949e } }`;

export function picture(name: string, stages: readonly Stage[]): string {
  let y = 16;
  const parts: string[] = [];
  for (const { title, hosts } of stages) {
    if (stages.length > 1) {
      parts.push(text(16, y + 16, title, 'title'));
      y += 32;
    }
    for (const host of hosts) {
      parts.push(...path(host, y));
      y += 24 + BOX + 10 + host.rows.flatMap(words).length * LINE + 22;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${escape(`Request paths of ${name}`)}">
  <title>${escape(`Request paths of ${name}`)}</title>
  <style>${STYLE}
  </style>
  <defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>
  <rect class="bg" width="100%" height="100%"/>
${parts.map((part) => `  ${part}`).join('\n')}
</svg>
`;
}

function path({ host, servers, destinations, rows }: HostSummary, top: number): string[] {
  const y = top + 24;
  const gateway = servers.map((server) => server.split(' by ')).map(([how, whom]) => whom === undefined ? ['', how] : [how, whom]);
  return [
    text(16, top + 14, host, 'title'),
    ...box(16, y, 150, 'client', 'TLS, then HTTP'),
    arrow(166, 240, y),
    ...box(240, y, 300, gateway.map(([how]) => how).filter(Boolean).join(', ') || 'gateway', [...new Set(gateway.map(([, whom]) => whom))].join(', ')),
    arrow(540, 614, y),
    ...box(614, y, 270, destinations.join(', ') || 'answered at the gateway', 'workload'),
    ...rows.flatMap((row) => words(row).map((part, index) => ({ row, part, first: index === 0 })))
      .flatMap(({ row, part, first }, index) => line(row, part, first, y + BOX + 24 + index * LINE)),
  ];
}

/** Who, in lines that leave room for the outcome. */
function words({ who, outcome, policy }: Row): string[] {
  return wrapped(who, 0, LETTERS - `${outcome} ${policy ?? ''}`.length);
}

const MARKS: { [verdict in Row['verdict']]: string } = { allowed: '✓', open: '?', elsewhere: '→', denied: '✗' };

function line({ verdict, outcome, policy }: Row, part: string, first: boolean, y: number): string[] {
  if (!first) return [text(30, y, part.trim(), verdict)];
  const how = verdict === 'allowed' ? '' : `${outcome} ${policy ?? ''}`.trim();
  return [text(16, y, `${MARKS[verdict]} ${part}`, verdict), ...how === '' ? [] : [text(WIDTH - 16, y, how, 'small muted', 'end')]];
}

function box(x: number, y: number, width: number, first: string, second: string): string[] {
  return [`<rect class="box" x="${x}" y="${y}" width="${width}" height="${BOX}" rx="6"/>`,
    text(x + width / 2, y + 24, first, '', 'middle'), text(x + width / 2, y + 42, second, 'small muted', 'middle')];
}

function arrow(from: number, to: number, y: number): string {
  return `<path class="arrow" d="M${from} ${y + BOX / 2} H${to}"/>`;
}

function text(x: number, y: number, content: string, style: string, anchor = 'start'): string {
  return `<text x="${x}" y="${y}"${style ? ` class="${style}"` : ''}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** What `npm start` says about one tutorial. */
import type { Row } from './access-rows';
import { HostSummary, summarise } from './access-summary';
import type { RenderedFile } from './tutorials';
import { labelled } from '../src/text/layout';

/** Paints a text for a terminal; the identity elsewhere. */
export type Paint = (code: number, text: string) => string;

const BOLD = 1;
const COLOURS: { [verdict in Row['verdict']]: number } = { allowed: 32, open: 33, elsewhere: 36, denied: 31 };
const COLUMN = 24;

export function report(tutorial: string, files: readonly RenderedFile[], paint: Paint = (_code, text) => text): string {
  const count = files.flatMap(({ manifests }) => manifests).length;
  const lines = [`${paint(BOLD, tutorial)}   ${count} objects → dist/${tutorial}/`];
  for (const { file, manifests } of files) {
    if (files.length > 1) lines.push('', `  ${file}   ${manifests.length} objects`);
    lines.push(...summarise(manifests).flatMap((summary) => host(summary, paint)));
  }
  return `${lines.join('\n')}\n`;
}

function host({ host: name, destinations, servers, rows }: HostSummary, paint: Paint): string[] {
  return [
    '',
    `  ${paint(BOLD, name)} → ${destinations.join(', ') || 'answered at the gateway'}`,
    ...servers.map((server) => labelled('served', server, COLUMN, 4)),
    ...rows.map(({ verdict, outcome, who, policy }) => {
      const row = labelled(outcome, policy === undefined ? who : `${who}, by ${policy}`, COLUMN, 4);
      return row.replace(outcome, () => paint(COLOURS[verdict], outcome));
    }),
  ];
}

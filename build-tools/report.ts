/** What `npm start` says about one tutorial. */
import { HostSummary, summarise } from './access-summary';
import type { RenderedFile } from './tutorials';

/** Paints a text for a terminal; the identity elsewhere. */
export type Paint = (code: number, text: string) => string;

const BOLD = 1;
const GREEN = 32;
const RED = 31;

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
  const width = Math.max(...rows.map(({ who }) => who.length));
  return [
    '',
    `  ${paint(BOLD, name)} → ${destinations.join(', ') || 'answered at the gateway'}`,
    ...servers.map((server) => `    served    ${server}`),
    ...rows.map(({ verdict, who, how }) => `    ${paint(verdict === 'allowed' ? GREEN : RED, verdict)}   ${who.padEnd(width)}   ${how}`),
  ];
}

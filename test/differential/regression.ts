import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { Answer } from './compare';
import { Finding } from './reduce';
import { CaseRequest } from './requests';
import { Manifest } from './vocabulary';

/** A past disagreement: what really happened to one request on the standard cluster with these manifests. */
export interface Regression {
  readonly title: string;
  readonly request: CaseRequest;
  readonly real: Answer;
  readonly manifests: Manifest[];
}

/** Where past disagreements are kept. */
export const REGRESSIONS = join(__dirname, '..', 'authz', 'regressions');

/** All past disagreements, by file name. */
export function readRegressions(): [string, Regression][] {
  return readdirSync(REGRESSIONS).filter((file) => file.endsWith('.yaml')).sort().map((file) => [file.replace('.yaml', ''), parse(readFileSync(join(REGRESSIONS, file), 'utf8')) as Regression]);
}

/** Keeps a finding. */
export function keep({ id, manifests, request, comparison }: Finding): string {
  const { real, ours } = comparison;
  const file = `${real.outcome} not ${ours?.outcome ?? 'crash'} ${id}`.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
  const regression: Regression = { title: `real: ${real.outcome}; it was: ${comparison.reason.replace(/eyJ[\w.-]+/g, '<token>').slice(0, 300)}`, request, real: withoutTokens(real), manifests };
  writeFileSync(join(REGRESSIONS, `${file}.yaml`), stringify(regression, { lineWidth: 150 }));
  return file;
}

/** Keys are made anew in each run, so tokens are not comparable. */
function withoutTokens(real: Answer): Answer {
  return real.headers === undefined ? real : { ...real, headers: Object.fromEntries(Object.entries(real.headers).filter(([, value]) => !value.includes('eyJ'))) };
}

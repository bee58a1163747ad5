import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Case, generateCase } from './case';
import { Answer, observed } from './compare';
import { Materials, unfill } from './materials';
import { Verdict } from './oracle';

/** What the real mesh did with the requests of generated configurations: one line each, so that the evaluator can be held to it where there is no mesh. */
const FILE = join(__dirname, '..', 'authz', 'recorded-answers.jsonl');

interface Line {
  readonly seed: number;
  readonly index: number;
  /** The objects that the API server did not take. */
  readonly refused: readonly string[];
  readonly answers: readonly Answer[];
}

/** A recorded configuration, made again from its seed, and what really happened. */
export interface Recorded extends Pick<Line, 'refused' | 'answers'> {
  readonly made: Case;
}

/** All of them, each with its name. */
export function readRecordedAnswers(): [string, Recorded][] {
  return readFileSync(FILE, 'utf8').split('\n').filter((line) => line !== '').map((line) => {
    const { seed, index, refused, answers } = JSON.parse(line) as Line;
    const made = generateCase(seed, index, answers.length);
    return [made.id, { made, refused, answers }];
  });
}

/** Writes what the oracle said. */
export function writeRecordedAnswers(seed: number, verdicts: readonly Verdict[], materials: Materials): void {
  const lines = verdicts.map(({ id, results, refused = [] }): Line => ({
    seed,
    index: Number(id.split('-')[1]),
    refused: refused.map(({ object }) => object).sort(),
    answers: [...results].sort((a, b) => Number(a.id) - Number(b.id)).map(observed),
  })).sort((a, b) => a.index - b.index);
  writeFileSync(FILE, lines.map((line) => `${unfill(JSON.stringify(line), materials)}\n`).join(''));
}

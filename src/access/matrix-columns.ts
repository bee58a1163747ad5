import { describeEndpoint, Endpoint } from './endpoint';
import { MatrixColumn } from './matrix';
import { Answer, Question } from './matrix-section';

/** A column, and which of the questions is its example. */
export interface MergedColumn {
  readonly column: MatrixColumn;
  readonly index: number;
}

/** Questions to which every row has the same answer become one column, named by the first. */
export function mergeColumns(questions: readonly Question[], answers: readonly (readonly Answer[])[], rows: readonly number[]): MergedColumn[] {
  const groups = new Map<string, number[]>();
  questions.forEach((_, index) => {
    const key = rows.map((row) => answers[index][row].behaviour).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  });
  return [...groups.values()].map((members) => columnOf(members, questions));
}

function columnOf(members: readonly number[], questions: readonly Question[]): MergedColumn {
  const byEndpoint = new Map<Endpoint, Question[]>();
  for (const index of members) {
    const { endpoint } = questions[index];
    byEndpoint.set(endpoint, [...byEndpoint.get(endpoint) ?? [], questions[index]]);
  }
  const places = [...byEndpoint.values()].map(describePlace);
  const [index] = members;
  const { endpoint } = questions[index];
  return { column: { label: places[0], members: places, hosts: byEndpoint.size, endpoint }, index };
}

/** Operations of one endpoint in words: what does not matter is left out. */
export function describePlace(questions: readonly Question[]): string {
  const [{ endpoint, of }] = questions;
  const name = describeEndpoint(endpoint);
  if (questions.length === of.paths * of.methods) return `${name} /**`;
  const paths = [...new Set(questions.map(({ path }) => path.label))];
  const methods = [...new Set(questions.map(({ method }) => method.label))];
  if (paths.length * methods.length !== questions.length) return `${methods[0]} ${name} ${paths[0]} and ${questions.length - 1} more`;
  const some = (list: readonly string[]) => (list.length > 3 ? `${list.slice(0, 2).join(', ')} and ${list.length - 2} more` : list.join(', '));
  const which = paths.length === of.paths ? '/**' : some(paths);
  return `${methods.length === of.methods ? '' : `${some(methods)} `}${name} ${which}`;
}

import { Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';

/** What a relation check found: the construct to blame, and the message. */
export interface RelationError {
  readonly construct: IConstruct;
  readonly message: string;
  /** The same at length, in lines of its own. */
  readonly block?: string;
}

/** What a construct and a resource inside it both see is said once, of the outer one: that is the one which the user knows. */
export function withoutRepetition(errors: readonly RelationError[]): RelationError[] {
  const said = new Map<IConstruct, Set<string>>();
  const first = errors.filter(({ construct, message }) => {
    const messages = said.get(construct) ?? new Set();
    said.set(construct, messages);
    return messages.size < messages.add(message).size;
  });
  return first.filter(({ construct, message }) => !construct.node.scopes.slice(0, -1).some((scope) => said.get(scope)?.has(message) === true));
}

/** The message with which a synth stops: how many errors, then those with a page, then the others, each with its construct path. */
export function refusalText(errors: readonly RelationError[]): string {
  const charts = new Set(errors.flatMap(({ construct }) => construct.node.scopes.find((scope) => Chart.isChart(scope)) ?? []));
  const where = charts.size === 0 ? '' : ` in ${count(charts.size, 'chart')}`;
  const blocks = errors.flatMap(({ block }) => block ?? []);
  const lines = errors.filter(({ block }) => block === undefined).map(({ construct, message }) => `[${construct.node.path}] ${message}`);
  return [`Synthesis refused: ${count(errors.length, 'error')}${where}`, ...blocks, ...lines.length > 0 ? [lines.join('\n')] : []].join('\n\n');
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

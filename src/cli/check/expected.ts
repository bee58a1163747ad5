import { Decision, Outcome } from '../../authz';
import { entries, field, number, text, texts, Value } from '../../mesh/value';

/** What is expected of a request: everything that is given. */
export interface Expected {
  readonly outcomes?: readonly string[];
  readonly status?: number;
  readonly policy?: string;
  readonly rule?: number;
  readonly workload?: string;
  readonly upstreamPath?: string;
  /** A header as the workload gets it; null where it must not. */
  readonly upstreamHeaders?: readonly (readonly [string, string | null])[];
}

/** Reads what stands under `expect`, which the schema has looked at. */
export function expectedOf(value: Value): Expected {
  if (typeof value === 'number') return { status: value };
  if (typeof value === 'string') return { outcomes: [value] };
  const outcome = field(value, 'outcome');
  const headers = field(value, 'upstreamHeaders');
  return {
    outcomes: outcome === undefined ? undefined : typeof outcome === 'string' ? [outcome] : texts(outcome),
    status: number(field(value, 'status')),
    policy: text(field(value, 'policy')),
    rule: number(field(value, 'rule')),
    workload: text(field(value, 'workload')),
    upstreamPath: text(field(value, 'upstreamPath')),
    upstreamHeaders: headers === undefined ? undefined : entries(headers).map(([name, content]) => [name.toLowerCase(), text(content) ?? null]),
  };
}

/** What was expected, in words. */
export function describeExpected({ outcomes, status, policy, rule, workload, upstreamPath, upstreamHeaders }: Expected): string {
  return [
    ...outcomes === undefined ? [] : [outcomes.join(' or ')],
    ...status === undefined ? [] : [`status ${status}`],
    ...policy === undefined ? [] : [`policy ${policy}`],
    ...rule === undefined ? [] : [`rule ${rule}`],
    ...workload === undefined ? [] : [`reaches ${workload}`],
    ...upstreamPath === undefined ? [] : [`path \`${upstreamPath}\``],
    ...(upstreamHeaders ?? []).map(([name, value]) => (value === null ? `no header ${name}` : `header ${name} \`${value}\``)),
  ].join(', ') || 'any answer';
}

/** What of an expectation a decision does not meet, as pairs of what was wanted and what was found. */
export function unmetBy(decision: Decision, expected: Expected): string[] {
  const problems: string[] = [];
  const compare = <T>(what: string, wanted: T | undefined, found: T | undefined) => {
    if (wanted !== undefined && wanted !== found) problems.push(`${what} is ${found === undefined ? 'none' : `\`${String(found)}\``}, expected \`${String(wanted)}\``);
  };
  const { outcomes, upstreamHeaders } = expected;
  if (outcomes !== undefined && !outcomes.includes(decision.outcome)) problems.push(`outcome is \`${decision.outcome}\`, expected \`${outcomes.join('` or `')}\``);
  compare('status', expected.status, decision.status);
  compare('policy', expected.policy, decision.policy);
  compare('rule', expected.rule, decision.rule);
  compare('workload', expected.workload, decision.workload);
  compare('path', expected.upstreamPath, decision.upstreamPath);
  if (upstreamHeaders !== undefined && decision.outcome !== Outcome.ALLOWED) problems.push('no workload gets any headers');
  else for (const [name, wanted] of upstreamHeaders ?? []) compareHeader(decision, name, wanted, problems);
  return problems;
}

function compareHeader(decision: Decision, name: string, wanted: string | null, problems: string[]): void {
  const found = Object.entries(decision.upstreamHeaders).find(([key]) => key === name)?.[1];
  if (wanted === null && found !== undefined) problems.push(`header ${name} is \`${found}\`, expected none`);
  if (wanted !== null && found !== wanted) problems.push(`header ${name} is ${found === undefined ? 'not there' : `\`${found}\``}, expected \`${wanted}\``);
}

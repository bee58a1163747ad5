import { describeRule, enforcedPolicies, neverMatches, PolicyValue, valuesOf } from './written-policies';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { pointer } from '../pointer';

const PATTERNS = ['paths', 'hosts', 'principals', 'requestPrincipals', 'methods', 'source.principal', 'request.auth.principal', 'connection.sni'];

/** MTLS028: a value that reads like a pattern and is none: methods in lower case, and `*` in other places than one end. */
export const neverMatchingPattern: Check = {
  id: 'MTLS028',
  title: 'a value that reads like a pattern and never matches',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => enforcedPolicies(context).flatMap((policy) => {
    const values = valuesOf(policy, ...PATTERNS);
    const wrong = values.flatMap((value) => {
      const problem = methodProblem(value) ?? patternProblem(value);
      return problem === undefined ? [] : [{ value, problem }];
    });
    const written = new Set(wrong.length === 0 ? [] : values.map((value) => inList(value, value.value)));
    return wrong.filter(({ value }) => !isSpare(value, written)).map(({ value, problem }): Finding => ({
      object: policy.object,
      path: value.path,
      message: `${value.key} \`${value.value}\` in ${describeRule(value.rule, policy)} ${problem.why}`,
      effect: neverMatches(policy.action, value.negated),
      cure: problem.cure,
      patch: problem.instead === undefined ? undefined : [{ op: 'replace', path: pointer(value.path), value: problem.instead }],
    }));
  }),
};

/** Whether a value that ends in more than one `*` stands beside the one that is meant, as in `[/p/*, /p/**]`: then it is of no use and of no harm. */
function isSpare(value: PolicyValue, written: ReadonlySet<string>): boolean {
  return value.value.endsWith('**') && written.has(inList(value, value.value.replace(/\*+$/, '*')));
}

/** A value and the list that it stands in. */
function inList({ path }: PolicyValue, value: string): string {
  return `${pointer(path.slice(0, -1))} ${value}`;
}

interface Problem {
  readonly why: string;
  readonly cure: string;
  readonly instead?: string;
}

function methodProblem({ key, value }: PolicyValue): Problem | undefined {
  if (key !== 'methods') return undefined;
  const upper = value.toUpperCase();
  return upper !== value ? { why: 'is in lower case, in which no request has its method', cure: `write \`${upper}\``, instead: upper } : undefined;
}

function patternProblem({ key, value }: PolicyValue): Problem | undefined {
  if (!value.includes('*')) return undefined;
  // `*.h:*` is a trap of its own; in path templates Istio refuses a lone `*`.
  if ((key === 'hosts' && value.endsWith(':*')) || /[{}]/.test(value)) return undefined;
  const slash = value.lastIndexOf('/');
  const halves = /requestPrincipals|request\.auth\.principal/.test(key) && slash >= 0 ? [value.slice(0, slash), value.slice(slash + 1)] : [value];
  if (!halves.some(hasLiteralStar)) return undefined;
  return {
    why: 'has a `*` that is no wildcard: it is one only as the first or the last character, and not as both',
    cure: key === 'paths' ? 'write a path template, with `{*}` for one segment and `{**}` for the rest' : 'list the values, or use one `*` at one end',
  };
}

function hasLiteralStar(text: string): boolean {
  const rest = text.startsWith('*') ? text.slice(1) : text.endsWith('*') ? text.slice(0, -1) : text;
  return rest.includes('*');
}

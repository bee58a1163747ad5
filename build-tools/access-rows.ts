/** Who gets in at one place, told by one request of each class that the manifests tell apart. */
import { AccessSpace, Caller, Endpoint, HeaderSet, Sample } from '../src/access';
import { Decision, Outcome } from '../src/authz';

export interface Row {
  readonly verdict: 'allowed' | 'open' | 'elsewhere' | 'denied';
  /** In a few words, e.g. `allowed`, `403`, `handshake refused`. */
  readonly outcome: string;
  readonly who: string;
  /** The policy that decided against them. */
  readonly policy?: string;
}

export const unique = <T>(values: T[]): T[] => [...new Set(values)];

/** One request of each class at a place, and what becomes of it. */
interface Answer {
  readonly caller: Caller;
  /** Paths and methods of the class. */
  readonly path: string;
  readonly method: string;
  /** What is unusual about the connection: no TLS, or another Host header. */
  readonly host?: string;
  /** The headers that were forged, where they get further than none. */
  readonly forged?: string;
  readonly verdict: Row['verdict'];
  readonly outcome: string;
  readonly policy?: string;
}

/** Who is treated how at a host, or at the port of a Service: those who get in first. */
export function rowsAt(space: AccessSpace, kind: 'gateway' | 'service', name: string): Row[] {
  const answers = space.endpoints
    .filter((endpoint) => endpoint.kind === kind && (kind === 'gateway' ? endpoint.domain : `${endpoint.domain}:${endpoint.port}`) === name)
    .flatMap((endpoint) => answersAt(space, endpoint));
  const operations = new Set(answers.filter(({ host }) => host === undefined).map(({ path, method }) => `${method} ${path}`));
  const connections = unique(answers.map(({ host }) => host));
  const groups = connections.flatMap((connection) => alike(answers.filter(({ host }) => host === connection)));
  // Another Host header is worth a word only where it opens something.
  const told = groups.flatMap(({ who, answers: own }) => own.map((answer) => ({ ...answer, who })))
    .filter(({ host, verdict }) => host === undefined || verdict !== 'denied');
  return together(told, operations);
}

function answersAt(space: AccessSpace, endpoint: Endpoint): Answer[] {
  const { paths, methods, headers } = space.surfaceOf(endpoint);
  const spelt = endpoint.host === endpoint.domain || endpoint.domain.startsWith('*') ? [] : [`Host ${endpoint.host}`];
  const host = [...endpoint.kind === 'gateway' && endpoint.tls !== true ? ['over plain HTTP'] : [], ...spelt].join(', ') || undefined;
  const ordinary = <T>(samples: readonly Sample<T>[]) => samples.filter(({ odd }) => odd !== true);
  return space.callersOf(endpoint).flatMap((caller) => ordinary(paths).flatMap((path) => ordinary(methods).map((method): Answer => {
    const ask = (forged: HeaderSet) => (
      space.mesh.evaluate(space.requestOf(endpoint, caller, { path: path.value, method: method.value, headers: forged }))
    );
    const honest = ask(new Map());
    const opening = honest.isAllowed ? undefined : headers.slice(0, 64).find(({ value }) => value.size > 0 && ask(value).isAllowed);
    const decision = opening === undefined ? honest : ask(opening.value);
    return { caller, path: plainest(space, endpoint, path), method: method.label, host, forged: opening?.label, ...answerOf(decision) };
  })));
}

/** The sample of a class may be any of its paths; a reader wants the plainest. */
function plainest(space: AccessSpace, endpoint: Endpoint, { value, label }: Sample<string>): string {
  const part = (path: string) => space.partOf(space.requestOf(endpoint, space.callersOf(endpoint)[0], { path }), 'path');
  return ['/', value.replace(/\/{2,}/g, '/')].find((path) => part(path) === part(value)) ?? label;
}

function answerOf(decision: Decision): Pick<Answer, 'verdict' | 'outcome' | 'policy'> {
  const { outcome, status, policy } = decision;
  if (outcome === Outcome.ALLOWED) return { verdict: 'allowed', outcome: 'allowed' };
  if (outcome === Outcome.UNDECIDED) return { verdict: 'open', outcome: 'undecided' };
  if (outcome === Outcome.REDIRECT || outcome === Outcome.DIRECT_RESPONSE) return { verdict: 'elsewhere', outcome: `${status} ${outcome}` };
  return { verdict: 'denied', outcome: outcome === Outcome.HANDSHAKE_REJECTED ? 'handshake refused' : String(status ?? outcome), policy };
}

/** Callers who get the same answers everywhere are named together, by what nothing names if there is such a one among them. */
function alike(answers: readonly Answer[]): { readonly who: string; readonly answers: readonly Answer[] }[] {
  const byCaller = new Map<Caller, Answer[]>();
  for (const answer of answers) byCaller.set(answer.caller, [...byCaller.get(answer.caller) ?? [], answer]);
  const groups = new Map<string, { readonly callers: Caller[]; readonly answers: readonly Answer[] }>();
  for (const [caller, own] of byCaller) {
    const key = JSON.stringify(own.map(({ caller: _, ...answer }) => answer));
    const group = groups.get(key) ?? { callers: [], answers: own };
    group.callers.push(caller);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ callers, answers: own }) => {
    const first = callers.find(({ named }) => !named) ?? callers[0];
    return { who: callers.length === byCaller.size && callers.length > 1 ? 'anybody' : first.name, answers: own };
  });
}

/** Answers that are the same, whatever is asked for and by whom, share a row. */
function together(answers: readonly (Answer & { readonly who: string })[], operations: ReadonlySet<string>): Row[] {
  const treated = new Map<string, { row: Row; at: Map<string, Set<string>>; whom: string[] }>();
  for (const { who, path, method, host, forged, verdict, outcome, policy } of answers) {
    const name = `${who}${forged === undefined ? '' : `, forging ${forged}`}${host === undefined ? '' : `, ${host}`}`;
    const key = JSON.stringify([name, outcome, policy]);
    const found = treated.get(key) ?? { row: { verdict, outcome, who: '', policy }, at: new Map<string, Set<string>>(), whom: [name] };
    found.at.set(path, (found.at.get(path) ?? new Set()).add(method));
    treated.set(key, found);
  }
  const groups = new Map<string, { row: Row; operation: string; whom: string[] }>();
  for (const { row, at, whom } of treated.values()) {
    const operation = describeOperations(at, operations);
    const key = JSON.stringify([row.outcome, row.policy, operation]);
    const group = groups.get(key) ?? { row, operation, whom: [] };
    group.whom.push(...whom);
    groups.set(key, group);
  }
  const anyNamed = answers.some(({ who }) => who.startsWith('certificate '));
  const certificates = answers.some(({ who }) => who.includes('certificate ') && !who.startsWith('no certificate'));
  // Where no server asks for a certificate, tokens alone tell callers apart.
  const words = (who: string) => {
    if (!certificates) return who === 'no certificate' ? 'no token' : who.replace(/^no certificate, (?=.*token)/, '');
    return anyNamed ? who : who.replace('any other certificate', 'any certificate');
  };
  return [...groups.values()]
    .map(({ row, operation, whom }): Row => ({ ...row, who: `${operation === '' ? '' : `${operation}: `}${unique(whom.map(words)).join(' or ')}` }))
    .sort((x, y) => ORDER.indexOf(x.verdict) - ORDER.indexOf(y.verdict));
}

const ORDER: Row['verdict'][] = ['allowed', 'open', 'elsewhere', 'denied'];

/** Paths and methods; empty for all there are. */
function describeOperations(at: ReadonlyMap<string, ReadonlySet<string>>, operations: ReadonlySet<string>): string {
  const all = [...at].flatMap(([path, methods]) => [...methods].map((method) => `${method} ${path}`));
  if (all.length >= operations.size) return '';
  const paths = new Set([...operations].map((operation) => operation.split(' ')[1]));
  const methods = unique([...at.values()].map((own) => [...own].join(', ')));
  const every = new Set([...operations].map((operation) => operation.split(' ')[0])).size;
  const some = (words: readonly string[]) => (words.length > 3 ? `${words.slice(0, 2).join(', ')} and ${words.length - 2} more` : words.join(', '));
  const which = at.size === paths.size ? '' : some([...at.keys()]);
  return [methods.length === 1 && [...at.values()][0].size < every ? some([...[...at.values()][0]]) : '', which].filter(Boolean).join(' ');
}

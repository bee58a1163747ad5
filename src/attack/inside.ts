import { Alike, alike, once } from './alike';
import { Attempt, isRefusal, Verdict } from './attempt';
import { bearers, Caller } from './caller';
import { explain } from './explain';
import { forgeries, Forgery } from './forgery';
import { ordinarily } from './place';
import { refuserOf, Search } from './search';
import { climbs, isSpellingOf, spellings } from './spelling';
import { Guard, guardOf, trustedHeaders } from './target';
import { ANYTHING, exampleOf, fieldsOf, hostExample, IdentityHeader, methodsOf, pathsOf, valuesOf } from './vocabulary';
import { Means } from './way-in';
import { Client } from '../authz';
import { EvaluatedMesh } from '../authz/evaluation';
import { findBackend } from '../mesh/backend';

/** A Service that callers in the mesh reach directly. */
export interface InsideTarget {
  /** `namespace/name`. */
  readonly service: string;
  readonly port: number;
}

/** Looks for ways in to a Service past the gateways: whoever its policies refuse tries what he may write himself. */
export function searchService(
  search: Search,
  { real, meant }: { readonly real: EvaluatedMesh; readonly meant: EvaluatedMesh },
  { service, port }: InsideTarget,
  headers: ReadonlyMap<string, readonly IdentityHeader[]>,
): void {
  const guard = merged(guardBehind(real, service, port), meant === real ? undefined : guardBehind(meant, service, port));
  if (guard === undefined || (guard.rules.length === 0 && !guard.closed)) return;
  const fields = fieldsOf(guard.rules);
  const [namespace, name] = service.split('/');
  const hosts = [...new Set([`${name}.${namespace}.svc.cluster.local`, ...valuesOf(fields, 'hosts').map(hostExample)])];
  const infiltrator = new Infiltrator(search, forgeries(trustedHeaders(guard.rules, [], headers)), fields.some(({ key }) => key === 'paths') ? openPrefixes(guard) : undefined);
  const callers = callersOf(guard, real, namespace);
  for (const path of pathsOf(fields, [])) {
    for (const method of methodsOf(fields, [])) {
      for (const caller of callers) {
        const plain = hosts.map((host): Attempt => ({ caller, service, port, host, path, method, headers: [] }));
        const verdicts = plain.map((attempt) => search.meantFor(attempt));
        const refused = verdicts.every(({ state, decision }) => state === 'refused' || state === 'closed' || (state === 'open' && isRefusal(decision)));
        if (!refused) continue;
        const refusal = verdicts.find(({ decision }) => decision.policy !== undefined) ?? verdicts[0];
        search.protect({ services: [service] }, path, caller.text, refuserOf(refusal, search.names));
        infiltrator.infiltrate(plain, verdicts);
      }
    }
  }
}

/** Tries to get past what refuses plain requests to one Service; of each part of a request one of each class. */
class Infiltrator {
  private readonly forged = new Map<string, readonly Alike<Forgery>[]>();
  private readonly spelt = new Map<string, readonly Alike<string>[]>();

  /** @param prefixes open folders; undefined where paths are not told apart */
  public constructor(
    private readonly search: Search,
    private readonly headers: readonly Forgery[],
    private readonly prefixes: readonly string[] | undefined,
  ) {}

  /** Tries plain requests, which differ in the host, in every other form. */
  public infiltrate(plain: readonly Attempt[], verdicts: readonly Verdict[]): void {
    const { search, prefixes } = this;
    for (const [index, attempt] of plain.entries()) {
      const refusal = verdicts[index];
      if (search.real !== search.meant && judge(search, attempt, ['plain'], attempt, refusal)) return;
      if (refusal.state === 'closed') continue;
      const byHeader = this.forgeriesOf(attempt)
        .filter(([{ headers }, ...others]) => judge(search, { ...attempt, headers }, ['forged header'], attempt, refusal, '', others.length + 1));
      if (byHeader.length > 0 || prefixes === undefined) continue;
      for (const [path, ...others] of this.pathsOf(attempt, prefixes)) {
        judge(search, { ...attempt, path }, ['path spelling'], attempt, refusal, path, others.length + 1);
        if (search.attempt({ ...attempt, path }, refusal, 0).state !== 'in') continue;
        others.forEach((other) => judge(search, { ...attempt, path: other }, ['path spelling'], attempt, refusal, other));
      }
      if (attempt.method === 'GET') judge(search, { ...attempt, method: 'HEAD' }, ['method'], attempt, refusal);
    }
  }

  private forgeriesOf(attempt: Attempt): readonly Alike<Forgery>[] {
    const { classes } = this.search;
    const key = (headers: Attempt['headers']) => String(classes.credentials({ ...attempt, headers }));
    return once(this.forged, `${attempt.host} ${attempt.caller.text}`, () => alike(this.headers, ({ headers }) => key(headers), key([])));
  }

  private pathsOf(attempt: Attempt, prefixes: readonly string[]): readonly Alike<string>[] {
    const { classes } = this.search;
    const key = (path: string) => `${classes.path({ ...attempt, path })} ${classes.credentials({ ...attempt, path })}`;
    const all = () => [...spellings(attempt.path), ...climbs(attempt.path, prefixes)].map(({ path }) => path);
    return once(this.spelt, `${attempt.host} ${attempt.caller.text} ${attempt.path}`, () => alike(all(), key, key(attempt.path)));
  }
}

function judge(search: Search, attempt: Attempt, means: readonly Means[], plain: Attempt, refusal: Verdict, note = '', like = 1): boolean {
  const verdict = search.attempt(attempt, refusal, like);
  if (verdict.state === 'open' && refusal.doubt === undefined) search.doubt(`${attempt.method} ${attempt.service}${attempt.path}, ${attempt.caller.text}`, verdict.doubt!);
  if (verdict.state !== 'in') return false;
  const exact = search.again(attempt, refusal);
  if (means.includes('path spelling') && !isSpellingOf(exact.decision.upstreamPath!, plain.path)) return false;
  search.report(explain({ attempt, means, verdict: exact, plain, refusal: search.meantForJust(plain) }, search.names), note !== '' ? note : `${attempt.caller.text} to ${attempt.service}`);
  return true;
}

/** Callers in the mesh whom no policy names, one without a sidecar; and those whom a policy turns away. */
function callersOf({ rules, issuers }: Guard, { view }: EvaluatedMesh, namespace: string): Caller[] {
  const { trustDomain } = view.settings;
  const inMesh = (uri: string, text: string, named: boolean): Caller => ({ text, client: Client._inMeshUri(uri), certificate: false, named });
  const strangers = [
    inMesh(`spiffe://${trustDomain}/ns/${ANYTHING}/sa/${ANYTHING}`, 'a workload of another namespace', false),
    inMesh(`spiffe://${trustDomain}/ns/${namespace}/sa/${ANYTHING}`, 'a workload of the same namespace', false),
    { text: 'a pod without sidecar', client: Client.inMeshPlaintext(), certificate: false, named: false },
  ];
  const accounts = valuesOf(fieldsOf(rules), 'principals', 'source.principal').filter((value) => value !== '*' && value.includes('/ns/'));
  const gateways = new Set(view.gateways.length === 0 ? [] : accounts.filter((account) => /\/sa\/[^/]*(?:ingress|gateway)/.test(account)));
  const named = accounts.filter((account) => !gateways.has(account)).map((account) => inMesh(`spiffe://${exampleOf(account)}`, account, true));
  const tokens = bearers(issuers, rules).flatMap((bearer) => [strangers[0], strangers[2]].map((stranger) => ({ ...stranger, token: bearer.token, text: `${stranger.text} with ${bearer.text}`, named: bearer.named })));
  return [...strangers, ...named, ...tokens];
}

function guardBehind(mesh: EvaluatedMesh, service: string, port: number): Guard | undefined {
  const [namespace, name] = service.split('/');
  const backend = findBackend(mesh.view, `${name}.${namespace}.svc.cluster.local`, port, undefined, namespace, port, ordinarily(), true);
  return backend.kind === 'pods' && backend.workload.proxied ? guardOf(mesh, [backend.workload]) : undefined;
}

function merged(a: Guard | undefined, b: Guard | undefined): Guard | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    policies: [...a.policies, ...b.policies],
    rules: [...new Set([...a.rules, ...b.rules])],
    issuers: [...a.issuers, ...b.issuers],
    closed: a.closed || b.closed,
  };
}

function openPrefixes({ rules }: Guard): string[] {
  return [...new Set(rules.flatMap(({ to }) => to.flat()).filter(({ key }) => key === 'paths').flatMap(({ values }) => values)
    .map((value) => /^(\/[^*{]*?)(?:\*|\{\*\*\})$/.exec(value)?.[1]).filter((prefix): prefix is string => prefix !== undefined))].slice(0, 8);
}

import { Attempt, isRefusal, Verdict } from './attempt';
import { bearers, Caller } from './caller';
import { explain } from './explain';
import { forgeries } from './forgery';
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
  const forged = forgeries(trustedHeaders(guard.rules, [], headers));
  const pathMatters = fields.some(({ key }) => key === 'paths');
  for (const path of pathsOf(fields, [])) {
    for (const method of methodsOf(fields, [])) {
      for (const caller of callersOf(guard, real, namespace)) {
        const plain = hosts.map((host): Attempt => ({ caller, service, port, host, path, method, headers: [] }));
        const verdicts = plain.map((attempt) => search.meantFor(attempt));
        const refused = verdicts.every(({ state, decision }) => state === 'refused' || state === 'closed' || (state === 'open' && isRefusal(decision)));
        if (!refused) continue;
        const refusal = verdicts.find(({ decision }) => decision.policy !== undefined) ?? verdicts[0];
        search.protect({ services: [service] }, path, caller.text, refuserOf(refusal));
        trySpelling(search, plain, verdicts, forged.map((forgery) => forgery.headers), pathMatters ? openPrefixes(guard) : undefined);
      }
    }
  }
}

function trySpelling(
  search: Search,
  plain: readonly Attempt[],
  verdicts: readonly Verdict[],
  forged: readonly Attempt['headers'][],
  prefixes: readonly string[] | undefined,
): void {
  for (const [index, attempt] of plain.entries()) {
    const refusal = verdicts[index];
    if (search.real !== search.meant && judge(search, attempt, ['plain'], attempt, refusal)) return;
    if (refusal.state === 'closed') continue;
    const byHeader = forged.filter((headers) => judge(search, { ...attempt, headers }, ['forged header'], attempt, refusal));
    if (byHeader.length > 0 || prefixes === undefined) continue;
    for (const { path } of [...spellings(attempt.path), ...climbs(attempt.path, prefixes)]) judge(search, { ...attempt, path }, ['path spelling'], attempt, refusal, path);
    if (attempt.method === 'GET') judge(search, { ...attempt, method: 'HEAD' }, ['method'], attempt, refusal);
  }
}

function judge(search: Search, attempt: Attempt, means: readonly Means[], plain: Attempt, refusal: Verdict, note = ''): boolean {
  const verdict = search.attempt(attempt, refusal);
  if (verdict.state === 'open' && refusal.doubt === undefined) search.doubt(`${attempt.method} ${attempt.service}${attempt.path}, ${attempt.caller.text}`, verdict.doubt!);
  if (verdict.state !== 'in') return false;
  if (means.includes('path spelling') && !isSpellingOf(verdict.decision.upstreamPath!, plain.path)) return false;
  search.report(explain({ attempt, means, verdict, plain, refusal }), note !== '' ? note : `${attempt.caller.text} to ${attempt.service}`);
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
  const backend = findBackend(mesh.view, `${name}.${namespace}.svc.cluster.local`, port, undefined, namespace, port, ordinarily());
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

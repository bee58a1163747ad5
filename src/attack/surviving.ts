import { Attempt, Verdict } from './attempt';
import { ANONYMOUS, bearers, Caller, namedHolders, PLAINTEXT, STRANGERS } from './caller';
import { foldedNames } from './forgery';
import { OutsideWorld } from './outside';
import { Door } from './place';
import { HostTarget } from './target';
import { IdentityHeader } from './vocabulary';
import { WayIn } from './way-in';
import { WrittenNames } from './written-names';

const FORGED = 'forged-by-the-client';

/**
 * Looks for identity headers that reach the application as the client wrote them: where the certificate lacks the name that a route would write, and
 * in spellings that applications fold into the one.
 */
export function searchSurviving(world: OutsideWorld, target: HostTarget, home: Door, paths: readonly string[]): void {
  const { search, headers } = world;
  const rules = [...target.gateways.rules, ...target.workloads.rules];
  const written = [...headers.values()].flat().filter(({ virtualService }) => target.routes.some((entry) => `${entry.virtualService.namespace}/${entry.virtualService.name}` === virtualService));
  const names = [...new Map(written.filter(({ name }) => name !== 'x-forwarded-client-cert').map((header) => [header.name, header])).values()];
  if (names.length === 0) return;
  const holders = namedHolders(rules, headers, world.real.view.settings.trustDomain);
  const callers: Caller[] = home.secure ? [ANONYMOUS, ...holders, ...STRANGERS] : [PLAINTEXT];
  for (const caller of [...callers, ...bearers([...target.gateways.issuers, ...target.workloads.issuers], rules)]) {
    for (const path of paths) {
      const plain: Attempt = { caller: home.secure ? caller : { ...PLAINTEXT, token: caller.token }, door: home, host: target.host, path, method: 'GET', headers: [] };
      if (search.exactly(plain).state !== 'in') continue;
      for (const header of names) {
        tryHeader(world, plain, header, [header.name], 'empty');
        tryHeader(world, plain, header, foldedNames(header.name), 'folded');
      }
    }
  }
}

function tryHeader({ search }: OutsideWorld, plain: Attempt, header: IdentityHeader, names: readonly string[], how: 'empty' | 'folded'): void {
  for (const name of names) {
    const attempt = { ...plain, headers: [[name, FORGED]] as const };
    const verdict = search.exactly(attempt);
    if (verdict.state !== 'in' || !arrives(verdict, name)) continue;
    search.report(way(attempt, verdict, header, how, search.names), name);
    return;
  }
}

function arrives({ decision }: Verdict, name: string): boolean {
  return decision.upstreamHeaders[name]?.includes(FORGED) === true;
}

function way(attempt: Attempt, verdict: Verdict, { name, format, virtualService }: IdentityHeader, how: 'empty' | 'folded', names: WrittenNames): WayIn {
  const [[sent]] = attempt.headers;
  const route = names.object(`VirtualService ${virtualService}`);
  const because = how === 'empty'
    ? `${route} sets \`${name}\` to \`${format}\`, which is empty for ${attempt.caller.text}: an empty value sets nothing, and the client's own stays`
    : `${route} writes \`${name}\` and lets \`${sent}\` pass: applications that fold \`-\` and \`_\` (CGI, WSGI, Rack) read the client's`;
  return {
    cause: `surviving ${how} ${virtualService}`,
    means: ['surviving header'],
    attempt,
    decision: verdict.decision,
    because,
    cure: names.of(virtualService!) !== undefined ? 'an APIRule cannot remove headers: write a VirtualService that does, in every spelling of the name with `-` and `_`' : how === 'empty' ? '`remove` the header in the route before it is `set`' : '`remove` every spelling of the name with `-` and `_` in the route',
    also: [],
  };
}

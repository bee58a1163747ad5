import { Replay, ReplayVerdict } from './replay';
import { AttackReport, Doubt, Protection, WayIn } from '../../attack';

/** The ways in of a report with the names by which people talk of them. */
export function numbered({ ways }: AttackReport): { readonly id: string; readonly way: WayIn }[] {
  return ways.map((way, index) => ({ id: `A${index + 1}`, way }));
}

/** The request of a way in, in one line. */
export function requestText({ attempt, decision }: Pick<WayIn, 'attempt' | 'decision'>): string {
  const { caller, door, host, path, method, headers, service } = attempt;
  const where = door === undefined ? `in the mesh to ${service}, Host ${host}` : `Host ${host}`;
  const name = door?.secure === true && door.sni !== host.toLowerCase() ? `, server name ${door.sni === '' ? 'none' : door.sni}` : '';
  const port = door !== undefined && door.port !== (door.secure ? 443 : 80) ? `, port ${door.port}` : '';
  const lines = headers.map(([header, value]) => `, ${header}: ${value}`).join('');
  return `${caller.text}, ${where}${name}${port}, ${method} ${path}${lines} → ${decision.isAllowed ? `reaches ${decision.workload}` : decision.summary()}`;
}

/** How many ways in there are. */
export function countText({ ways }: AttackReport): string {
  return ways.length === 0 ? 'nothing found' : `${ways.length} way${ways.length === 1 ? '' : 's'} in`;
}

/** How far the search looked, and what that proves. */
export function scopeText({ counts, complete, ways, assumptions }: AttackReport): string {
  const { classes, servers, hosts, services, policies } = counts;
  const looked = `Searched ${plural(classes, 'class', 'classes')} of requests over ${plural(servers, 'server')}, ${plural(hosts, 'host')}, ${plural(services, 'Service')}, ${plural(policies, 'policy', 'policies')}`;
  if (!complete) return `${looked}: not everything could be judged.`;
  return `${looked}: complete for these manifests${assumptions.length === 0 ? '' : ' and what is assumed'}${ways.length === 0 ? '' : ', one request for each hole'}.`;
}

/** From whom something is kept, shortened. */
export function protectionText({ what, from, by }: Protection): string {
  const shown = from.length > 4 ? [...from.slice(0, 3), `${from.length - 3} more`] : from;
  return `${what} from ${shown.join(', ')} (${by})`;
}

/** What could not be judged. */
export function doubtText({ what, reason, count }: Doubt): string {
  return `${what}${count > 1 ? ` and ${count - 1} more` : ''}: ${reason}`;
}

/** Other requests that one hole lets in, shortened. */
export function alsoText({ also }: WayIn): string | undefined {
  return also.length === 0 ? undefined : also.length > 6 ? `${also.slice(0, 5).join(', ')} and ${also.length - 5} more` : also.join(', ');
}

/** What really became of a request. */
export function verdictText({ outcome, reached, workload, agrees, detail }: ReplayVerdict): string {
  const what = reached ? `${outcome}, reached ${workload ?? 'a workload'}` : `${outcome}${detail === undefined ? '' : ` (${detail})`}`;
  return agrees ? what : `${what}: NOT as told here`;
}

/** How the replay compares with the search. */
export function replaySummary({ istio, envoy, verdicts, replaced }: Replay): string[] {
  const count = (refused: boolean) => {
    const all = verdicts.filter(({ id }) => id.startsWith('R') === refused);
    return `${all.filter(({ agrees }) => agrees).length} of ${all.length}`;
  };
  const odd = verdicts.filter(({ agrees, id }) => !agrees && id.startsWith('R'));
  return [
    `on Istio ${istio}, Envoy ${envoy}: ${count(false)} ways in got in, ${count(true)} sampled refusals were refused`,
    ...odd.map((verdict) => `${verdict.request}: ${verdictText(verdict)}`),
    ...replaced,
  ];
}

function plural(amount: number, noun: string, many = `${noun}s`): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? noun : many}`;
}

import { Replay } from './replay';
import { numbered } from './report-words';
import { Attempt, AttackReport, curlNotes, curlOf } from '../../attack';
import { decisionJson } from '../decision-json';
import { Terminal } from '../terminal';

/** Writes what `attack` came to for programs: the facts of the text, nothing shortened. */
export function jsonReport(terminal: Terminal, report: AttackReport, replayed?: Replay): void {
  const { doubts, notModelled, assumptions, counts, complete } = report;
  const answer = {
    ways: numbered(report).map(({ id, way }) => ({
      id,
      means: way.means,
      request: attemptJson(way.attempt),
      decision: decisionJson(way.decision),
      refused: way.refusal && { request: attemptJson(way.refusal.attempt), decision: decisionJson(way.refusal.decision) },
      because: way.because,
      cure: way.cure,
      also: way.also,
      objects: way.objects,
      curl: curlOf(way.attempt),
      notes: curlNotes(way.attempt),
    })),
    protected: report.protected,
    undecided: doubts,
    notModelled,
    assumptions,
    counts,
    complete,
    replayed,
  };
  terminal.write(`${JSON.stringify(answer, undefined, 2)}\n`);
}

function attemptJson({ caller, door, service, port, host, path, method, headers }: Attempt) {
  return {
    caller: caller.text,
    gateway: door && `${door.proxy.workload.namespace}/${door.proxy.workload.name}`,
    service,
    port: door?.port ?? port,
    tls: door?.secure,
    sni: door?.secure === true ? door.sni : undefined,
    host,
    method,
    path,
    headers: headers.map(([name, value]) => ({ name, value })),
  };
}

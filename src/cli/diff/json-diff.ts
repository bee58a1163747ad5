import { curlOf } from '../../access/curl';
import { AccessDiff } from '../../diff';
import { decisionJson } from '../decision-json';
import { Terminal } from '../terminal';

/** Writes what changed for programs: the facts of the text, nothing shortened. */
export function jsonDiff(terminal: Terminal, { changes, objects, requests, unchanged, limits }: AccessDiff): void {
  const answer = {
    changes: changes.map(({ kind, callers, place, operations, objects: by, evidence }) => ({
      kind,
      callers,
      place,
      operations,
      by,
      evidence: {
        caller: evidence.caller,
        method: evidence.method,
        path: evidence.path,
        host: evidence.request.host,
        headers: [...evidence.headers].flatMap(([name, values]) => values.map((value) => ({ name, value }))),
        before: decisionJson(evidence.before),
        after: decisionJson(evidence.after),
        curl: curlOf(evidence.request),
      },
    })),
    objects: objects.map(({ text, how }) => ({ object: text, how })),
    requests,
    unchanged,
    limits,
  };
  terminal.write(`${JSON.stringify(answer, undefined, 2)}\n`);
}

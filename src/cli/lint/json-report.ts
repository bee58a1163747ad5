import { counts, LintResult, Placed } from './lint-result';
import { pageOf, pointer } from '../../checks';
import { KubeObject } from '../../mesh/kube-object';
import { Terminal } from '../terminal';

/** Writes what `lint` came to for programs: the same facts as the text. */
export function jsonReport(terminal: Terminal, result: LintResult): void {
  const { istioVersion, mesh, files, objects, checks, findings, acknowledged, unused } = result;
  const answer = {
    ...counts(result),
    files,
    objects,
    checks,
    profile: { istioVersion, mesh },
    findings: findings.map(finding),
    acknowledged: acknowledged.map((placed) => {
      const { reason, origin } = placed.acknowledgement;
      return { ...finding(placed), reason, acknowledgedBy: origin };
    }),
    unusedAcknowledgements: unused.map(({ id, reason, origin }) => ({ id, reason, acknowledgedBy: origin })),
  };
  terminal.write(`${JSON.stringify(answer, undefined, 2)}\n`);
}

function finding({ report, region }: Placed) {
  const { check, severity, message, effect, cure, patch, object, path, related } = report;
  return {
    id: check.id,
    title: check.title,
    severity,
    effect: check.effect,
    file: region.file,
    line: region.start.line,
    column: region.start.column,
    endLine: region.end.line,
    endColumn: region.end.column,
    object: reference(object),
    madeFrom: object.origin === undefined ? undefined : reference(object.origin),
    path: pointer(path),
    message,
    happens: effect,
    cure,
    patch,
    related: (related ?? []).map(reference),
    page: pageOf(check),
  };
}

function reference({ group, kind, namespace, name }: KubeObject) {
  return { group, kind, namespace: namespace === '' ? undefined : namespace, name };
}

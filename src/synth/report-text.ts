import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { Acknowledgement, pageOf, Report } from '../checks';
import { describeObject, KubeObject } from '../mesh/kube-object';
import { labelled, oneLine } from '../text/layout';

/** A finding and the constructs that it is about. */
export interface Located {
  readonly report: Report;
  readonly construct: IConstruct;
  readonly related: readonly { readonly object: KubeObject; readonly construct: IConstruct }[];
}

/** A finding on one line, for cdk8s to put the construct path before. */
export function messageOf({ check, message, effect, cure }: Report): string {
  return oneLine(`${check.id}: ${message}: ${effect}; ${cure}`);
}

/** A finding at length: what it is, where, what happens, the cure, and where to read more. */
export function blockOf({ report, construct, related }: Located): string {
  const { check, message, effect, cure } = report;
  const places = related.filter((other) => other.construct !== construct);
  const paths = [construct, ...places.map((other) => other.construct)].map(pathOf);
  const column = 4 + Math.max('happens'.length, ...paths.map(({ length }) => length).filter((length) => length <= 30));
  return [
    `${check.id}  ${oneLine(check.title)}`,
    labelled(pathOf(construct), message, column),
    ...places.map(({ object, construct: other }) => labelled(pathOf(other), describeObject(object), column)),
    labelled('happens', effect, column),
    labelled('cure', cure, column),
    labelled('more', pageOf(check), column),
  ].join('\n');
}

/** What stops nothing: warnings, acknowledgements and what they let stand. Empty where there is nothing to tell. */
export function notesOf(
  warnings: readonly Located[],
  acknowledged: readonly (Located & { readonly acknowledgement: Acknowledgement })[],
  unused: readonly Acknowledgement[],
): string {
  const notes = [
    ...warnings.map((warning) => `warning  ${blockOf(warning)}`),
    ...acknowledged.map(({ report, construct, acknowledgement: { reason, origin } }) => [
      `acknowledged  ${report.check.id}  ${oneLine(describeObject(report.object))} (${report.severity}, ${report.check.effect})`,
      labelled(pathOf(construct), report.message),
      labelled('reason', reason),
      labelled('written', origin),
    ].join('\n')),
    ...unused.map(({ id, origin, reason }) => [
      `warning  ${id}  an acknowledgement that matches nothing`,
      labelled('written', origin),
      labelled('reason', reason),
      labelled('cure', 'remove it: what it let stand is gone'),
    ].join('\n')),
  ];
  return notes.map((note) => `${note}\n\n`).join('');
}

// The object of a resource of ours is a detail: the resource is what the user wrote.
function pathOf(construct: IConstruct): string {
  const { path, id, scope } = construct.node;
  return oneLine(ApiObject.isApiObject(construct) && id === 'Resource' && scope !== undefined ? scope.node.path : path) || 'the app';
}

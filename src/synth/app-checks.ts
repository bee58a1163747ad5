import { ApiObject, App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { CheckContext, Report, runChecks, Severity } from '../checks';
import { outputCollisions } from './output-collisions';
import { RelationError, Synthesis } from '../resources/synthesis';

/**
 * Brings the checks over manifests to `app.synth()`: every app in which one of our constructs lives is checked as a whole, hand-written objects included.
 * @internal
 */
export function attachAppChecks(): void {
  Synthesis.addAppCheck(checkApp);
}

function checkApp(root: IConstruct): RelationError[] {
  const objects = root.node.findAll().filter((node): node is ApiObject => ApiObject.isApiObject(node));
  const byDocument = new Map<unknown, ApiObject>(objects.map((object) => [rendered(object), object]));
  const reports = runChecks(new CheckContext([...byDocument.keys()], { kyma: false }));
  return [
    ...reports.filter(({ severity }) => severity === Severity.ERROR).map((report) => ({ construct: byDocument.get(report.object.body)!, message: describeReport(report) })),
    ...(root instanceof App ? outputCollisions(root, objects) : []),
  ];
}

function describeReport({ check, message, effect, cure }: Report): string {
  return `${check.id}: ${message}: ${effect}; ${cure}`;
}

// An object that cannot be rendered fails in the synth itself, with cdk8s's own message.
function rendered(object: ApiObject): unknown {
  try {
    return object.toJson();
  } catch {
    return {};
  }
}

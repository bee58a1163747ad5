import { ApiObject, App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { CheckContext, Report, runChecks, Severity } from '../checks';
import { outputFileOf } from './output-files';
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
  const outputFile = root instanceof App ? (index: number) => outputFileOf(root, objects[index]) : undefined;
  const context = new CheckContext(objects.map(rendered), { kyma: false }, {}, undefined, outputFile);
  return runChecks(context).filter(({ severity }) => severity === Severity.ERROR)
    .map((report) => ({ construct: objects[context.placeOf(report.object)!.document], message: describeReport(report) }));
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

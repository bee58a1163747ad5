import { ApiObject, App, Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { CHECKS } from '../checks';
import { outputCollisions } from './output-collisions';
import type { Manifest } from '../mesh/manifest';
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
  const byManifest = new Map<Manifest, ApiObject>(objects.map((object) => [manifestOf(object), object]));
  const findings = CHECKS.flatMap((check) => check([...byManifest.keys()]));
  return [
    ...findings.map(({ id, object, message }) => ({ construct: byManifest.get(object)!, message: `${id}: ${message}` })),
    ...(root instanceof App ? outputCollisions(root, objects) : []),
  ];
}

function manifestOf(object: ApiObject): Manifest {
  let spec: any;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: object.metadata.namespace ?? Chart.of(object).namespace ?? 'default',
    name: object.name,
    path: object.node.path,
    spec: () => spec ??= readable(object),
  };
}

// An object that cannot be rendered fails in the synth itself, with cdk8s's own message.
function readable(object: ApiObject): any {
  try {
    return object.toJson().spec ?? {};
  } catch {
    return {};
  }
}

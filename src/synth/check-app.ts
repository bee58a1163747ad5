import { ApiObject, App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { checkSettings } from './check-settings';
import { outputFiles } from './output-files';
import { blockOf, messageOf, notesOf, Located } from './report-text';
import { annotatedAcknowledgements, CHECK_IDS, CheckContext, judge, Report, runChecks, Severity, profileOf } from '../checks';
import { RelationError, Synthesis } from '../resources/synthesis';

/** Runs the checks over the objects of an app, as they are rendered. */
export function checkApp(root: IConstruct): RelationError[] {
  const objects = root.node.findAll().filter((node): node is ApiObject => ApiObject.isApiObject(node));
  const documents = objects.map(rendered);
  const settings = checkSettings(root);
  const fileOf = root instanceof App ? outputFiles(root) : undefined;
  const profile = { istioVersion: settings.istioVersion, mesh: settings.profile ?? profileOf(documents) };
  const context = new CheckContext(documents, profile, {}, undefined, fileOf && ((index) => fileOf(objects[index])));
  const constructOf = ({ object, related = [] }: Report): IConstruct => {
    const place = [object, ...related].map((candidate) => context.placeOf(candidate)).find((candidate) => candidate !== undefined);
    return place === undefined ? root : objects[place.document];
  };
  const located = (report: Report): Located => ({
    report,
    construct: constructOf(report),
    related: (report.related ?? []).flatMap((object) => {
      const place = context.placeOf(object);
      return place === undefined ? [] : [{ object, construct: objects[place.document] }];
    }),
  });
  const acknowledgements = [
    ...annotatedAcknowledgements(context.objects, CHECK_IDS),
    ...settings.acknowledgements.map(({ construct, id, reason }) => ({
      id,
      reason,
      origin: `\`Checks.acknowledge\` of \`${construct.node.path}\``,
      covers: (report: Report) => constructOf(report).node.scopes.includes(construct),
    })),
  ];
  const { open, acknowledged, unused } = judge(runChecks(context), acknowledgements);
  const errors = open.filter(({ severity }) => severity === Severity.ERROR).map(located);
  const warnings = open.filter(({ severity }) => severity === Severity.WARNING).map(located);
  Synthesis.of(root).note(notesOf(warnings, acknowledged.map(({ report, acknowledgement }) => ({ ...located(report), acknowledgement })), unused));
  return errors.map((error) => ({ construct: error.construct, message: messageOf(error.report), block: blockOf(error) }));
}

// An object that cannot be rendered fails in the synth itself, with cdk8s's own message.
function rendered(object: ApiObject): unknown {
  try {
    return object.toJson();
  } catch {
    return {};
  }
}

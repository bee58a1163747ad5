import type * as Fs from 'node:fs';
import type * as AllChecks from '../checks';
import { parseDocuments } from '../mesh/documents';
import { behaviourOf } from '../mesh/version';
import { MeshProfile, namedProfile } from '../model/mesh-profile';
import type { ChecksProps } from '../synth';

const PROPERTIES = ['istioVersion', 'profile'];

/**
 * The checks as a validation plugin of cdk8s-cli, for `cdk8s synth --validate`.
 *
 * Name it in `cdk8s.yaml` under `validations`, with `package`, `version` and `class: ChecksValidation`. It is a convenience: `app.synth()` is the gate. A plugin
 * runs after the files are written, knows no severity (a warning alone does not make it fail), and cdk8s looks construct paths up by the bare name of an object.
 */
export class ChecksValidation {
  private readonly istioVersion?: string;
  private readonly profile?: MeshProfile;

  /**
   * Made by cdk8s-cli with the `properties` of the configuration.
   *
   * Throws for a property, a version of Istio or a profile that is not known.
   * @param props what the mesh is like
   */
  public constructor(props: ChecksProps = {}) {
    const stray = Object.keys(props).find((name) => !PROPERTIES.includes(name));
    if (stray !== undefined) throw new Error(`unknown property \`${stray}\` of \`ChecksValidation\`: expected ${PROPERTIES.map((name) => `\`${name}\``).join(' or ')}`);
    if (props.istioVersion !== undefined) behaviourOf(props.istioVersion);
    if (props.profile !== undefined) namedProfile(props.profile);
    this.istioVersion = props.istioVersion;
    this.profile = props.profile;
  }

  /**
   * Judges all manifests of a synthesis together, and submits the report.
   * @param context the `ValidationContext` of cdk8s-cli
   */
  public async validate(context: any): Promise<void> {
    /* eslint-disable @typescript-eslint/no-require-imports */
    const { readFileSync }: typeof Fs = require('node:fs');
    const { annotatedAcknowledgements, CHECK_IDS, CheckContext, judge, pageOf, pointer, profileOf, runChecks, Severity }: typeof AllChecks = require('../checks');
    /* eslint-enable @typescript-eslint/no-require-imports */
    const read = (context.manifests as string[]).flatMap((file) => parseDocuments(readFileSync(file, 'utf8')).map((document) => ({ file, document })));
    const documents = read.map(({ document }) => document);
    const checks = new CheckContext(documents, { istioVersion: this.istioVersion, mesh: this.profile ?? profileOf(documents) });
    const { open, acknowledged } = judge(runChecks(checks), annotatedAcknowledgements(checks.objects, CHECK_IDS));
    for (const { check, severity, message, effect, cure, object, path } of open) {
      const place = checks.placeOf(object);
      context.report.addViolation({
        ruleName: `${check.id}${severity === Severity.WARNING ? ' (warning)' : ''}: ${check.title}`,
        recommendation: `${message}: ${effect}`,
        fix: `${cure} (${pageOf(check)})`,
        violatingResources: [{ resourceName: (object.origin ?? object).name, locations: [pointer(path)], manifestPath: place === undefined ? '' : read[place.document].file }],
      });
    }
    const errors = open.filter(({ severity }) => severity === Severity.ERROR).length;
    context.report.submit(errors > 0 ? 'failure' : 'success', {
      errors: String(errors),
      warnings: String(open.length - errors),
      acknowledged: String(acknowledged.length),
    });
  }
}

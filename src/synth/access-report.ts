import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import type { MeshOptions } from '../authz';

/** The form of an access report. */
export enum AccessReportFormat {
  /** Tables that code review shows. */
  MARKDOWN = 'md',
  /** The same facts for programs. */
  JSON = 'json',
  /** One page that needs nothing else: filter, search, and the reason behind each cell. */
  HTML = 'html',
}

/** How an access report is made. */
export interface AccessReportProps {
  /**
   * Its form.
   * @default AccessReportFormat.MARKDOWN
   */
  readonly format?: AccessReportFormat;
  /**
   * The name of the file beside the YAML.
   * @default - `access` with the ending of the form, e.g. `access.md`
   */
  readonly fileName?: string;
  /**
   * How the manifests are to be read, e.g. which workloads there are that the app does not make.
   * @default - a part of a cluster of the newest version of Istio
   */
  readonly mesh?: MeshOptions;
}

/**
 * Who gets in by the manifests of an app, written beside them when the app is synthesised.
 *
 * The report is a function of the manifests: no clock, no randomness, so it can be committed and its difference reviewed.
 */
export class AccessReport {
  /**
   * Asks for a report of an app: `app.synth()` writes it after the manifests.
   *
   * An app can have one report in each form. Throws for a second one of the same file name, and for a name that leads out of the directory.
   * @param app the app
   * @param props its form
   */
  public static of(app: App, props: AccessReportProps = {}): AccessReport {
    const report = new AccessReport(app, props);
    const names = AccessReport.names.get(app) ?? new Set<string>();
    if (names.has(report.fileName)) throw new Error(`the app has an access report \`${report.fileName}\` already: give the second one another \`fileName\``);
    AccessReport.names.set(app, names.add(report.fileName));
    const synth = app.synth.bind(app);
    app.synth = () => {
      synth();
      writeFileSync(join(app.outdir, report.fileName), report.render());
    };
    return report;
  }

  private static readonly names = new WeakMap<App, Set<string>>();

  /** The name of the file. */
  public readonly fileName: string;
  private readonly format: AccessReportFormat;

  private constructor(private readonly app: App, private readonly props: AccessReportProps) {
    this.format = props.format ?? AccessReportFormat.MARKDOWN;
    if (!Object.values(AccessReportFormat).includes(this.format)) throw new Error(`unknown format \`${String(this.format)}\` of an access report: use \`AccessReportFormat\``);
    this.fileName = props.fileName ?? `access.${this.format}`;
    if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(this.fileName)) throw new Error(`invalid file name \`${String(this.fileName)}\` of an access report: expected a name such as \`access.md\`, without directories`);
  }

  /** The report of the app as it is now. */
  public render(): string {
    // Loaded when used: most programs want no report.
    /* eslint-disable @typescript-eslint/no-require-imports */
    const { accessMatrix, AccessSpace, matrixJson, matrixMarkdown, matrixPage }: typeof import('../access') = require('../access');
    const { Mesh }: typeof import('../authz') = require('../authz');
    /* eslint-enable @typescript-eslint/no-require-imports */
    const manifests = this.app.charts.flatMap((chart) => chart.toJson());
    const space = AccessSpace.of(Mesh.fromManifests(manifests, this.props.mesh));
    const matrix = accessMatrix(space);
    switch (this.format) {
      case AccessReportFormat.JSON: return matrixJson(matrix);
      case AccessReportFormat.HTML: return matrixPage(matrix, space);
      default: return matrixMarkdown(matrix);
    }
  }
}

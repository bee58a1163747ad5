import { Acknowledgement, CheckContext, Judgement, Report, Severity } from '../../checks';
import type { MeshProfile } from '../../model/mesh-profile';
import { Origin, Region } from '../manifests/source';

/** A finding and where it stands. */
export interface Placed {
  readonly report: Report;
  readonly origin: Origin;
  readonly region: Region;
}

/** The same with what lets it stand. */
export interface PlacedAcknowledgement extends Placed {
  readonly acknowledgement: Acknowledgement;
}

/** What `lint` came to. */
export interface LintResult {
  readonly istioVersion?: string;
  readonly mesh: MeshProfile;
  /** How many files and objects were read, and how many checks ran. */
  readonly files: number;
  readonly objects: number;
  readonly checks: number;
  /** In the order of files and lines. */
  readonly findings: readonly Placed[];
  readonly acknowledged: readonly PlacedAcknowledgement[];
  readonly unused: readonly Acknowledgement[];
}

/** Finds the place of each finding and puts them in the order of files and lines. */
export function placed(
  context: CheckContext, { open, acknowledged }: Judgement, origins: readonly Origin[],
): Pick<LintResult, 'findings' | 'acknowledged'> {
  const order = new Map([...new Set(origins.map(({ source }) => source))].map((source, index) => [source, index]));
  const byPlace = (a: Placed, b: Placed) => order.get(a.origin.source)! - order.get(b.origin.source)!
    || a.region.start.line - b.region.start.line || a.region.start.column - b.region.start.column
    || (a.report.check.id < b.report.check.id ? -1 : 1);
  return {
    findings: open.map((report) => place(context, report, origins)).sort(byPlace),
    acknowledged: acknowledged.map(({ report, acknowledgement }) => ({ ...place(context, report, origins), acknowledgement })).sort(byPlace),
  };
}

// What Kyma's operator makes of an object has no lines of its own, and what every cluster has none at all.
function place(context: CheckContext, report: Report, origins: readonly Origin[]): Placed {
  const own = context.placeOf(report.object);
  const other = (report.related ?? []).map((object) => context.placeOf(object)).find((candidate) => candidate !== undefined);
  const origin = origins[(own ?? other)?.document ?? 0];
  return { report, origin, region: origin.locate(own === undefined || report.object.origin !== undefined ? [] : report.path) };
}

/** How many errors and warnings are open; an acknowledgement without use counts as a warning. */
export function counts({ findings, unused }: LintResult): { errors: number; warnings: number } {
  const errors = findings.filter(({ report }) => report.severity === Severity.ERROR).length;
  return { errors, warnings: findings.length - errors + unused.length };
}

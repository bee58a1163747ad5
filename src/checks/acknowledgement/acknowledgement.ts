import { grouped } from '../../mesh/groups';
import type { KubeObject } from '../../mesh/kube-object';
import type { Report } from '../run-checks';

/** The id of the check of acknowledgements themselves, which nobody acknowledges. */
export const ACKNOWLEDGEMENT_CHECK = 'MTLS103';

/** A finding that somebody has judged and lets stand. */
export interface Acknowledgement {
  /** The check. */
  readonly id: string;
  /** Why its finding may stand. */
  readonly reason: string;
  /** Where it is written, in words. */
  readonly origin: string;
  /** The index of the one object whose findings can be meant; undefined where those of any can. */
  readonly about?: number;
  /** Whether a finding of the check is meant. */
  readonly covers: (report: Report) => boolean;
}

/** A finding with what lets it stand. */
export interface AcknowledgedReport {
  readonly report: Report;
  readonly acknowledgement: Acknowledgement;
}

/** What the checks found, after acknowledgements. */
export interface Judgement {
  /** What nobody has acknowledged. */
  readonly open: readonly Report[];
  readonly acknowledged: readonly AcknowledgedReport[];
  /** Acknowledgements that match nothing any more. */
  readonly unused: readonly Acknowledgement[];
}

/** Takes the acknowledged findings out of the others. */
export function judge(reports: readonly Report[], acknowledgements: readonly Acknowledgement[]): Judgement {
  const used = new Set<Acknowledgement>();
  const candidates = grouped(acknowledgements, ({ id, about }) => placeKey(id, about));
  const open: Report[] = [];
  const acknowledged: AcknowledgedReport[] = [];
  for (const report of reports) {
    const { check: { id }, object } = report;
    const here = [(object.origin ?? object).index, undefined].flatMap((about) => candidates.get(placeKey(id, about)) ?? []);
    const matching = here.filter(({ covers }) => covers(report));
    matching.forEach((acknowledgement) => used.add(acknowledgement));
    if (matching.length > 0) acknowledged.push({ report, acknowledgement: matching[0] });
    else open.push(report);
  }
  return { open, acknowledged, unused: acknowledgements.filter((acknowledgement) => !used.has(acknowledgement)) };
}

function placeKey(id: string, about: number | undefined): string {
  return `${id} ${about ?? 'any'}`;
}

/** What is wrong with an acknowledgement, in words; undefined where nothing is. */
export function problemOf(id: unknown, reason: unknown, known: readonly string[]): string | undefined {
  if (id === ACKNOWLEDGEMENT_CHECK) return `\`${ACKNOWLEDGEMENT_CHECK}\` cannot be acknowledged`;
  if (typeof id !== 'string' || !known.includes(id)) return `there is no check \`${String(id)}\``;
  if (typeof reason !== 'string' || !/[\p{L}\p{N}]/u.test(reason)) return `the acknowledgement of \`${id}\` has no reason`;
  return undefined;
}

/** Whether a finding is about an object, or about what Kyma's operator makes of it. */
export function isAbout({ object }: Report, { index }: KubeObject): boolean {
  return (object.origin ?? object).index === index;
}

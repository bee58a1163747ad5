import { CATALOGUE } from './catalogue';
import type { Check } from './check';
import type { CheckContext } from './context';
import type { Finding, Severity } from './finding';

/** A finding and the check that made it. */
export interface Report extends Finding {
  readonly check: Check;
  readonly severity: Severity;
}

/** Runs the checks: what they find, by check and in the order of the objects. */
export function runChecks(context: CheckContext, checks: readonly Check[] = CATALOGUE): Report[] {
  return checks.flatMap((check) => check.find(context).map((finding) => ({ ...finding, check, severity: finding.severity ?? check.severity })));
}

import type { Check } from './check';
import { duplicateObjects } from './duplicate-objects';
import { mixedClientChecks } from './mixed-client-checks';

/** Every check over manifests, in the order in which findings are reported. */
export const CHECKS: readonly Check[] = [duplicateObjects, mixedClientChecks];

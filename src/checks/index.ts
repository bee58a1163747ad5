import type { Check } from './check';
import { duplicateObjects } from './duplicate-objects';
import { mixedClientChecks } from './mixed-client-checks';
import { trustAnchorName } from './trust-anchor-name';

/** Every check over manifests, in the order in which findings are reported. */
export const CHECKS: readonly Check[] = [duplicateObjects, mixedClientChecks, trustAnchorName];

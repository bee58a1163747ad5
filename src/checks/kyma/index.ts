import type { Check } from '../check';

/** Checks of Kyma's APIRules and ExternalGateways. */
export const KYMA_CHECKS: readonly Check[] = [];

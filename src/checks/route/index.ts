import type { Check } from '../check';

/** Checks of VirtualServices. */
export const ROUTE_CHECKS: readonly Check[] = [];

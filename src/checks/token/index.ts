import type { Check } from '../check';

/** Checks of RequestAuthentications. */
export const TOKEN_CHECKS: readonly Check[] = [];

import type { Check } from '../check';

/** Checks of AuthorizationPolicies and PeerAuthentications. */
export const POLICY_CHECKS: readonly Check[] = [];

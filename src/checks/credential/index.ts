import type { Check } from '../check';
import { trustAnchorName } from './trust-anchor-name';

/** Checks of certificates, trust anchors and the Secrets that hold them. */
export const CREDENTIAL_CHECKS: readonly Check[] = [trustAnchorName];

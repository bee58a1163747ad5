import type { Check } from '../check';
import { mixedClientChecks } from './mixed-client-checks';
import { mixedGateways } from './mixed-gateways';

/** Checks of Gateways and their servers. */
export const GATEWAY_CHECKS: readonly Check[] = [mixedClientChecks, mixedGateways];

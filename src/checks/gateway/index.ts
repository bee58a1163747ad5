import { clashingServerNames } from './clashing-server-names';
import { everywhereFirst } from './everywhere-first';
import { mandatoryOptional } from './mandatory-optional';
import { missingMode } from './missing-mode';
import { mixedClientChecks } from './mixed-client-checks';
import { mixedGateways } from './mixed-gateways';
import { mixedProtocols } from './mixed-protocols';
import { repeatedHost } from './repeated-host';
import { repeatedRedirectHost } from './repeated-redirect-host';
import { skippedVerification } from './skipped-verification';
import { spoofedHeader } from './spoofed-header';
import { twinHosts } from './twin-hosts';
import { unappliedNames } from './unapplied-names';
import type { Check } from '../check';

/** Checks of Gateways and their servers. */
export const GATEWAY_CHECKS: readonly Check[] = [
  missingMode, unappliedNames, mandatoryOptional, spoofedHeader, repeatedHost, clashingServerNames, mixedProtocols, mixedClientChecks, mixedGateways,
  skippedVerification, everywhereFirst, repeatedRedirectHost, twinHosts,
];

import { classicBinding } from './classic-binding';
import { foreignSelector } from './foreign-selector';
import { foreignGatewayService } from './foreign-service';
import { missingGrant } from './missing-grant';
import { mixedListeners } from './mixed-listeners';
import { secretAnchor } from './secret-anchor';
import { unknownOption } from './unknown-option';
import type { Check } from '../check';

/** Checks of Gateways, listeners and routes of the Gateway API. */
export const GATEWAY_API_CHECKS: readonly Check[] = [
  mixedListeners, unknownOption, foreignGatewayService, missingGrant, secretAnchor, foreignSelector, classicBinding,
];

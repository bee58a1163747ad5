import { addedHeader } from './added-header';
import { authorityRewrite } from './authority-rewrite';
import { destinationName } from './destination-name';
import { destinationPort } from './destination-port';
import { framingHeader } from './framing-header';
import { headerOperator } from './header-operator';
import { headerSpellings } from './header-spellings';
import { hostNotServed } from './host-not-served';
import { missingGateway } from './missing-gateway';
import { privateRouteFirst } from './private-route-first';
import { rejectedRoutes } from './rejected-routes';
import { setWithoutRemove } from './set-without-remove';
import { shadowedRoute } from './shadowed-route';
import { unguardedSecondRoute } from './unguarded-second-route';
import type { Check } from '../check';

/** Checks of VirtualServices. */
export const ROUTE_CHECKS: readonly Check[] = [
  setWithoutRemove, missingGateway, hostNotServed, destinationName, destinationPort, shadowedRoute, addedHeader, headerOperator, headerSpellings,
  authorityRewrite, privateRouteFirst, framingHeader, rejectedRoutes, unguardedSecondRoute,
];

import { anyAudience } from './any-audience';
import { requestPrincipal } from './request-principal';
import { strippedToken } from './stripped-token';
import { tcpPort } from './tcp-port';
import { tokenNotDemanded } from './token-not-demanded';
import { tokenNotVerified } from './token-not-verified';
import { unreachableKeys } from './unreachable-keys';
import { unusableKeys } from './unusable-keys';
import type { Check } from '../check';

/** Checks of RequestAuthentications, and of what policies make of tokens. */
export const TOKEN_CHECKS: readonly Check[] = [
  tokenNotDemanded, tokenNotVerified, requestPrincipal, strippedToken, unreachableKeys, tcpPort, unusableKeys, anyAudience,
];

import type { Check } from './check';
import { CREDENTIAL_CHECKS } from './credential';
import { GATEWAY_CHECKS } from './gateway';
import { KYMA_CHECKS } from './kyma';
import { OBJECT_CHECKS } from './object';
import { POLICY_CHECKS } from './policy';
import { ROUTE_CHECKS } from './route';
import { TOKEN_CHECKS } from './token';

/** Every check, by id. */
export const CATALOGUE: readonly Check[] = [
  ...OBJECT_CHECKS, ...GATEWAY_CHECKS, ...CREDENTIAL_CHECKS, ...ROUTE_CHECKS, ...POLICY_CHECKS, ...TOKEN_CHECKS, ...KYMA_CHECKS,
].sort((a, b) => (a.id < b.id ? -1 : 1));

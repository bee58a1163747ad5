import { acknowledgementForm } from './acknowledgement/acknowledgement-form';
import type { Check } from './check';
import { CREDENTIAL_CHECKS } from './credential';
import { GATEWAY_CHECKS } from './gateway';
import { GATEWAY_API_CHECKS } from './gateway-api';
import { KYMA_CHECKS } from './kyma';
import { OBJECT_CHECKS } from './object';
import { POLICY_CHECKS } from './policy';
import { ROUTE_CHECKS } from './route';
import { TOKEN_CHECKS } from './token';

const OVER_MANIFESTS: readonly Check[] = [
  ...OBJECT_CHECKS, ...GATEWAY_CHECKS, ...CREDENTIAL_CHECKS, ...ROUTE_CHECKS, ...POLICY_CHECKS, ...TOKEN_CHECKS, ...KYMA_CHECKS,
  ...GATEWAY_API_CHECKS,
];

/** The ids of the checks whose findings may be acknowledged. */
export const CHECK_IDS: readonly string[] = OVER_MANIFESTS.map(({ id }) => id);

/** Every check, by id. */
export const CATALOGUE: readonly Check[] = [...OVER_MANIFESTS, acknowledgementForm(CHECK_IDS)].sort((a, b) => (a.id < b.id ? -1 : 1));

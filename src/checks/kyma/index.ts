import { anotherDoor } from './another-door';
import { apiRuleVersion } from './api-rule-version';
import { authorityHeader } from './authority-header';
import { emptyHeader } from './empty-header';
import { externalForwarding } from './external-forwarding';
import { externalGatewayName } from './external-gateway-name';
import { externalShortHost } from './external-short-host';
import { externalSubjects } from './external-subjects';
import { foreignService } from './foreign-service';
import { apiRuleHeaderOperator } from './header-operator';
import { longName } from './long-name';
import { lostExclusion } from './lost-exclusion';
import { occupiedHost } from './occupied-host';
import { pathVariants } from './path-variants';
import { regexPath } from './regex-path';
import { apiRuleServicePort } from './service-port';
import { uncoveredHost } from './uncovered-host';
import { unprocessed } from './unprocessed';
import { unprotectedRoot } from './unprotected-root';
import { unremovableHeader } from './unremovable-header';
import { wildcardHost } from './wildcard-host';
import type { Check } from '../check';

/** Checks of Kyma's APIRules and ExternalGateways. */
export const KYMA_CHECKS: readonly Check[] = [
  apiRuleVersion,
  lostExclusion,
  unprotectedRoot,
  wildcardHost,
  foreignService,
  apiRuleHeaderOperator,
  externalGatewayName,
  externalShortHost,
  unremovableHeader,
  regexPath,
  uncoveredHost,
  pathVariants,
  authorityHeader,
  apiRuleServicePort,
  anotherDoor,
  occupiedHost,
  externalSubjects,
  externalForwarding,
  emptyHeader,
  longName,
  unprocessed,
];

import type { Duration } from 'cdk8s';
import { ApiRuleAccess } from './api-rule-access';
import type { OrderedRule } from './api-rule-order';
import { ApiRulePath } from './api-rule-path';
import { ApiRuleRequest, checkedRequest } from './api-rule-request';
import { Workload } from './workload';
import type * as kyma from '../../imports/gateway.kyma-project.io';
import { checkedMethods, HttpMethod } from '../model/http-method';

/** One rule of an `ApiRule`: who may send which methods to which paths. */
export interface ApiRuleRule {
  /**
   * The path: exact (`/status`), with `{*}` for one segment and `{**}` for the rest as whole segments, or `/*` for everything.
   * @default `/*`
   */
  readonly path?: string;
  /** The methods. Others are 404: `GET` does not imply `HEAD`, and preflights need `OPTIONS`. */
  readonly methods: HttpMethod[];
  /** Who may use them. */
  readonly access: ApiRuleAccess;
  /**
   * Where the requests go.
   * @default - the APIRule's workload
   */
  readonly workload?: Workload;
  /**
   * What the route writes into the requests.
   * @default - nothing but `x-forwarded-host`, which Kyma sets itself
   */
  readonly request?: ApiRuleRequest;
  /**
   * How long the workload may take, from 1 to 3900 seconds.
   * @default - the timeout of the APIRule
   */
  readonly timeout?: Duration;
  /**
   * The reason why it does no harm that variants of this path (`/p/`, `/P`, `/p;x`, `/p%2F`) fall to a later rule of weaker access.
   * @default - an error where there is such a rule
   */
  readonly acceptVariants?: string;
}

/** @internal */
export interface CheckedRule extends OrderedRule {
  readonly workload?: Workload;
  readonly request?: kyma.ApiRuleSpecRulesRequest;
  readonly timeout?: number;
}

/** @internal */
export function checkedRule(rule: ApiRuleRule): CheckedRule {
  if (typeof rule !== 'object' || rule === null) throw new Error(`invalid rule \`${String(rule)}\`: expected an object with \`methods\` and \`access\``);
  const path = ApiRulePath.parse(rule.path ?? '/*');
  if (!(rule.access instanceof ApiRuleAccess)) {
    throw new Error(`invalid access \`${JSON.stringify(rule.access)}\` of rule \`${path.text}\`: expected ApiRuleAccess.noAuth(), .jwt(…) or .extAuth(…)`);
  }
  if (!Array.isArray(rule.methods) || rule.methods.length === 0) {
    throw new Error(`invalid \`methods\` \`${String(rule.methods)}\` of rule \`${path.text}\`: expected at least one, such as HttpMethod.GET`);
  }
  if (rule.workload !== undefined) requireWorkload(rule.workload);
  const timeout = seconds(rule.timeout);
  return {
    path,
    methods: checkedMethods(rule.methods),
    access: rule.access,
    ...(rule.workload && { workload: rule.workload }),
    ...(rule.request !== undefined && { request: checkedRequest(rule.request) }),
    ...(timeout !== undefined && { timeout }),
    ...(rule.acceptVariants !== undefined && { acceptVariants: checkedReason('acceptVariants', rule.acceptVariants) }),
  };
}

/** @internal */
export function requireWorkload(workload: unknown): void {
  if (!(workload instanceof Workload)) throw new Error(`invalid workload \`${String(workload)}\`: expected a Workload, such as Workload.of({ service, port, labels })`);
}

/** @internal */
export function checkedReason(field: string, reason: unknown): string {
  if (typeof reason !== 'string' || reason.trim() === '') throw new Error(`invalid \`${field}\` \`${String(reason)}\`: expected the reason in words`);
  return reason;
}

/** @internal */
export function seconds(timeout: Duration | undefined): number | undefined {
  if (timeout === undefined) return undefined;
  if (typeof timeout?.toSeconds !== 'function') throw new Error(`invalid timeout \`${String(timeout)}\`: expected a Duration, such as Duration.seconds(30)`);
  const value = timeout.toSeconds({ integral: false });
  if (!Number.isInteger(value) || value < 1 || value > 3900) throw new Error(`invalid timeout \`${value}\` seconds: expected whole seconds from 1 to 3900`);
  return value;
}

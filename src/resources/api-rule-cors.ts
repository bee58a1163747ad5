import type { CorsPolicy } from './http-route';
import { checkedRoute } from './http-route-check';
import type * as kyma from '../../imports/gateway.kyma-project.io';
import { checkedMethods } from '../model/http-method';

/**
 * A cross-origin policy in the words of the APIRule, which Kyma copies into every route.
 * @internal
 */
export function checkedCors(cors: CorsPolicy): kyma.ApiRuleSpecCorsPolicy {
  if (typeof cors !== 'object' || cors === null) throw new Error(`invalid \`cors\` \`${String(cors)}\`: expected a cross-origin policy with \`allowOrigins\``);
  // The rules for the values are those of any route.
  checkedRoute({ directResponse: { status: 200 }, cors });
  const maxAge = cors.maxAge?.toSeconds({ integral: false });
  if (maxAge !== undefined && !Number.isInteger(maxAge)) throw new Error(`invalid maximum age \`${maxAge}s\`: expected whole seconds, at least one`);
  return {
    allowOrigins: cors.allowOrigins.map((origin) => {
      const match = origin._render();
      // Kyma reads a key that it does not know as `prefix`.
      return { ...(Object.keys(match).length === 0 ? { regex: '.*' } : match) };
    }),
    ...(cors.allowMethods && { allowMethods: some('allowMethods', checkedMethods(cors.allowMethods)) }),
    ...(cors.allowHeaders && { allowHeaders: some('allowHeaders', cors.allowHeaders) }),
    ...(cors.exposeHeaders && { exposeHeaders: some('exposeHeaders', cors.exposeHeaders) }),
    ...(cors.allowCredentials !== undefined && { allowCredentials: cors.allowCredentials }),
    ...(maxAge !== undefined && { maxAge }),
  };
}

function some(field: string, values: string[]): string[] {
  if (values.length === 0) throw new Error(`empty list \`${field}\`: leave the field out, or give at least one value`);
  return [...new Set(values)].sort();
}

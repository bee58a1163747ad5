import { gatewayReference } from './gateway-reference';
import type { CorsPolicy, HttpMatch, HttpRoute } from './http-route';
import { durationText } from './http-route-check';
import * as networking from '../../imports/networking.istio.io';
import type { StringMatch } from '../model/string-match';

/**
 * A checked route in the words of the CRD.
 * @internal
 */
export function renderRoute(route: HttpRoute, namespace: string): networking.VirtualServiceSpecHttp {
  const { name, match, destinations, redirect, directResponse, rewrite, timeout, retries, cors, headers } = route;
  return {
    ...(name === undefined ? {} : { name }),
    ...(match ? { match: match.map(renderMatch) } : {}),
    ...(destinations ? {
      route: destinations.map((entry) => ({
        destination: entry.destination._render(namespace) as networking.VirtualServiceSpecHttpRouteDestination,
        ...(entry.weight === undefined ? {} : { weight: entry.weight }),
        ...(entry.headers ? { headers: entry.headers } : {}),
      })),
    } : {}),
    ...(redirect ? { redirect: { ...redirect } } : {}),
    ...(directResponse ? {
      directResponse: { status: directResponse.status, ...(directResponse.body === undefined ? {} : { body: { string: directResponse.body } }) },
    } : {}),
    ...(rewrite ? { rewrite: { ...rewrite } } : {}),
    ...(timeout ? { timeout: durationText('timeout', timeout) } : {}),
    ...(retries ? {
      retries: { ...retries, perTryTimeout: retries.perTryTimeout && durationText('time per try', retries.perTryTimeout) },
    } : {}),
    ...(cors ? { corsPolicy: renderCors(cors) } : {}),
    ...(headers ? { headers } : {}),
  };
}

function renderMatch(match: HttpMatch): networking.VirtualServiceSpecHttpMatch {
  return {
    uri: match.uri?._render(),
    ignoreUriCase: match.ignoreUriCase,
    method: match.method === undefined ? undefined : { exact: match.method },
    authority: match.authority?._render(),
    headers: byName(match.headers),
    withoutHeaders: byName(match.withoutHeaders),
    queryParams: byName(match.queryParams),
    port: match.port,
    gateways: match.gateways?.map(gatewayReference),
  };
}

function byName(matches: { [name: string]: StringMatch } | undefined): { [name: string]: object } | undefined {
  return matches && Object.fromEntries(Object.entries(matches).map(([name, match]) => [name, match._render()]));
}

function renderCors(cors: CorsPolicy): networking.VirtualServiceSpecHttpCorsPolicy {
  return {
    allowOrigins: cors.allowOrigins.map((origin) => (origin._render().exact || !origin._isEverything ? origin._render() : { regex: '.*' })),
    allowMethods: cors.allowMethods && [...cors.allowMethods],
    allowHeaders: cors.allowHeaders && [...cors.allowHeaders],
    exposeHeaders: cors.exposeHeaders && [...cors.exposeHeaders],
    maxAge: cors.maxAge && durationText('maximum age', cors.maxAge),
    allowCredentials: cors.allowCredentials,
  };
}

import { headerProblem } from './header-operations';
import { ProxyRequest } from './proxy-request';
import { expressionsOf, routeMatches } from './route-match';
import { isExpression } from '../mesh/regular-expression';
import { RouteEntry, RouteTable, VirtualHost } from '../mesh/route-table';

/** The first route of a virtual host that takes the request. */
export function chooseRoute(host: VirtualHost, request: ProxyRequest): RouteEntry | undefined {
  return host.routes.find(({ match }) => match === undefined || routeMatches(match, request));
}

const checked = new WeakMap<RouteTable, string | null>();

/** Why Envoy refuses a route table, and so serves none of its hosts; undefined where it takes it. */
export function routeTableProblem(table: RouteTable): string | undefined {
  const known = checked.get(table);
  if (known !== undefined) return known ?? undefined;
  const problem = table.entries.map(entryProblem).find((found) => found !== undefined);
  checked.set(table, problem ?? null);
  return problem;
}

function entryProblem({ route, match, virtualService }: RouteEntry): string | undefined {
  const name = `VirtualService ${virtualService.namespace}/${virtualService.name}`;
  const expression = match === undefined ? undefined : expressionsOf(match).find((candidate) => !isExpression(candidate));
  if (expression !== undefined) return `${name} has the regular expression \`${expression}\``;
  if (route.directStatus !== undefined && (route.directStatus < 100 || route.directStatus >= 600)) return `${name} answers with status ${route.directStatus}`;
  if (match?.queryParams.some((parameter) => parameter.name === '') === true) return `${name} has a query parameter without name`;
  const problem = headerProblem(route);
  return problem === undefined ? undefined : `${name}: ${problem}`;
}

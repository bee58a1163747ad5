import type { Duration } from 'cdk8s';
import type { Destination } from './destination';
import type { IGateway } from './gateway-reference';
import type { HeaderOperations } from './header-operations';
import type { HttpMethod } from '../model/http-method';
import type { StringMatch } from '../model/string-match';

/** Which requests a route takes: every field that is set must match. */
export interface HttpMatch {
  /**
   * The normalised path without query. A regular expression must match the whole path.
   * @default - any path
   */
  readonly uri?: StringMatch;
  /**
   * Compares exact and prefix paths without regard to letter case.
   * @default false
   */
  readonly ignoreUriCase?: boolean;
  /**
   * The request method.
   * @default - any method
   */
  readonly method?: HttpMethod;
  /**
   * The request's authority with its port, case-sensitive.
   * @default - any of the route's hosts
   */
  readonly authority?: StringMatch;
  /**
   * Headers by name; names in any letter case, values case-sensitive.
   * @default - any headers
   */
  readonly headers?: { [name: string]: StringMatch };
  /**
   * Headers that must not match.
   * @default - none
   */
  readonly withoutHeaders?: { [name: string]: StringMatch };
  /**
   * Query parameters by name.
   * @default - any query
   */
  readonly queryParams?: { [name: string]: StringMatch };
  /**
   * The port of the Gateway's server, not the port on which its Envoy listens.
   * @default - any port
   */
  readonly port?: number;
  /**
   * Gateways to which this match is limited, of those that the route is bound to.
   * @default - all of them
   */
  readonly gateways?: IGateway[];
}

/** One of the destinations among which a route divides its requests. */
export interface RouteDestination {
  /** Where the requests go. */
  readonly destination: Destination;
  /**
   * Its share, in proportion to the sum of all weights.
   * @default - all requests; needed when there are several destinations
   */
  readonly weight?: number;
  /**
   * Header changes for this destination only.
   * @default - none
   */
  readonly headers?: HeaderOperations;
}

/** A redirect that the proxy answers itself. */
export interface HttpRedirect {
  /**
   * The path to redirect to.
   * @default - that of the request
   */
  readonly uri?: string;
  /**
   * The host to redirect to.
   * @default - that of the request
   */
  readonly authority?: string;
  /**
   * `http` or `https`.
   * @default - that of the request
   */
  readonly scheme?: string;
  /**
   * The port to redirect to.
   * @default - that of the scheme
   */
  readonly port?: number;
  /**
   * The status: 301, 302, 303, 307 or 308.
   * @default 301
   */
  readonly redirectCode?: number;
}

/** An answer of the proxy itself. */
export interface DirectResponse {
  /** The status, from 200 to 599: others make Envoy reject the whole route table. */
  readonly status: number;
  /**
   * The body.
   * @default - none
   */
  readonly body?: string;
}

/** What the workload sees instead of the requested path or host. Policies on the workload see it too. */
export interface HttpRewrite {
  /**
   * Replaces the path that was matched: the prefix of a prefix match, the whole path otherwise.
   * @default - the path stays
   */
  readonly uri?: string;
  /**
   * Replaces the host.
   * @default - the host stays
   */
  readonly authority?: string;
}

/** When and how often a failed request is tried again. */
export interface HttpRetries {
  /** How often, at most; 0 switches Istio's two default retries off. */
  readonly attempts: number;
  /**
   * The time for each attempt, at least a millisecond.
   * @default - the timeout of the route
   */
  readonly perTryTimeout?: Duration;
  /**
   * Envoy's conditions, separated by commas: `5xx,reset`.
   * @default - Istio's: connect-failure, refused-stream, unavailable, cancelled
   */
  readonly retryOn?: string;
}

/** Which web pages of other origins may read the answers; the proxy answers their preflight requests itself. */
export interface CorsPolicy {
  /** The origins, as in `StringMatch.exact('https://shop.example.com')`. */
  readonly allowOrigins: StringMatch[];
  /**
   * The methods.
   * @default - none beyond those that need no preflight
   */
  readonly allowMethods?: HttpMethod[];
  /**
   * The request headers, such as `authorization`.
   * @default - none beyond those that need no preflight
   */
  readonly allowHeaders?: string[];
  /**
   * The response headers that pages may read.
   * @default - none
   */
  readonly exposeHeaders?: string[];
  /**
   * How long browsers may remember the answer, at least a millisecond.
   * @default - as long as browsers choose
   */
  readonly maxAge?: Duration;
  /**
   * Lets pages send cookies and other credentials.
   * @default false
   */
  readonly allowCredentials?: boolean;
}

/** One entry of a VirtualService: exactly one of `destinations`, `redirect` and `directResponse`. Entries are tried in order. */
export interface HttpRoute {
  /**
   * A name for logs.
   * @default - none
   */
  readonly name?: string;
  /**
   * Alternatives, one of which must match.
   * @default - every request
   */
  readonly match?: HttpMatch[];
  /**
   * Where the requests go.
   * @default - none
   */
  readonly destinations?: RouteDestination[];
  /**
   * Sends the client elsewhere.
   * @default - none
   */
  readonly redirect?: HttpRedirect;
  /**
   * Answers at once.
   * @default - none
   */
  readonly directResponse?: DirectResponse;
  /**
   * Rewrites path or host.
   * @default - neither
   */
  readonly rewrite?: HttpRewrite;
  /**
   * The time until the answer must be complete, at least a millisecond.
   * @default - none: requests may take for ever
   */
  readonly timeout?: Duration;
  /**
   * Retries.
   * @default - Istio's: two, on failures before the request reached the workload
   */
  readonly retries?: HttpRetries;
  /**
   * Cross-origin requests of web pages.
   * @default - preflights go to the workload
   */
  readonly cors?: CorsPolicy;
  /**
   * Header changes for every destination.
   * @default - none
   */
  readonly headers?: HeaderOperations;
}

import { bit, Dimension, outcomes, PolicyTest } from './policy-tests';
import { normalizations } from './request-parts';
import { AccessRequest } from '../authz';
import { EvaluatedMesh } from '../authz/evaluation';
import { HttpMessage } from '../authz/http-message';
import { authenticate, JwtProvider } from '../authz/jwt-authn';
import { Peer } from '../authz/peer';
import { ProxyRequest } from '../authz/proxy-request';
import { routeMatches } from '../authz/route-match';
import { explore } from '../mesh/choices';
import { Value } from '../mesh/value';
import { RouteMatch } from '../mesh/virtual-service';

const MAX_VARIANTS = 16;

/** The parts of a request that are told apart independently of each other. */
export type PartName = 'credentials' | 'path' | 'method' | 'host' | 'address';

/**
 * Everything that the decisions of one place can depend on: the conditions of the policies, routes and issuers on the way from there.
 *
 * Each part of a request is reduced to how these conditions come out for it, computed by the evaluator's own tests on what the proxies see.
 * Requests with the same reduction in every part get the same answer.
 */
export interface Scope {
  /** Who asks: certificate, token and headers. */
  credentials(request: AccessRequest): string;
  /**
   * The part of `credentials` that does not hang on the header lines of the request.
   *
   * Requests that differ in the client only and are equal in it have equal credentials.
   */
  client(request: AccessRequest): string;
  path(request: AccessRequest): string;
  method(request: AccessRequest): string;
  host(request: AccessRequest): string;
  address(request: AccessRequest): string;
}

/** What a proxy knows of a request when its conditions are tested. */
export interface Standing {
  readonly peer?: Peer;
  readonly claims?: Value;
  readonly port?: number;
  readonly sourceIp?: string;
}

const NOBODY: Peer = { tls: false };

/** The tests of one proxy, made ready for asking. */
export class Examination {
  public constructor(
    private readonly mesh: EvaluatedMesh,
    public readonly tests: readonly PolicyTest[],
    public readonly providers: readonly (readonly JwtProvider[])[],
  ) {}

  /** How the tests of some dimensions come out. */
  public outcomes(dimensions: readonly Dimension[], message: HttpMessage, standing: Standing = {}): string {
    return outcomes(this.tests, dimensions, this.request(message, standing));
  }

  /** Whether any test asks about one of these dimensions. */
  public asks(dimensions: readonly Dimension[]): boolean {
    return this.tests.some(({ dimension }) => dimensions.includes(dimension));
  }

  /** What the proxy makes of tokens: one text for each possible result, with what follows behind it. */
  public authenticated(message: HttpMessage, request: AccessRequest, now: Date, follow: (message: HttpMessage, claims: Value) => string): string {
    const asserted = new Set(request.token?._isAsserted() === true ? [request.token.text] : []);
    const seconds = Math.floor(now.getTime() / 1000);
    const results = this.providers.map((providers) => {
      const { runs } = explore((choices) => authenticate(providers, message, { now: seconds, asserted, choices }), MAX_VARIANTS);
      return runs.map(({ value }) => (value.ok ? follow(value.message, value.claims) : `${value.status} ${value.source}`)).join('|');
    });
    return results.join('/');
  }

  /** Whether a request takes a match of a route. */
  public matches(match: RouteMatch, message: HttpMessage, standing: Standing = {}): string {
    return bit((choices) => routeMatches(match, { ...this.request(message, standing), choices }));
  }

  /** How the paths tests come out for a message before normalisation. */
  public paths(message: HttpMessage): string {
    return this.asks(['path']) ? normalizations(this.mesh, message).map((seen) => (seen === undefined ? '!' : this.outcomes(['path'], seen))).join('|') : this.malformed(message);
  }

  private malformed(message: HttpMessage): string {
    return normalizations(this.mesh, message).map((seen) => (seen === undefined ? '!' : '')).join('|');
  }

  private request(message: HttpMessage, { peer = NOBODY, claims, port = 0, sourceIp }: Standing): Omit<ProxyRequest, 'choices'> {
    const { settings } = this.mesh.view;
    return { message, peer, claims, port, sourceIp, remoteIp: settings.topology.numTrustedProxies > 0 ? undefined : sourceIp, settings };
  }
}

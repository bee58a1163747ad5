/** What becomes of a request. */
export enum Outcome {
  /** It reaches a workload. */
  ALLOWED = 'allowed',
  /** The gateway refuses the client's certificate, or its absence, with a TLS alert. */
  HANDSHAKE_REJECTED = 'handshake rejected',
  /** The connection is closed before anything is said: no certificate for the server, or no server for the name. */
  CONNECTION_CLOSED = 'connection closed',
  /** Nothing listens on the port. */
  CONNECTION_REFUSED = 'connection refused',
  /** The client is sent elsewhere, mostly to HTTPS. */
  REDIRECT = 'redirect',
  /** The gateway answers by itself, as a route tells it. */
  DIRECT_RESPONSE = 'direct response',
  /** 400: the request is malformed. */
  BAD_REQUEST = 'bad request',
  /** 401: a token that is not valid. */
  UNAUTHENTICATED = 'unauthenticated',
  /** 403: a policy denies, or none allows. */
  FORBIDDEN = 'forbidden',
  /** 404: no route. */
  NOT_FOUND = 'not found',
  /** 503: a route that leads nowhere. */
  UNAVAILABLE = 'unavailable',
  /** The manifests do not determine it. */
  UNDECIDED = 'undecided',
}

/** One thing that happened to a request on its way. */
export interface Hop {
  /** Which: `handshake`, `gateway`, `route` or `workload`. */
  readonly stage: string;
  /** What happened there, in words. */
  readonly text: string;
  /**
   * The object by which the request came through there, e.g. `VirtualService default/httpbin`.
   * @default - the text is not of one object's doing
   */
  readonly object?: string;
  /**
   * Of a policy the rule, from 1.
   * @default - the object is no policy
   */
  readonly rule?: number;
}

/** A condition of a policy that a request does not meet. */
export interface UnmetCondition {
  /** How the policy names it, e.g. `when request.headers[X-CLIENT-SSL-CN]`. */
  readonly condition: string;
  /** What it wants, e.g. ``wants `O=Example,CN=client` ``. */
  readonly wants: string;
  /** What the request has. */
  readonly found: string;
}

/** What a decision is made of. */
export interface DecisionProps {
  /** What becomes of the request. */
  readonly outcome: Outcome;
  /** Why, in words. */
  readonly reason: string;
  /**
   * The HTTP status that a proxy answers with.
   * @default - no proxy answers: the workload does, or nobody
   */
  readonly status?: number;
  /**
   * The proxy that ended the request, e.g. `gateway istio-system/istio-ingressgateway` or `sidecar of default/httpbin`.
   * @default - none did
   */
  readonly place?: string;
  /**
   * The policy that decided, `namespace/name`.
   * @default - no policy did
   */
  readonly policy?: string;
  /**
   * The rule of the policy that decided, from 1.
   * @default - no rule did
   */
  readonly rule?: number;
  /**
   * Of a request that no rule allows the conditions of the closest rule that it does not meet.
   * @default - none
   */
  readonly unmet?: UnmetCondition[];
  /**
   * Of one of several possible decisions the facts that must not hold for it.
   * @default - none
   */
  readonly unless?: string[];
  /**
   * The Service that the request reaches, `namespace/name`.
   * @default - it reaches none
   */
  readonly workload?: string;
  /**
   * The headers as the workload gets them.
   * @default - it gets none
   */
  readonly upstreamHeaders?: { [name: string]: string };
  /**
   * The path as the workload gets it.
   * @default - it gets none
   */
  readonly upstreamPath?: string;
  /**
   * The stations of the request.
   * @default - none
   */
  readonly hops?: Hop[];
  /**
   * What was taken for granted because the manifests do not say it.
   * @default - nothing
   */
  readonly assumptions?: string[];
  /**
   * Of an undecided request the decisions that are possible.
   * @default - none
   */
  readonly alternatives?: Decision[];
}

/** What becomes of a request, and why. */
export class Decision {
  /** What becomes of the request. */
  public readonly outcome: Outcome;
  /** Why, in words that name the object and the value. */
  public readonly reason: string;
  /** The HTTP status that a proxy answers with; undefined where the workload answers, or nobody. */
  public readonly status?: number;
  /** The proxy that ended the request, e.g. `gateway istio-system/istio-ingressgateway` or `sidecar of default/httpbin`; undefined where none did. */
  public readonly place?: string;
  /** The policy that decided, `namespace/name`; of a request that no rule allows the closest one. */
  public readonly policy?: string;
  /** The rule of the policy, from 1. */
  public readonly rule?: number;
  /** The Service that the request reaches, `namespace/name`. */
  public readonly workload?: string;
  /** The path as the workload gets it. */
  public readonly upstreamPath?: string;

  /** @param props what the decision is made of */
  public constructor(private readonly props: DecisionProps) {
    this.outcome = props.outcome;
    this.reason = props.reason;
    this.status = props.status;
    this.place = props.place;
    this.policy = props.policy;
    this.rule = props.rule;
    this.workload = props.workload;
    this.upstreamPath = props.upstreamPath;
  }

  /** Whether the request reaches a workload. */
  public get isAllowed(): boolean {
    return this.outcome === Outcome.ALLOWED;
  }

  /** The headers as the workload gets them. */
  public get upstreamHeaders(): { [name: string]: string } {
    return { ...this.props.upstreamHeaders };
  }

  /** What happened to the request on its way, in order. */
  public get hops(): Hop[] {
    return (this.props.hops ?? []).map(({ stage, text, object, rule }) => ({ stage, text, ...(object && { object }), ...(rule && { rule }) }));
  }

  /** Of a request that no rule allows the conditions of the closest rule (`policy`, `rule`) that it does not meet. */
  public get unmet(): UnmetCondition[] {
    return [...this.props.unmet ?? []];
  }

  /** Of one of several possible decisions the facts that must not hold for it. */
  public get unless(): string[] {
    return [...this.props.unless ?? []];
  }

  /** What was taken for granted because the manifests do not say it. */
  public get assumptions(): string[] {
    return [...this.props.assumptions ?? []];
  }

  /** Of an undecided request the decisions that are possible. */
  public get alternatives(): Decision[] {
    return [...this.props.alternatives ?? []];
  }

  /** The decision in one line. */
  public toString(): string {
    const answer = this.isAllowed ? `allowed, reaches ${this.workload}` : `${this.status === undefined ? '' : `${this.status} `}${this.outcome}`;
    return this.reason === '' ? answer : `${answer}: ${this.reason}`;
  }

  /** What came out and where, without the reason: e.g. `403 forbidden at sidecar of default/httpbin`. */
  public summary(): string {
    if (this.isAllowed) return `allowed, reaches ${this.workload}`;
    return `${this.status === undefined ? '' : `${this.status} `}${this.outcome}${this.place === undefined ? '' : ` at ${this.place}`}`;
  }

  /** The decision, everything that happened to the request on its way, and of an undecided one the possible answers. */
  public explain(): string {
    const lines = this.hops.map(({ stage, text }, index, all) => `  ${(all[index - 1]?.stage === stage ? '' : stage).padEnd(10)}  ${text}`);
    const assumed = this.assumptions.map((text) => `  assumed     ${text}`);
    const possible = this.alternatives.map((alternative) => (
      `  possible    ${alternative.toString()}${alternative.unless.length === 0 ? '' : `; unless ${alternative.unless.join(' and ')}`}`
    ));
    return [this.hops.length > 0 ? this.summary() : this.toString(), '', ...lines, ...assumed, ...possible].join('\n');
  }
}

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

/** One station of a request. */
export interface Hop {
  /** Which: `handshake`, `gateway`, `route` or `workload`. */
  readonly stage: string;
  /** What happened there, in words. */
  readonly text: string;
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

  /** The stations of the request, in order. */
  public get hops(): Hop[] {
    return [...this.props.hops ?? []];
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

  /** The decision and every station, one line each. */
  public explain(): string {
    const lines = this.hops.map(({ stage, text }) => `  ${stage.padEnd(11)} ${text}`);
    const assumed = this.assumptions.map((text) => `  assumed     ${text}`);
    return [this.toString(), '', ...lines, ...assumed].join('\n');
  }
}

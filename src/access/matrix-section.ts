import { AccessSpace } from './access-space';
import { Caller } from './caller';
import { Endpoint } from './endpoint';
import { CellExplanation, CellFacts, MatrixSection } from './matrix';
import { behaviourOf, cellOf, explanationOf, factsOf, reach } from './matrix-cell';
import { mergeColumns } from './matrix-columns';
import { mergeRows } from './matrix-rows';
import { HeaderSet, Sample } from './operation';
import { Decision } from '../authz';

const MAX_FORGERIES = 256;
const FURTHEST = 3;
const NO_HEADERS: HeaderSet = new Map();

/** A place and what is asked there. */
export interface Question {
  readonly endpoint: Endpoint;
  readonly path: Sample<string>;
  readonly method: Sample<string>;
  /** How many paths and methods its endpoint tells apart. */
  readonly of: { readonly paths: number; readonly methods: number };
}

/** One caller, honest or with the forged headers that get furthest. */
export interface Asker {
  readonly caller: Caller;
  readonly forging: boolean;
}

/** What becomes of a request: a number that is equal for equal behaviour, and what is told of one of its class. */
interface Decided {
  readonly behaviour: number;
  readonly facts: CellFacts;
  /** Why, worked out once. */
  readonly explanation: () => CellExplanation;
}

/** What becomes of an asker at a question, and the headers that were forged. */
export interface Answer extends Decided {
  readonly headers: HeaderSet;
}

/** The answers to all questions, by question, then by asker. */
interface Answers {
  readonly askers: readonly Asker[];
  readonly questions: Question[];
  readonly answers: Answer[][];
}

/** One table of the matrix. */
export function sectionOf(space: AccessSpace, kind: Endpoint['kind'], title: string, assumptions: Set<string>, advance: () => void): MatrixSection {
  const endpoints = space.endpoints.filter((endpoint) => endpoint.kind === kind);
  if (endpoints.length === 0) return { title, rows: [], columns: [], cells: [] };
  const callers = space.callersOf(endpoints[0]);
  const all: Answers = { askers: callers.flatMap((caller) => [{ caller, forging: false }, { caller, forging: true }]), questions: [], answers: [] };
  const behaviours = new Map<string, number>();
  for (const endpoint of endpoints) {
    new EndpointAnswers(space, endpoint, callers, behaviours, assumptions).addTo(all);
    advance();
  }
  const rows = mergeRows(all.askers, all.answers);
  const columns = mergeColumns(all.questions, all.answers, rows.map(({ index }) => index));
  const cells = rows.map(({ index }) => columns.map((column) => cellOf(all.answers[column.index][index])));
  return { title, rows: rows.map(({ row }) => row), columns: columns.map(({ column }) => column), cells };
}

/** The answers at one endpoint. Of callers that it does not tell apart one is asked. */
class EndpointAnswers {
  private readonly decided = new Map<string, Decided[]>();
  private readonly operations: readonly Question[];
  private readonly forgeries: readonly HeaderSet[];

  public constructor(
    private readonly space: AccessSpace,
    private readonly endpoint: Endpoint,
    private readonly callers: readonly Caller[],
    private readonly behaviours: Map<string, number>,
    private readonly assumptions: Set<string>,
  ) {
    const surface = space.surfaceOf(endpoint);
    const [paths, methods] = [surface.paths, surface.methods].map((samples) => samples.filter(({ odd }) => odd !== true));
    const of = { paths: paths.length, methods: methods.length };
    this.operations = paths.flatMap((path) => methods.map((method) => ({ endpoint, path, method, of })));
    this.forgeries = surface.headers.map(({ value }) => value).filter(({ size }) => size > 0).slice(0, MAX_FORGERIES);
  }

  public addTo({ questions, answers }: Answers): void {
    const classes = new Map<string, readonly (readonly Answer[])[]>();
    const byAsker = this.callers.flatMap((caller) => {
      const client = this.space.partAt(this.endpoint, this.space.requestOf(this.endpoint, caller), 'client');
      const known = classes.get(client) ?? this.bothOf(caller);
      classes.set(client, known);
      return known;
    });
    questions.push(...this.operations);
    this.operations.forEach((_, index) => answers.push(byAsker.map((list) => list[index])));
  }

  /** The answers to a caller that is honest, and to one that is not. */
  private bothOf(caller: Caller): readonly (readonly Answer[])[] {
    const answers = this.answersTo(caller, NO_HEADERS);
    const honest = this.operations.map((_, index) => ({ ...answers(index), headers: NO_HEADERS }));
    return [honest, this.furthest(caller, honest)];
  }

  /** For each operation the answer that gets further than the honest one, where there is one. */
  private furthest(caller: Caller, honest: readonly Answer[]): readonly Answer[] {
    const best = [...honest];
    for (const headers of this.forgeries) {
      const answers = this.answersTo(caller, headers);
      best.forEach((reached, index) => {
        // Nobody gets further than in.
        if (this.reachOf(reached) === FURTHEST) return;
        const answer = answers(index);
        if (this.reachOf(answer) > this.reachOf(reached)) best[index] = { ...answer, headers };
      });
    }
    return best;
  }

  private reachOf({ behaviour }: Decided): number {
    return behaviour % 4;
  }

  /** The answer to each operation, found when it is asked for. */
  private answersTo(caller: Caller, headers: HeaderSet): (index: number) => Decided {
    const signature = this.space.partAt(this.endpoint, this.space.requestOf(this.endpoint, caller, { headers }), 'credentials');
    const found = this.decided.get(signature) ?? [];
    this.decided.set(signature, found);
    return (index) => found[index] ??= this.decide(caller, headers, this.operations[index]);
  }

  private decide(caller: Caller, headers: HeaderSet, { path, method }: Question): Decided {
    const { mesh } = this.space;
    const request = this.space.requestOf(this.endpoint, caller, { path: path.value, method: method.value, headers });
    const decision = mesh.evaluate(request);
    decision.assumptions.forEach((text) => this.assumptions.add(text));
    const explanation = once(() => explanationOf(caller, request, mesh.evaluate(request)));
    return { behaviour: this.numberOf(decision), facts: factsOf(decision), explanation };
  }

  /** Equal for equal behaviour; its remainder by four tells how far the request gets. */
  private numberOf(decision: Decision): number {
    const key = behaviourOf(decision);
    const known = this.behaviours.get(key) ?? this.behaviours.size * 4 + reach(decision.outcome);
    this.behaviours.set(key, known);
    return known;
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}

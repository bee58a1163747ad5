import { AccessSpace } from './access-space';
import { Caller } from './caller';
import { Endpoint } from './endpoint';
import { MatrixSection } from './matrix';
import { behaviourOf, cellOf, reach } from './matrix-cell';
import { mergeColumns } from './matrix-columns';
import { mergeRows } from './matrix-rows';
import { HeaderSet, Operation, Sample } from './operation';
import { Decision } from '../authz';

const MAX_FORGERIES = 256;
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

/** What becomes of an asker at a question: a number that is equal for equal behaviour, and the headers that were forged. */
export interface Answer {
  readonly behaviour: number;
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
    new EndpointAnswers(space, endpoint, callers, behaviours).addTo(all);
    advance();
  }
  const rows = mergeRows(all.askers, all.answers);
  const columns = mergeColumns(all.questions, all.answers, rows.map(({ index }) => index));
  const cells = rows.map(({ index }) => columns.map((column) => {
    const { endpoint, path, method } = all.questions[column.index];
    const { headers } = all.answers[column.index][index];
    const request = space.requestOf(endpoint, all.askers[index].caller, { path: path.value, method: method.value, headers });
    const decision = space.mesh.evaluate(request);
    decision.assumptions.forEach((text) => assumptions.add(text));
    return cellOf(request, decision, headers);
  }));
  return { title, rows: rows.map(({ row }) => row), columns: columns.map(({ column }) => column), cells };
}

/** The answers at one endpoint. Of callers that it does not tell apart one is asked. */
class EndpointAnswers {
  private readonly decided = new Map<string, readonly Answer[]>();
  private readonly operations: readonly Question[];
  private readonly forgeries: readonly HeaderSet[];

  public constructor(
    private readonly space: AccessSpace,
    private readonly endpoint: Endpoint,
    private readonly callers: readonly Caller[],
    private readonly behaviours: Map<string, number>,
  ) {
    const surface = space.surfaceOf(endpoint);
    const [paths, methods] = [surface.paths, surface.methods].map((samples) => samples.filter(({ odd }) => odd !== true));
    const of = { paths: paths.length, methods: methods.length };
    this.operations = paths.flatMap((path) => methods.map((method) => ({ endpoint, path, method, of })));
    this.forgeries = surface.headers.map(({ value }) => value).filter(({ size }) => size > 0).slice(0, MAX_FORGERIES);
  }

  public addTo({ questions, answers }: Answers): void {
    const byAsker = this.callers.flatMap((caller) => {
      const honest = this.answersOf(caller, NO_HEADERS);
      return [honest, this.furthest(caller, honest)];
    });
    questions.push(...this.operations);
    this.operations.forEach((_, index) => answers.push(byAsker.map((list) => list[index])));
  }

  /** For each operation the answer that gets further than the honest one, where there is one. */
  private furthest(caller: Caller, honest: readonly Answer[]): readonly Answer[] {
    const best = [...honest];
    for (const headers of this.forgeries) {
      this.answersOf(caller, headers).forEach((answer, index) => {
        if (this.reachOf(answer) > this.reachOf(best[index])) best[index] = { ...answer, headers };
      });
    }
    return best;
  }

  private reachOf({ behaviour }: Answer): number {
    return behaviour % 4;
  }

  private answersOf(caller: Caller, headers: HeaderSet): readonly Answer[] {
    const signature = this.space.partOf(this.space.requestOf(this.endpoint, caller, { headers }), 'credentials');
    const known = this.decided.get(signature);
    if (known !== undefined) return known;
    const found = this.operations.map(({ path, method }) => {
      const decision = this.decide(caller, { path: path.value, method: method.value, headers });
      return { behaviour: this.numberOf(decision), headers: NO_HEADERS };
    });
    this.decided.set(signature, found);
    return found;
  }

  private decide(caller: Caller, operation: Operation): Decision {
    return this.space.mesh.evaluate(this.space.requestOf(this.endpoint, caller, operation));
  }

  /** Equal for equal behaviour; its remainder by four tells how far the request gets. */
  private numberOf(decision: Decision): number {
    const key = behaviourOf(decision);
    const known = this.behaviours.get(key) ?? this.behaviours.size * 4 + reach(decision.outcome);
    this.behaviours.set(key, known);
    return known;
  }
}

import { ApiObject, App, Chart, DependencyGraph } from 'cdk8s';
import type { IConstruct } from 'constructs';

/** What a relation check found: the construct to blame, and the message. */
export interface RelationError {
  readonly construct: IConstruct;
  readonly message: string;
}

type LocalCheck = () => string[];
type AppCheck = (root: IConstruct) => RelationError[];

const appChecks: AppCheck[] = [];

/**
 * Runs the relation checks of an app once per synth and reports all of their findings together, each under its construct's path.
 *
 * cdk8s validates the whole app once more for each chart and has no hook for "once per synth". So the results are kept while `App.synth()` or
 * `App.synthYaml()` of this very app is running, when no user code can change the tree, and are computed anew everywhere else.
 * @internal
 */
export class Synthesis {
  /** Adds a check over whole apps; each app in which one of our constructs lives runs it. */
  public static addAppCheck(check: AppCheck): void {
    appChecks.push(check);
  }

  /** The checks of the app that a construct belongs to. */
  public static of(construct: IConstruct): Synthesis {
    const root = construct.node.root;
    let synthesis = Synthesis.perRoot.get(root);
    if (!synthesis) {
      synthesis = new Synthesis(root);
      Synthesis.perRoot.set(root, synthesis);
    }
    return synthesis;
  }

  private static readonly perRoot = new WeakMap<IConstruct, Synthesis>();

  private readonly local: { construct: IConstruct; check: LocalCheck }[] = [];
  private readonly shared = new Map<symbol, unknown>();
  private readonly readers = new WeakSet<IConstruct>();
  private findings = new Map<IConstruct, string[]>();
  private synthesising = false;
  private checked = false;

  private constructor(private readonly root: IConstruct) {
    root.node.addValidation({ validate: () => this.begin() });
    if (App.isConstruct(root) && typeof (root as App).synth === 'function') this.watch(root as App);
  }

  /** Adds a check of one construct; it runs once per synth, after all additive calls. */
  public addCheck(construct: IConstruct, check: LocalCheck): void {
    this.local.push({ construct, check });
  }

  /** A value shared by all constructs of the app, made on first use. */
  public sharedBy<T>(key: symbol, make: () => T): T {
    if (!this.shared.has(key)) this.shared.set(key, make());
    return this.shared.get(key) as T;
  }

  private watch(app: App): void {
    const { synth, synthYaml } = app;
    const during = <T>(run: () => T): T => {
      this.synthesising = true;
      this.checked = false;
      const restore = renderOnly(app);
      try {
        return run();
      } finally {
        this.synthesising = false;
        restore();
      }
    };
    app.synth = () => during(() => synth.call(app));
    app.synthYaml = () => during(() => synthYaml.call(app));
  }

  // The root is the first construct that cdk8s validates, so what is found here is there when the others are asked.
  private begin(): string[] {
    if (this.synthesising && this.checked) return this.findings.get(this.root) ?? [];
    this.findings = this.collect();
    this.checked = true;
    for (const construct of this.findings.keys()) {
      if (construct === this.root || this.readers.has(construct)) continue;
      this.readers.add(construct);
      construct.node.addValidation({ validate: () => this.findings.get(construct) ?? [] });
    }
    return this.findings.get(this.root) ?? [];
  }

  private collect(): Map<IConstruct, string[]> {
    const findings = new Map<IConstruct, string[]>();
    const add = (construct: IConstruct, message: string) => {
      const messages = findings.get(construct) ?? [];
      if (!messages.includes(message)) messages.push(message);
      findings.set(construct, messages);
    };
    for (const { construct, check } of this.local) {
      for (const message of check()) add(construct, message);
    }
    for (const check of appChecks) {
      for (const { construct, message } of check(this.root)) add(construct, message);
    }
    // A construct and a resource inside it may see the same: the user knows the outer one.
    for (const [construct, messages] of findings) {
      const outer = construct.node.scopes.slice(0, -1).flatMap((scope) => findings.get(scope) ?? []);
      findings.set(construct, messages.filter((message) => !outer.includes(message)));
    }
    return findings;
  }
}

// For each chart cdk8s resolves and validates the whole app again, although `App.synth()` has just done so: with many charts that is most of the time.
function renderOnly(app: App): () => void {
  // A chart with a rendering of its own keeps it.
  const charts = app.node.findAll().filter((node): node is Chart => Chart.isChart(node) && node.toJson === Chart.prototype.toJson);
  for (const chart of charts) chart.toJson = () => objectsOf(chart).map((object) => object.toJson());
  return () => charts.forEach((chart) => Reflect.deleteProperty(chart, 'toJson'));
}

/** The objects of a chart in the order of their dependencies. */
function objectsOf(chart: Chart): ApiObject[] {
  return new DependencyGraph(chart.node).topology().filter((node): node is ApiObject => ApiObject.isApiObject(node) && Chart.of(node) === chart);
}

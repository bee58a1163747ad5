import { App } from 'cdk8s';
import type { ConstructOrder, IConstruct } from 'constructs';

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
      const forget = rememberTree(app);
      try {
        return run();
      } finally {
        this.synthesising = false;
        forget();
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
    return findings;
  }
}

// cdk8s walks the whole tree several times for each chart. While it synthesises the tree does not change, so one walk will do.
function rememberTree(app: App): () => void {
  const node: { findAll?: typeof app.node.findAll } = app.node;
  const findAll = app.node.findAll.bind(app.node);
  const walks = new Map<ConstructOrder | undefined, IConstruct[]>();
  node.findAll = (order) => {
    const known = walks.get(order) ?? findAll(order);
    walks.set(order, known);
    return known.slice();
  };
  return () => { delete node.findAll; };
}

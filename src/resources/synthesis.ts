import { App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { RelationError, refusalText, withoutRepetition } from './refusal';
import { renderingOnce } from './rendering';

export type { RelationError } from './refusal';

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
  private readonly told = new Set<string>();
  private notes = '';
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

  /** Says, for the checks that are running, what stops nothing: it is written to standard error by `App.synth()`, once. */
  public note(text: string): void {
    this.notes += text;
  }

  private watch(app: App): void {
    const { synth, synthYaml } = app;
    const during = <T>(run: () => T): T => {
      this.synthesising = true;
      this.checked = false;
      const restore = renderingOnce(app);
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
    this.notes = '';
    const errors = this.collect();
    this.checked = true;
    this.findings = grouped(errors);
    if (this.synthesising) this.report(errors);
    for (const construct of this.findings.keys()) {
      if (construct === this.root || this.readers.has(construct)) continue;
      this.readers.add(construct);
      construct.node.addValidation({ validate: () => this.findings.get(construct) ?? [] });
    }
    return this.findings.get(this.root) ?? [];
  }

  private collect(): RelationError[] {
    return withoutRepetition([
      ...this.local.flatMap(({ construct, check }) => check().map((message) => ({ construct, message }))),
      ...appChecks.flatMap((check) => check(this.root)),
    ]);
  }

  private report(errors: readonly RelationError[]): void {
    if (this.notes !== '' && !this.told.has(this.notes)) {
      this.told.add(this.notes);
      process.stderr.write(this.notes);
    }
    if (errors.length === 0) return;
    // What other constructs find is told with it: cdk8s will not come to ask them. (Those of ours answer with nothing while `findings` is empty.)
    this.findings = new Map();
    const tree = this.root.node.findAll();
    const others = tree.slice(1).flatMap((construct) => construct.node.validate().map((message) => ({ construct, message })));
    const position = new Map(tree.map((construct, index) => [construct, index]));
    const inOrder = [...errors, ...others].sort((a, b) => position.get(a.construct)! - position.get(b.construct)!);
    const refusal = new Error(refusalText(inOrder));
    // The trace would end in this file and say nothing about the user's code.
    refusal.stack = `Error: ${refusal.message}`;
    throw refusal;
  }
}

function grouped(errors: readonly RelationError[]): Map<IConstruct, string[]> {
  const findings = new Map<IConstruct, string[]>();
  for (const { construct, message } of errors) findings.set(construct, [...findings.get(construct) ?? [], message]);
  return findings;
}

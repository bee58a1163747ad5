import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Document, parse, parseAllDocuments, parseDocument } from 'yaml';
import { applyPatch } from '../../src/cli/lint/apply-patch';
import { cli } from '../cli/support/run';

/** What somebody writes who reads a cure. */
export interface Writing {
  /** YAML that stands in the cure's backticks, word for word: fields of a mapping, or one value. */
  readonly words: string;
  /** Where it goes: a JSON pointer. */
  readonly at: string;
  /** The object, where it is not that of the finding; the cure has to name it. */
  readonly object?: string;
  /** What a person has to know, where the words have `…`. */
  readonly known?: string;
}

/** One step of a recorded trial: `--fix`, or what the words of one finding's cure make somebody do. */
export interface Step {
  /** The checks whose findings `--fix` makes go away. */
  readonly fix?: readonly string[];
  /** The check whose cure is followed. */
  readonly finding?: string;
  /** The object that the finding is about, `Kind namespace/name`. */
  readonly of?: string;
  /** What is written. */
  readonly write?: readonly Writing[];
  /** The command in the cure's backticks is run, and the object of the finding taken out. */
  readonly run?: boolean;
  /** Errors that the step brings although no cure said so, each with the reason. */
  readonly brings?: Readonly<Record<string, string>>;
}

/** What a new user does with one tutorial: the manifests as the author wrote them, and every step until nothing is found. */
export interface Trial {
  readonly name: string;
  readonly about: string;
  /** Files below `test`; `{file, kinds}` for some of a file's objects. */
  readonly manifests: readonly (string | { readonly file: string; readonly kinds: readonly string[] })[];
  /** What the cluster has besides: linted with the rest, and never to be changed. */
  readonly platform?: string;
  readonly steps: readonly Step[];
}

/** What `lint` says, of which the trial reads the JSON. */
export interface Lint {
  readonly status: number;
  readonly findings: readonly any[];
}

/** A step that was taken, with what was found before and after. */
export interface Taken {
  readonly step: Step;
  readonly cure: string;
  readonly before: Lint;
  readonly after: Lint;
}

const HERE = __dirname;
export const CURED = join(HERE, 'cured');

/** The recorded trials. */
export function readTrials(): Trial[] {
  const folder = join(HERE, 'recorded');
  return readdirSync(folder).sort().map((file) => ({ name: basename(file, '.yaml'), ...parse(readFileSync(join(folder, file), 'utf8')) }));
}

const home = realpathSync(mkdtempSync(join(tmpdir(), 'trial-')));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Runs something in a directory of its own. */
export async function inside<T>(name: string, run: () => Promise<T>): Promise<T> {
  const start = process.cwd();
  mkdirSync(join(home, name));
  process.chdir(join(home, name));
  try {
    return await run();
  } finally {
    process.chdir(start);
  }
}

/** Writes the manifests of a trial into the working directory, as the tutorial has them. */
export function lay({ manifests, platform }: Trial): void {
  for (const entry of manifests) {
    const { file, kinds } = typeof entry === 'string' ? { file: entry, kinds: undefined } : entry;
    const text = readFileSync(join(HERE, '..', file), 'utf8');
    const chosen = kinds === undefined ? text : joined(parseAllDocuments(text).filter((document) => kinds.includes(document.get('kind') as string)));
    writeFileSync(basename(file), chosen);
  }
  if (platform !== undefined) copyFileSync(join(HERE, '..', platform), 'platform.yaml');
}

/** The manifests of the working directory, but for the platform's. */
export const files = () => readdirSync('.').filter((file) => file.endsWith('.yaml') && file !== 'platform.yaml').sort();

/** Asks `lint` about the working directory. */
export async function lint(...options: string[]): Promise<Lint> {
  const { status, out } = await cli(['lint', '.', '--format', 'json', ...options]);
  return { status, findings: JSON.parse(out).findings };
}

/** How a finding is told apart from others. */
export const keyOf = ({ id, message }: any): string => `${id} ${message}`;

const nameOf = ({ object: { kind, namespace, name } }: any): string => `${kind} ${namespace}/${name}`;

/**
 * Follows the findings of `lint` one after the other, in the order in which it tells them: patches by `--fix`, then the first finding that is left by the answer that is recorded for it.
 * Fails where nothing is recorded for what is found.
 */
export async function follow({ steps }: Trial): Promise<Taken[]> {
  const left = [...steps];
  const taken: Taken[] = [];
  for (let before = await lint(); before.findings.length > 0;) {
    const fixing = before.findings.some(({ patch }) => patch !== undefined);
    const [found] = before.findings;
    const at = left.findIndex((step) => (fixing ? step.fix !== undefined : step.finding === found.id && step.of === nameOf(found)));
    if (at < 0) throw new Error(`no step is recorded for ${fixing ? 'patches of ' : ''}${keyOf(found)}: ${found.cure}`);
    const [step] = left.splice(at, 1);
    if (fixing) await cli(['lint', '.', '--fix']);
    else await doAsTold(step, found);
    const after = await lint();
    taken.push({ step, cure: fixing ? '' : found.cure, before, after });
    before = after;
  }
  if (left.length > 0) throw new Error(`recorded, but never found: ${JSON.stringify(left)}`);
  return taken;
}

/** The same without `--fix`, from the last finding to the first: patches are written by hand. Says how many steps it took. */
export async function followBackwards({ steps }: Trial): Promise<number> {
  let count = 0;
  for (let { findings } = await lint(); findings.length > 0; { findings } = await lint()) {
    if (count++ > 50) throw new Error(`no end: ${keyOf(findings[0])}`);
    const found = findings[findings.length - 1];
    if (found.patch === undefined) await doAsTold(steps.find(({ finding, of }) => finding === found.id && of === nameOf(found))!, found);
    else edit(nameOf(found), (document) => (applyPatch(document as Document.Parsed, [], found.patch) ? document : undefined));
  }
  return count;
}

/** Does what the words of a cure say, with what stands in its backticks, and nothing else. */
export async function doAsTold(step: Step, found: any): Promise<void> {
  const quoted = [...found.cure.matchAll(/`([^`]+)`/g)].map(([, text]: string[]) => text);
  if (step.run === true) {
    const command = quoted.find((text) => text.startsWith('npx '))!.split(' ').slice(2).flatMap((word) => (word === '<manifests>' ? readdirSync('.') : [word]));
    await cli(command);
    edit(nameOf(found), () => undefined, true);
    return;
  }
  for (const { words, at, object = nameOf(found), known } of step.write!) {
    if (!quoted.includes(words)) throw new Error(`the cure does not say \`${words}\`: ${found.cure}`);
    if (object !== nameOf(found) && !quoted.includes(object.split(' ')[1])) throw new Error(`the cure does not name ${object}: ${found.cure}`);
    if (words.includes('…') !== (known !== undefined)) throw new Error(`what a person has to know is not what the words leave open: ${words}`);
    const value = parseDocument(words.replace('…', known ?? '')).toJS() as unknown;
    const path = at.split('/').slice(1).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    edit(object, (document) => {
      const fields = typeof value === 'object' ? Object.entries(value!).map(([key, field]): [any[], unknown] => [[...path, key], field]) : [[path, value] as [any[], unknown]];
      for (const [place, field] of fields) document.setIn(place, document.createNode(field, { flow: true }));
      return document;
    });
  }
}

function joined(documents: readonly Document[]): string {
  return documents.map((document) => {
    document.directives!.docStart = null;
    return document.toString({ lineWidth: 0, flowCollectionPadding: false, indentSeq: false });
  }).join('---\n');
}

/** Changes an object where it is written, or takes it out. */
function edit(name: string, change: (document: Document) => Document | undefined, runs = false): void {
  for (const file of files().filter((one) => !runs || one !== 'v2.yaml')) {
    const documents = parseAllDocuments(readFileSync(file, 'utf8'));
    const index = documents.findIndex((document) => nameOf({ object: { kind: document.get('kind'), ...document.toJS().metadata } }) === name);
    if (index < 0) continue;
    const changed = documents.flatMap((document: Document, place): Document[] => (place !== index ? [document] : [change(document) ?? []].flat()));
    if (changed.length === 0) rmSync(file);
    else writeFileSync(file, joined(changed));
    return;
  }
  throw new Error(`${name} is not among the manifests`);
}

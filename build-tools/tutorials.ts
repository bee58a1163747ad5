/** Runs the example programs as they stand and reads back what they rendered. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';

export interface RenderedFile {
  readonly file: string;
  readonly text: string;
  readonly manifests: any[];
}

export const examples = resolve(__dirname, '..', 'examples');

/** The folder names of the tutorials, in order. */
export function tutorials(): string[] {
  return readdirSync(examples).filter((name) => /^\d{3}-/.test(name)).sort();
}

/** Synthesises one tutorial into a directory, emptied first; cdk8s takes the directory from the environment, as under `cdk8s synth`. */
export function synthesise(tutorial: string, outdir: string): RenderedFile[] {
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  process.env.CDK8S_OUTDIR = outdir;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require(join(examples, tutorial, 'main.ts'));
  } finally {
    delete process.env.CDK8S_OUTDIR;
  }
  return read(outdir);
}

export function read(directory: string): RenderedFile[] {
  return readdirSync(directory).filter((file) => file.endsWith('.yaml')).sort().map((file) => {
    const text = readFileSync(join(directory, file), 'utf8');
    return { file, text, manifests: parseAllDocuments(text).map((document) => document.toJS()) };
  });
}

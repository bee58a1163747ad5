import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from '../exit-status';
import { reasonOf } from '../read-file';

const MANIFEST = /\.(ya?ml|json)$/;

/** A file to read, and whether a user named it: then it has to hold manifests. */
export interface ManifestFile {
  readonly path: string;
  readonly named: boolean;
}

/**
 * The files behind the arguments: files as they are named, directories with all YAML and JSON files below them, in the order of their names.
 *
 * Hidden directories, `node_modules` and links are not followed inside a directory.
 */
export function manifestFiles(arguments_: readonly string[]): ManifestFile[] {
  return arguments_.flatMap((argument): ManifestFile[] => {
    if (argument === '-' || !isDirectory(argument)) return [{ path: argument, named: true }];
    const files = filesBelow(argument);
    if (files.length === 0) throw Stop.unreadable(`directory \`${argument}\` holds no manifests: expected files \`*.yaml\`, \`*.yml\` or \`*.json\``);
    return files.map((path) => ({ path, named: false }));
  });
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function filesBelow(directory: string): string[] {
  const entries = listing(directory).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : filesBelow(path);
    return entry.isFile() && MANIFEST.test(entry.name) ? [path] : [];
  });
}

function listing(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    throw Stop.unreadable(`cannot read directory \`${directory}\`: ${reasonOf(error)}`);
  }
}

import { manifestFiles } from './manifest-files';
import { Origin, Source } from './source';
import { parseWithNodes, requireReadable } from '../../mesh/documents';
import { readObject, unfold } from '../../mesh/kube-object';
import { Value } from '../../mesh/value';
import { Stop, stopping } from '../exit-status';
import { asText, readText } from '../read-file';
import { Terminal } from '../terminal';

/** The most that is read of one file of manifests: a whole cluster, as `kubectl get -o yaml` prints it. */
const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

const NO_OBJECT = 'no Kubernetes object: expected `apiVersion`, `kind` and `metadata.name`';

/** The Kubernetes objects of some files. */
export interface Manifests {
  /** The objects, lists unfolded: for `Mesh.fromManifests`, and for checks, whose `object.index` is the position in here. */
  readonly documents: Value[];
  /** Where each of them was read. */
  readonly origins: readonly Origin[];
  /** The texts, in order. */
  readonly sources: readonly Source[];
}

/**
 * Reads the manifests that the arguments of a command name: files, directories, `-` for standard input.
 *
 * Stops for what cannot be read, and where there is no object at all: to find nothing wrong with nothing would be a lie.
 */
export function readManifests(arguments_: readonly string[], terminal: Terminal): Manifests {
  if (arguments_.filter((argument) => argument === '-').length > 1) throw Stop.wrongUse('standard input (`-`) can be read once only');
  const documents: Value[] = [];
  const origins: Origin[] = [];
  const sources: Source[] = [];
  for (const { path, named } of manifestFiles(arguments_)) {
    const what = path === '-' ? 'standard input' : `manifest \`${path}\``;
    const text = path === '-' ? asText(terminal.readInput(), what, MAX_MANIFEST_BYTES) : readText(path, 'manifest', MAX_MANIFEST_BYTES);
    const source = new Source(path, text);
    const objects = objectsOf(source, what);
    if (objects.length === 0 && named) throw Stop.unreadable(`${what} holds ${NO_OBJECT}`);
    sources.push(source);
    for (const { value, origin } of objects) {
      documents.push(value);
      origins.push(origin);
    }
  }
  if (documents.length === 0) throw Stop.unreadable(`no Kubernetes object in ${arguments_.map((argument) => `\`${argument}\``).join(', ')}`);
  return { documents, origins, sources };
}

interface Found {
  readonly value: Value;
  readonly origin: Origin;
}

/** The objects of a text; none where nothing in it is one, as in the values of a chart. */
function objectsOf(source: Source, what: string): Found[] {
  return stopping((message) => Stop.unreadable(`${what}: ${message}`), () => {
    const parsed = parseWithNodes(source.text);
    requireReadable(parsed.map(({ value }) => value));
    const found = parsed.flatMap(({ value: whole, node }) => (
      unfold(whole).map(({ value, path }) => ({ value, origin: new Origin(source, node, path) }))
    ));
    const stranger = found.find(({ value }) => readObject(value, 0) === undefined);
    if (stranger === undefined) return found;
    if (found.every(({ value }) => readObject(value, 0) === undefined)) return [];
    throw new Error(`what stands in line ${stranger.origin.locate([]).start.line} is ${NO_OBJECT}`);
  });
}

import { isDeepStrictEqual } from 'node:util';
import { Document } from 'yaml';
import { applyPatch } from './apply-patch';
import { LintResult, Placed } from './lint-result';
import { replaceFiles } from './replace-files';
import { parseDocuments } from '../../mesh/documents';
import { Value } from '../../mesh/value';
import { Manifests } from '../manifests/read-manifests';
import { Source } from '../manifests/source';

// Each round ends with fewer findings whose patches were not tried.
const MAX_ROUNDS = 200;

/**
 * Writes the patches of findings into their files, one finding of an object after the other, as long as there are findings with patches. Returns the files written.
 *
 * Comments stay; the documents that are changed are written anew, the others byte by byte as they are.
 */
export function fix({ documents, origins }: Manifests, lint: (documents: Value[]) => LintResult): string[] {
  const current = [...documents];
  const edited = new Map<Document.Parsed, Source>();
  const tried = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const patches = firstOfEach(lint(current).findings.filter((finding) => finding.report.patch !== undefined && !tried.has(keyOf(finding))));
    if (patches.length === 0) break;
    for (const finding of patches) {
      tried.add(keyOf(finding));
      const { origin: { document, prefix, source }, report: { patch } } = finding;
      if (applyPatch(document, prefix, patch!)) edited.set(document, source);
    }
    origins.forEach(({ document, prefix }, index) => {
      if (edited.has(document)) current[index] = valueAt(document, prefix);
    });
  }
  return replaceFiles([...grouped(edited)].map(([source, changed]) => ({ path: source.name, content: rewritten(source, changed) })));
}

/** Two patches of one document could move each other's fields. */
function firstOfEach(findings: readonly Placed[]): Placed[] {
  return [...new Map([...findings].reverse().map((finding) => [finding.origin.document, finding])).values()];
}

function keyOf({ report: { check, object, patch } }: Placed): string {
  return JSON.stringify([check.id, object.index, patch]);
}

function valueAt(document: Document.Parsed, prefix: readonly (string | number)[]): Value {
  return prefix.reduce((value: any, step) => value[step], document.toJS());
}

function grouped(edited: ReadonlyMap<Document.Parsed, Source>): Map<Source, Document.Parsed[]> {
  const bySource = new Map<Source, Document.Parsed[]>();
  for (const [document, source] of edited) bySource.set(source, [...bySource.get(source) ?? [], document]);
  return bySource;
}

function rewritten({ text, name }: Source, changed: readonly Document.Parsed[]): string {
  const style = { lineWidth: 0, flowCollectionPadding: /[{[] /.test(text), indentSeq: !/^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m.test(text) };
  let result = text;
  for (const document of [...changed].sort((a, b) => b.range[0] - a.range[0])) {
    const [start, , end] = document.range;
    // What stands above the first document belongs to it.
    const from = /^(?:[ \t]*(?:#[^\n]*)?\r?\n|%[^\n]*\n)*$/.test(text.slice(0, start)) ? 0 : start;
    const written = document.toString(style);
    result = result.slice(0, from) + (text.includes('\r\n') ? written.replace(/\r?\n/g, '\r\n') : written) + result.slice(end);
  }
  requireSame(text, result, name, changed);
  return result;
}

// Nothing but the patched documents may differ, whatever the writer of YAML makes of unusual text.
function requireSame(before: string, after: string, name: string, changed: readonly Document.Parsed[]): void {
  const [old, now] = [parseDocuments(before), parseDocuments(after)];
  const wanted = changed.map((document): unknown => document.toJS());
  const others = now.filter((document, index) => !isDeepStrictEqual(document, old[index]));
  if (old.length !== now.length || !others.every((document) => wanted.some((one) => isDeepStrictEqual(one, document)))) {
    throw new Error(`the patches do not fit into \`${name}\`: nothing was written`);
  }
}

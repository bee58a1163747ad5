/* eslint-disable @stylistic/max-len */
import { Case } from './case';
import { Comparison } from './compare';
import { CaseRequest } from './requests';
import { Manifest } from './vocabulary';

/** One request on one configuration, and the two answers that differ. */
export interface Finding {
  readonly id: string;
  readonly manifests: Manifest[];
  readonly request: CaseRequest;
  readonly comparison: Comparison;
}

/** Compares the answers for many cases of one request each. */
export type Judge = (cases: readonly Case[]) => Promise<Map<string, Comparison>>;

/** Objects and fields are left out in parts of these shares of all, then one by one. */
const SHARES = [0.5, 0.25, 0.12, 0.06, 0, 0];
const TRIES = 12;

/** Shortens findings: leaves out objects, fields and list items, and what the request need not say, as long as the answers differ in the same way. */
export async function reduce(findings: readonly Finding[], judge: Judge): Promise<Finding[]> {
  let current = [...findings];
  for (const part of SHARES) {
    const good = await successes(current, current.map((finding) => shorter(finding, part)), judge);
    // What can be left out alone can mostly be left out together.
    const better = await successes(current, current.map((finding, index) => combined(finding, good[index])), judge);
    current = current.map((finding, index) => better[index][0] ?? good[index][0] ?? finding).map(({ id, manifests, request, comparison }) => ({ id, manifests, request, comparison }));
  }
  return current;
}

interface Attempt extends Finding {
  readonly edits: readonly Edit[];
}

type Edit = readonly (string | number)[];

async function successes(current: readonly Finding[], tries: readonly (readonly Attempt[])[], judge: Judge): Promise<Attempt[][]> {
  const cases = tries.flatMap((list, index) => list.map(({ manifests, request }, number) => ({ id: `${index}:${number}`, manifests, requests: [request] })));
  if (cases.length === 0) return tries.map(() => []);
  const answers = await judge(cases);
  return tries.map((list, index) => list.filter((_, number) => same(answers.get(`${index}:${number}`), current[index].comparison)));
}

function same(a: Comparison | undefined, b: Comparison): boolean {
  return a !== undefined && a.agreement === b.agreement && a.real.outcome === b.real.outcome && a.ours?.outcome === b.ours?.outcome && a.covered === b.covered;
}

function combined(finding: Finding, good: readonly Attempt[]): Attempt[] {
  const edits = good.flatMap((attempt) => attempt.edits);
  const half = Math.ceil(edits.length / 2);
  return good.length < 2 ? [] : [edits, edits.slice(0, half), edits.slice(half)].map((chosen) => apply(finding, chosen));
}

function shorter(finding: Finding, part: number): Attempt[] {
  const objects = finding.manifests.map((_, index): Edit => ['manifests', index]);
  const fields = finding.manifests.flatMap((manifest, index) => inside(manifest.spec ?? manifest.stringData, ['manifests', index, manifest.spec === undefined ? 'stringData' : 'spec']));
  const lines = finding.request.headers.map((_, index): Edit => ['request', 'headers', index]);
  const all = part >= 0.12 ? [...objects, ...lines] : [...lines, ...objects, ...fields.sort((a, b) => a.length - b.length)];
  const size = Math.max(1, Math.floor(all.length * part));
  const tries: Attempt[] = [];
  for (let start = 0; start < all.length && tries.length < TRIES; start += size) tries.push(apply(finding, all.slice(start, start + size)));
  return tries;
}

function inside(value: unknown, at: Edit): Edit[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? (value.length > 1 ? value.map((_, index) => index) : []) : Object.keys(value);
  const deeper = Array.isArray(value) ? value.flatMap((item, index) => inside(item, [...at, index])) : Object.entries(value).flatMap(([key, item]) => inside(item, [...at, key]));
  return [...keys.map((key): Edit => [...at, key]), ...deeper];
}

function apply(finding: Finding, edits: readonly Edit[]): Attempt {
  const copy = structuredClone({ manifests: finding.manifests, request: finding.request });
  // From the back, so that earlier indices stay as they are; what is inside something that is left out goes with it.
  for (const edit of [...edits].sort(backwards)) remove(copy, edit);
  return { ...finding, ...copy, edits };
}

function backwards(a: Edit, b: Edit): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    if (a[index] === b[index]) continue;
    return a[index] < b[index] ? 1 : -1;
  }
  return b.length - a.length;
}

function remove(root: object, edit: Edit): void {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  let holder: any = root;
  for (const step of edit.slice(0, -1)) {
    if (holder?.[step] === undefined) return;
    holder = holder[step];
  }
  const last = edit[edit.length - 1];
  if (Array.isArray(holder)) holder.splice(last as number, 1);
  else delete holder[last];
}

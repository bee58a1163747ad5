/** Ways to write one part of a request that no condition tells apart, the plainest first. */
export type Alike<T> = readonly T[];

/** Groups what is told apart nowhere, without what is like the plain one. */
export function alike<T>(items: readonly T[], keyOf: (item: T) => string, plain: string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  groups.delete(plain);
  return [...groups.values()];
}

/** What is known under a key, made where it is not. */
export function once<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

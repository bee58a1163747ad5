const MOST = 5000;

/** Keeps what a function of one text came to: the same header, host or subject stands in thousands of objects of one mesh. */
export function remembered<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found.value;
    if (known.size >= MOST) known.clear();
    const value = compute(text);
    known.set(text, { value });
    return value;
  };
}

/** The same of a function of one object: what many routes have in common is judged once. */
export function rememberedOf<K extends object, T>(compute: (item: K) => T): (item: K) => T {
  const known = new WeakMap<K, { readonly value: T }>();
  return (item) => {
    const found = known.get(item);
    if (found !== undefined) return found.value;
    const value = compute(item);
    known.set(item, { value });
    return value;
  };
}

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

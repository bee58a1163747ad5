/**
 * Refuses misspelt fields, which JavaScript would drop in silence: a limit that is called `path` instead of `paths` would limit nothing.
 * @internal
 */
export function checkFields(what: string, object: unknown, known: string[]): void {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) throw new Error(`invalid ${what} \`${String(object)}\`: expected an object`);
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new Error(`unknown field \`${unknown}\` of ${what}: expected one of ${known.map((name) => `\`${name}\``).join(', ')}`);
}

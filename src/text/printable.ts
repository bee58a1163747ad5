/**
 * Makes text safe to show: control characters but line feeds become `\xNN`.
 *
 * Names in certificates and file names come from strangers, and a terminal obeys escape sequences.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => { // eslint-disable-line no-control-regex
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

import { isAcceptedText } from './string-value';

const MAX_BYTES = 64 * 1024;

/** Checks what holds for a name in any textual form, before it is read. */
export function requireNameText(text: unknown): string {
  if (typeof text !== 'string') {
    throw new Error(`a name is a text such as \`/CN=client/O=Example\`, not ${text === null ? 'null' : `of type ${typeof text}`}`);
  }
  const size = Buffer.byteLength(text, 'utf8');
  if (size > MAX_BYTES) {
    throw new Error(`a name of ${size} bytes is too long: at most ${MAX_BYTES} are read`);
  }
  if (!isAcceptedText(text)) {
    throw new Error(`invalid name \`${text}\`: a lone surrogate or a Unicode noncharacter, and Envoy refuses such a certificate`);
  }
  return text;
}

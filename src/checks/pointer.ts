import type { FieldPath } from './finding';

/** A field path as a JSON pointer (RFC 6901), which patches take. */
export function pointer(path: FieldPath): string {
  return path.map((key) => `/${String(key).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}

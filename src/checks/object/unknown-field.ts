import { ISTIO_SHAPES } from '../../mesh/istio-shapes';
import type { Shape } from '../../mesh/schema';
import type { FieldPath } from '../finding';

const MOST = 12;

/** What to do about a field that the API server does not know: write the one that is meant, where one is spelt nearly so. */
export function cureOfUnknownField(kind: string, path: FieldPath): string {
  const known = fieldsAt(ISTIO_SHAPES.get(kind), path.slice(1, -1));
  const written = String(path[path.length - 1]);
  const near = known.filter((name) => isNear(name.toLowerCase(), written.toLowerCase()));
  if (near.length > 0) return `write ${near.map((name) => `\`${name}\``).join(' or ')}, or take the field away`;
  if (known.length === 0) return 'take the field away, or write it where it belongs';
  const named = known.slice(0, MOST).map((name) => `\`${name}\``).join(', ');
  return `take the field away, or write it where it belongs: here are ${named}${known.length > MOST ? ' and more' : ''}`;
}

/** The names of the fields at a place of a shape. */
function fieldsAt(shape: Shape | undefined, path: FieldPath): string[] {
  if (typeof shape !== 'object') return [];
  if (path.length === 0) return 'fields' in shape ? Object.keys(shape.fields) : [];
  const [step, ...rest] = path;
  if ('list' in shape) return fieldsAt(shape.list, rest);
  if ('map' in shape) return fieldsAt(shape.map, rest);
  return 'fields' in shape && Object.prototype.hasOwnProperty.call(shape.fields, step) ? fieldsAt(shape.fields[step], rest) : [];
}

/** Whether one insertion, deletion, replacement or exchange of neighbours makes one word the other. */
function isNear(one: string, other: string): boolean {
  let start = 0;
  while (one[start] !== undefined && one[start] === other[start]) start += 1;
  const [left, right] = [one.slice(start), other.slice(start)];
  if (left.length !== right.length) return left.slice(1) === right || right.slice(1) === left;
  return left.slice(1) === right.slice(1) || (left.slice(2) === right.slice(2) && left[0] === right[1] && left[1] === right[0]);
}

import { checkedMethods, HttpMethod } from '../model/http-method';
import { PathPattern } from '../model/path-pattern';

/** What a rule is limited to, in the words of a policy; sorted, so that equal limits are equal texts. */
export interface Limits {
  readonly paths?: string[];
  readonly methods?: HttpMethod[];
}

/**
 * The limits that a grant or a caller gives; an empty list would read as "nothing" and mean "everything", so it is refused.
 * @internal
 */
export function limitsOf(what: string, { paths, methods }: { readonly paths?: PathPattern[]; readonly methods?: HttpMethod[] }): Limits {
  return {
    ...(paths === undefined ? {} : { paths: checkedPaths(what, paths) }),
    ...(methods === undefined ? {} : { methods: checkedMethods(nonEmpty(what, 'methods', methods)) }),
  };
}

function checkedPaths(what: string, paths: PathPattern[]): string[] {
  const values = nonEmpty(what, 'paths', paths).flatMap((path) => {
    if (!(path instanceof PathPattern)) throw new Error(`invalid path \`${String(path)}\` of a ${what}: expected a \`PathPattern\`, as in \`PathPattern.tree('/reports')\``);
    return path.allowValues();
  });
  return [...new Set(values)].sort();
}

function nonEmpty<T>(what: string, field: string, list: T[]): T[] {
  if (!Array.isArray(list)) throw new Error(`invalid \`${field}\` \`${String(list)}\` of a ${what}: expected a list`);
  if (list.length === 0) throw new Error(`empty list \`${field}\` of a ${what}: leave it out to allow all ${field}`);
  return list;
}

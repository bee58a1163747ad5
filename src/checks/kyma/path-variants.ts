import { pathCovers, shareMethod, WHOLE_SITE } from '../../mesh/api-rule-rules';
import { grouped } from '../../mesh/groups';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRulesOf, describeRule, rulePath, serviceName } from './api-rules';

/**
 * MTLS090: an exact path is protected and everything around it is open on the same workload.
 *
 * `/headers/`, `/Headers`, `/headers;x` and `/headers%2F` are other paths for Envoy and fall to the open rule; many applications treat them alike (api-gateway 3.10, seen).
 */
export const pathVariants: Check = {
  id: 'MTLS090',
  title: 'an exact path that is protected while its spellings are open',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => apiRulesOf(context).flatMap((view) => {
    const unprotected = grouped(view.rules.map((rule, position) => ({ rule, position })).filter(({ rule }) => rule.handler === 'noAuth'), ({ rule }) => beginning(rule.path));
    return view.rules.flatMap((rule, index) => {
      if (rule.handler === 'noAuth' || rule.path.includes('{') || WHOLE_SITE.has(rule.path)) return [];
      const opening = [beginning(rule.path), beginning(`${rule.path};x`), ANY].map((key) => unprotected.get(key)?.find(({ rule: other, position }) => position > index
        && shareMethod(other, rule) && serviceName(other) === serviceName(rule) && pathCovers(other.path, `${rule.path};x`))?.position ?? Infinity);
      const open = Math.min(...opening);
      return open === Infinity ? [] : [{
        object: view.object,
        path: rulePath(index, 'path'),
        message: `${describeRule(view, index)} protects one spelling of its path, and rule ${open + 1} (\`${view.rules[open].path}\`, noAuth) opens the others`,
        effect: `\`${rule.path}/\`, \`${rule.path};x\` and \`${rule.path}%2F\` need no token, and the application may treat them alike`,
        cure: 'list what is open and protect the rest: the open rules first, then `/*` with a token',
      }];
    });
  }),
};

const ANY = '*';

/** The first segment of a path, by which rules are put together; one key for those that begin with an operator. */
function beginning(path: string): string {
  const [, first] = path.split('/');
  return first === undefined || first.includes('*') ? ANY : `/${first}`;
}

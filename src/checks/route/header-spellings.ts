import { gatewayEdits } from './header-edits';
import { EffectiveChanges, isOfCertificate } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import { remembered, rememberedOf } from '../../mesh/remembered';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { pointer } from '../pointer';

const MOST = 6;

/** MTLS070: a route removes an identity header and leaves its spellings with underscores, which many applications take for the same. */
export const headerSpellings: Check = {
  id: 'MTLS070',
  title: 'an identity header whose spellings with underscores stay',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => gatewayEdits(context).flatMap(({ object, changes, path }): Finding[] => {
    const { names, open } = kept(changes);
    if (open.length === 0) return [];
    const shown = [open[0], ...open.slice(1, 3)].map((name) => `\`${name}\``).join(', ');
    return [{
      object,
      path: [...path, 'remove'],
      message: `${describeObject(object)} removes \`${names[0]}\` and not ${shown}${open.length > 3 ? ` and ${open.length - 3} more` : ''}`,
      effect: 'an application that reads `-` and `_` as the same (CGI, WSGI, Rack) may take a forged one for the right one',
      cure: 'list these spellings in `remove` too',
      patch: [{ op: 'add', path: pointer([...path, 'remove']), value: [...changes.remove, ...open] }],
    }];
  }),
};

/** The identity headers that are removed, and their spellings that are not. One that is not removed at all is a trap of its own. */
const kept = rememberedOf(({ set, add, removed }: EffectiveChanges) => {
  const names = [...set, ...add].filter(([name, value]) => isOfCertificate(value) && removed.has(name.toLowerCase())).map(([name]) => name);
  return { names, open: names.flatMap((name) => spellings(name).filter((spelling) => !removed.has(spelling.toLowerCase()))) };
});

/** Every mixture of `-` and `_` in a name but itself. */
const spellings = remembered((name: string): string[] => {
  const [first, ...rest] = name.split(/[-_]/);
  if (rest.length > MOST) return [name.replace(/-/g, '_')];
  return rest.reduce((heads, word) => heads.flatMap((head) => [`${head}-${word}`, `${head}_${word}`]), [first]).filter((spelling) => spelling !== name);
});

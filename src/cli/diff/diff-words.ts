import { AccessChange, AccessDiff, Kind } from '../../diff';

/** How a change is shown. */
export const SIGNS: Record<Kind, { readonly sign: string; readonly word: string }> = {
  gains: { sign: '+', word: 'gains' },
  loses: { sign: '-', word: 'loses' },
  moves: { sign: '~', word: 'goes elsewhere' },
  changes: { sign: '~', word: 'is refused otherwise' },
  open: { sign: '?', word: 'is open' },
};

/** Who and what, in one line. */
export function changeText({ callers, place, operations }: AccessChange): string {
  const shown = callers.length > 4 ? [...callers.slice(0, 3), `${callers.length - 3} more`] : callers;
  return `${shown.join('; ')}: ${place}, ${operations.join('; ')}`;
}

/** From which answer to which. */
export function answersText({ evidence: { before, after } }: AccessChange): string {
  return `${before.toString()} → ${after.toString()}`;
}

/** By which objects. */
export function objectsText({ objects }: AccessChange): string {
  return objects.length === 0 ? 'other options, the same objects' : objects.length > 3 ? `${objects.slice(0, 3).join(', ')} and ${objects.length - 3} more` : objects.join(', ');
}

/** How much there is of each kind, and how much was judged. */
export function summaryText({ changes, requests, unchanged, objects }: AccessDiff): string {
  const count = (kind: Kind, one: string, many: string) => {
    const amount = changes.filter((change) => change.kind === kind).length;
    return amount === 0 ? [] : [`${amount} ${amount === 1 ? one : many}`];
  };
  const kinds = [
    ...count('gains', 'gain', 'gains'), ...count('loses', 'loss', 'losses'), ...count('moves', 'request that goes elsewhere', 'requests that go elsewhere'),
    ...count('open', 'open answer', 'open answers'), ...count('changes', 'refusal of another kind', 'refusals of another kind'),
  ];
  const differing = `${objects.length} ${objects.length === 1 ? 'object differs' : 'objects differ'}`;
  const looked = `${unchanged.toLocaleString('en')} of ${requests.toLocaleString('en')} requests unchanged, ${differing}`;
  return kinds.length === 0 ? `no change of who gets in: ${looked}` : `${kinds.join(', ')}: ${looked}`;
}

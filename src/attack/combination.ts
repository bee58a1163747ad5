/** The choices of one part of a request; the first is the plain one. */
export type Part<T> = readonly T[];

/**
 * Runs through the combinations of parts, those with the fewest departures from the plain first.
 *
 * `visit` says whether a combination succeeded: then those that depart further in the same way are left out, for they show nothing new.
 * @param widest how many parts may depart at once
 * @returns whether all combinations were visited or left out for that reason
 */
export function combinations(parts: readonly Part<unknown>[], widest: number, limit: number, visit: (choice: readonly number[]) => boolean): boolean {
  const succeeded: (readonly number[])[] = [];
  let visits = 0;
  for (let width = 0; width <= Math.min(widest, parts.length); width += 1) {
    for (const departing of subsets(parts.map((_, index) => index).filter((index) => parts[index].length > 1), width)) {
      for (const choice of choices(parts, departing)) {
        if (succeeded.some((other) => other.every((value, index) => value === 0 || value === choice[index]))) continue;
        visits += 1;
        if (visits > limit) return false;
        if (visit(choice)) succeeded.push(choice);
      }
    }
  }
  return true;
}

function subsets(items: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, index) => subsets(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]));
}

function* choices(parts: readonly Part<unknown>[], departing: readonly number[]): Generator<number[]> {
  const choice = parts.map(() => 0);
  departing.forEach((index) => { choice[index] = 1; });
  for (;;) {
    yield [...choice];
    let position = departing.length - 1;
    while (position >= 0 && choice[departing[position]] === parts[departing[position]].length - 1) {
      choice[departing[position]] = 1;
      position -= 1;
    }
    if (position < 0) return;
    choice[departing[position]] += 1;
  }
}

/** One difference: what it is, and how it stands on either side; absent where there is nothing of the kind. */
export interface Change {
  readonly what: string;
  readonly a?: string;
  readonly b?: string;
}

/** What differs between two tables of text, in the order of the first, then what only the second has. */
export function changes(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): readonly Change[] {
  const names = [...a.keys(), ...[...b.keys()].filter((name) => !a.has(name))];
  return names
    .filter((name) => a.get(name) !== b.get(name))
    .map((name) => {
      const [before, after] = [a.get(name), b.get(name)];
      return {
        what: name,
        ...(before !== undefined && { a: before }),
        ...(after !== undefined && { b: after }),
      };
    });
}

/** A number as people read it. */
export function tidy(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(8)));
}

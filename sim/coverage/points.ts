import { writeFileSync } from "node:fs";

/**
 * Functional coverage: what a bench is meant to bring about, declared where the bench is, counted while it runs, and told by
 * `npm run coverage`. A group is the cross of its axes: each fault in each state, each rule of an arbiter.
 */
export interface CoverPoint {
  /** One value of each axis. */
  readonly values: readonly string[];
  readonly count: number;
}

export interface CoverGroupResult {
  readonly name: string;
  readonly axes: readonly string[];
  readonly points: readonly CoverPoint[];
}

export interface CoverGroup<Axes extends Readonly<Record<string, readonly string[]>>> {
  /** Counts one occurrence; throws on a value that was not declared, or a point that cannot occur. */
  readonly hit: (...values: { readonly [Axis in keyof Axes]: Axes[Axis][number] }[keyof Axes][]) => void;
  /** Points that were never hit, as "value, value". */
  readonly missing: () => readonly string[];
}

const groups = new Map<string, { axes: readonly string[]; counts: Map<string, number> }>();
const comma = ", ";

/**
 * Declares a group of points; the same name again gives the same counts.
 * @param axes values of each axis, in their order
 * @param impossible points that the design cannot reach: they are not counted as missing, and hitting one is an error
 */
export function coverGroup<const Axes extends Readonly<Record<string, readonly string[]>>>(
  name: string,
  axes: Axes,
  impossible: (...values: string[]) => boolean = () => false,
): CoverGroup<Axes> {
  const all = Object.values(axes).reduce<string[][]>(
    (points, values) => points.flatMap((point) => values.map((value) => [...point, value])),
    [[]],
  );
  const possible = all.filter((values) => !impossible(...values)).map((values) => values.join(comma));
  const known = groups.get(name);
  const counts = known?.counts ?? new Map(possible.map((point) => [point, 0]));
  if (known === undefined) groups.set(name, { axes: Object.keys(axes), counts });
  return {
    hit: (...values) => {
      const point = values.join(comma);
      const count = counts.get(point);
      if (count === undefined) throw new RangeError(`${name} has no point ${point}`);
      counts.set(point, count + 1);
    },
    missing: () => possible.filter((point) => counts.get(point) === 0),
  };
}

/** What has been counted in this process. */
export function functionalCoverage(): readonly CoverGroupResult[] {
  return [...groups].map(([name, { axes, counts }]) => ({
    ...{ name, axes },
    points: [...counts].map(([point, count]) => ({ values: point.split(comma), count })),
  }));
}

/** Writes what has been counted to `$LANEWRIGHT_POINTS`, for benches that vitest runs; does nothing without it. */
export function savePoints(): void {
  const path = process.env.LANEWRIGHT_POINTS ?? "";
  if (path !== "") writeFileSync(path, JSON.stringify(functionalCoverage()));
}

/** Sums up what several processes counted. */
export function mergeGroups(lists: readonly (readonly CoverGroupResult[])[]): readonly CoverGroupResult[] {
  const merged = new Map<string, { axes: readonly string[]; counts: Map<string, number> }>();
  for (const { name, axes, points } of lists.flat()) {
    const into = merged.get(name) ?? { axes, counts: new Map<string, number>() };
    merged.set(name, into);
    for (const { values, count } of points) {
      const point = values.join(comma);
      into.counts.set(point, (into.counts.get(point) ?? 0) + count);
    }
  }
  return [...merged].map(([name, { axes, counts }]) => ({
    ...{ name, axes },
    points: [...counts].map(([point, count]) => ({ values: point.split(comma), count })),
  }));
}

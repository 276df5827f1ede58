/** A run against the one before. */
import type { Figures, ItemResult, RegressionResult } from "./results.ts";

export interface Change {
  readonly now: number;
  readonly before: number;
  /** now over before, less one; null where there is nothing to divide by. */
  readonly part: number | null;
}

export interface ItemChange {
  readonly id: string;
  readonly now: number;
  readonly before: number;
}

export interface Trend {
  readonly packetsPerHour: Change;
  readonly failures: Change;
  readonly secondsPerItem: Change;
  /** Items that fail now and passed before, and the other way round. */
  readonly broken: readonly string[];
  readonly mended: readonly string[];
  /** Items whose time has grown most: by a half and a second at least. */
  readonly slower: readonly ItemChange[];
}

const slowerPart = 1.5;
const slowerSeconds = 1;
const mostSlower = 20;

/** @param before the last run of the same plan that came to its end */
export function trendOf(now: RegressionResult, before: RegressionResult): Trend {
  const last = new Map(before.results.map((one) => [one.id, one]));
  const pairs = now.results.flatMap((one): readonly (readonly [ItemResult, ItemResult])[] => {
    const other = last.get(one.id);
    return other === undefined ? [] : [[one, other]];
  });
  const became = (from: ItemResult["verdict"], to: ItemResult["verdict"]): readonly string[] =>
    pairs.filter(([one, other]) => other.verdict === from && one.verdict === to).map(([{ id }]) => id);
  const slower = pairs
    .filter(([one, other]) => one.verdict === "passed" && other.verdict === "passed")
    .map(([one, other]) => ({ id: one.id, now: one.seconds, before: other.seconds }))
    .filter((one) => one.now > one.before * slowerPart && one.now > one.before + slowerSeconds)
    .sort((a, b) => b.now - b.before - (a.now - a.before))
    .slice(0, mostSlower);
  return {
    packetsPerHour: change(now, before, "packetsPerHour"),
    failures: change(now, before, "failures"),
    secondsPerItem: change(now, before, "secondsPerItem"),
    broken: became("passed", "failed"),
    mended: became("failed", "passed"),
    slower,
  };
}

function change(
  now: Figures,
  before: Figures,
  key: "packetsPerHour" | "failures" | "secondsPerItem",
): Change {
  const [a, b] = [now[key], before[key]];
  return { now: a, before: b, part: b === 0 ? null : a / b - 1 };
}

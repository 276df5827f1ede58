/** Items of a plan: each device with each scenario, faults and seed, devices taking turns. */
import { mix32, seedText } from "../traffic/rng.ts";
import type { Item } from "./plan.ts";

/** A device with one scenario of an entry. */
export interface ResolvedEntry {
  readonly entry: number;
  readonly device: string;
  readonly scenario: string;
  readonly faults: readonly string[];
  readonly packets: number;
  /** How many, or which. */
  readonly seeds: number | readonly number[];
  readonly timeoutSeconds: number;
}

export interface Expansion {
  readonly items: readonly Item[];
  readonly repeated: readonly { readonly id: string; readonly entry: number }[];
}

/**
 * All items. The first seed of everything comes first, then the second: a run that is stopped has seen every device, and
 * neighbours are of different devices.
 */
export function expand(entries: readonly ResolvedEntry[], planSeed: number): Expansion {
  const lists = entries.map(({ seeds }) =>
    typeof seeds === "number" ? Array.from({ length: seeds }, (_, index) => mix32(planSeed + index)) : seeds,
  );
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const items: Item[] = [];
  const repeated: { id: string; entry: number }[] = [];
  const known = new Set<string>();
  for (let turn = 0; turn < longest; turn++) {
    for (const [index, one] of entries.entries()) {
      const seed = lists[index]![turn];
      if (seed === undefined) continue;
      for (const faults of one.faults) {
        const id = `${one.device}/${one.scenario}/${faults}/${seedText(seed)}`;
        if (known.has(id)) {
          repeated.push({ id, entry: one.entry });
          continue;
        }
        known.add(id);
        const { device, scenario, packets, timeoutSeconds } = one;
        items.push({ id, description: device, scenario, faults, seed, packets, timeoutSeconds });
      }
    }
  }
  return { items, repeated: repeated.slice(0, 1) };
}

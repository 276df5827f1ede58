/** Reads a port's event counters over AXI4-Lite, by the names of its register map. */
import type { RegisterMap } from "../../generator/elaborate/register-model.ts";
import type { AxiLite } from "../bfm/axil.ts";

export type Counters = Readonly<Record<string, number>>;

/** The low words of all counters: enough to tell what was counted since, see {@link countedBetween}. */
export function readCounters(bus: AxiLite, map: RegisterMap): Counters {
  return Object.fromEntries(map.counters.map(({ name, offset }) => [name, bus.read(offset).value]));
}

/** What was counted between two readings, zeros left out; right for less than 2^32 of each. */
export function countedBetween(before: Counters, after: Counters): Counters {
  const rows = Object.entries(after).map(
    ([name, value]) => [name, (value - (before[name] ?? 0)) >>> 0] as const,
  );
  return Object.fromEntries(rows.filter(([, value]) => value !== 0));
}

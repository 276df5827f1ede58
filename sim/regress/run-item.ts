/** Runs one item in this process. */

import { importScenario } from "./import-scenario.ts";
import type { EndRecord } from "./journal.ts";
import type { Item, ResolvedPlan } from "./plan.ts";

/** Never throws: what goes wrong is what the record says. */
export async function runItem(plan: ResolvedPlan, item: Item): Promise<EndRecord> {
  const begin = performance.now();
  const before = process.cpuUsage();
  const end = (more: Pick<EndRecord, "ok" | "packets"> & Partial<EndRecord>): EndRecord => {
    const seconds = Math.round(performance.now() - begin) / 1000;
    const { user, system } = process.cpuUsage(before);
    const cpuSeconds = Math.round((user + system) / 1000) / 1000;
    return { t: "end", id: item.id, seconds, cpuSeconds, ...more };
  };
  try {
    const module = plan.modules[item.scenario];
    const scenario =
      module === undefined
        ? (await import("./built-in.ts")).builtIn[item.scenario]
        : await importScenario(module);
    const description = plan.descriptions[item.description];
    if (scenario === undefined || description === undefined) throw new Error(`${item.id} is not in the plan`);
    const { seed, packets, faults } = item;
    const result = await scenario.run({ description, seed, packets, faults });
    if (!(result.packets >= 0)) throw new Error(`the scenario counted ${result.packets} packets`);
    return end({
      ok: true,
      packets: result.packets,
      ...(result.note !== undefined && { note: result.note }),
    });
  } catch (cause) {
    return end({ ok: false, packets: 0, failure: reasonOf(cause) });
  }
}

/** The message of what a bench throws; of a mistake in a program also where it happened. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const mistake = cause instanceof TypeError || cause instanceof ReferenceError;
  return mistake ? (cause.stack ?? cause.message) : cause.message || cause.name;
}

/** Plans of the cheap scenario in temporary folders, and runs of them in this process. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPlan } from "../../sim/regress/load-plan.ts";
import type { ResolvedPlan } from "../../sim/regress/plan.ts";
import { type RunOptions, type RunOutcome, runRegression } from "../../sim/regress/run.ts";

export const cheap = fileURLToPath(new URL("fixtures/cheap.ts", import.meta.url));

export const link = {
  kind: "link",
  name: "link_10g",
  clockMHz: 200,
  datapathBits: 64,
  rateGbps: 10,
  mtuBytes: 1024,
  cableMeters: 3,
  virtualLanes: { data: 2 },
} as const;

export interface Bench {
  readonly folder: string;
  /** Folder of results. */
  readonly out: string;
  /** Writes a plan of these entries and reads it. */
  readonly plan: (entries: readonly object[], more?: object) => Promise<ResolvedPlan>;
  readonly run: (plan: ResolvedPlan, options?: Partial<RunOptions>) => Promise<RunOutcome>;
  /** How often an item of the cheap scenario was begun. */
  readonly begun: (faults: string, seed: number) => number;
  readonly remove: () => void;
}

export function openBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-regress-"));
  const out = join(folder, "out");
  const count = join(folder, "count");
  mkdirSync(count);
  process.env.LANEWRIGHT_CHEAP = count;
  const file = join(folder, "plan.json");
  return {
    ...{ folder, out },
    plan: async (entries, more = {}) => {
      const usual = { descriptions: [link], scenarios: [cheap], packets: 10 };
      const all = entries.map((entry) => ({ ...usual, ...entry }));
      writeFileSync(file, JSON.stringify({ kind: "regression", name: "cheap", entries: all, ...more }));
      return await loadPlan(file);
    },
    run: (plan, options = {}) => {
      const { signal } = new AbortController();
      return runRegression(plan, { out, mode: "usual", engine: "local", jobs: 1, signal, ...options });
    },
    begun: (faults, seed) => {
      try {
        return readFileSync(join(count, `${link.name}-${faults}-${seed}`)).length;
      } catch {
        return 0;
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The error that some work ends with. */
export async function codesOf(work: () => unknown): Promise<readonly string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    const { diagnostics } = error as { readonly diagnostics?: readonly { readonly code: string }[] };
    if (diagnostics === undefined) throw error;
    return diagnostics.map(({ code }) => code);
  }
}

import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What `progress.json` in the output folder of `simulate` holds while a run is under way. */
export interface SimulationProgress<Result = unknown> {
  readonly name: string;
  /** The phase that runs, and the cycles of it so far; null where it is not known when it ends. */
  readonly phase: string;
  readonly cycles: number;
  readonly expectedCycles: number | null;
  readonly phaseCount: number;
  /** Of the phases that have ended, as `results.json` will have them. */
  readonly results: readonly Result[];
}

export const progressName = "progress.json";

/** How often it is written, ms. */
const interval = 400;

/** Keeps `progress.json` up to date while `work` goes on; it is gone when the work has ended, however it ended. */
export async function withProgressFile<T>(
  out: string,
  now: () => SimulationProgress,
  work: Promise<T>,
): Promise<T> {
  const path = join(out, progressName);
  const write = (): void => {
    try {
      writeFileSync(`${path}.new`, `${JSON.stringify(now())}\n`);
      renameSync(`${path}.new`, path);
    } catch {
      // who cannot look on misses nothing of the results
    }
  };
  const timer = setInterval(write, interval);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    rmSync(path, { force: true });
  }
}

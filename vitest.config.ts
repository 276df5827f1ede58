import { relative, sep } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest where nothing is built yet, longest first: begun last, one of them would keep all waiting. */
const slowest = [
  "test/pcs/link-400g",
  "test/docs",
  "test/system/command",
  "test/switch/command",
  "test/cocotb/benches",
  "test/system/link",
  "test/lint-matrix",
  "test/commands",
  "test/errors/errors",
  "test/regress/command",
  "test/switch/forwarding",
  "test/link/icrc-endpoint",
  "test/rtl/switch-scheduler",
  "test/rtl/switch-crossbar",
  "test/link/bit-errors",
  "test/pcs/link-pcs",
  "test/rtl/vl-buffer",
  "test/pcs/align",
  "test/pcs/rs-decoder",
  "test/pcs/fec91",
];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const path = relative(project.config.root, moduleId).replaceAll(sep, "/");
      const found = slowest.indexOf(path.replace(/\.test\.ts$/u, ""));
      return found < 0 ? slowest.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => order(a) - order(b) || rank(a) - rank(b));
    function order({ project }: TestSpecification): number {
      return project.name === apart ? 0 : 1;
    }
  }
}

/** Of tests that change what is the process's own: its environment, models that stop, what Node knows. */
const apart = "apart";

/** Benches and pure functions: they leave nothing behind, so that what they import is read once for all of them. */
const together = [
  "generator/{check,description,diff,elaborate,math,render,views}/**/*.test.ts",
  "sim/{bfm,capture,nic,reference,run,scoreboard,switch,traffic}/**/*.test.ts",
  "test/{hand-off,link,nic,pcs,rtl,switch}/**/*.test.ts",
];

/**
 * Forked processes: a Verilated model is a native library, and a process of its own keeps a crash of one bench from
 * taking the others along. Two workers, for two cores. Timeouts allow for the first build of a model.
 */
export default defineConfig({
  test: {
    env: seedOfRun(),
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 20_000,
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: apart,
          include: ["{generator,sim,test,examples,docs}/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...together],
        },
      },
      { extends: true, test: { name: "together", include: together, isolate: false } },
    ],
  },
});

/** The same seed in each short run, so that what passes once passes again; a new one in each long run. */
function seedOfRun(): Record<string, string> {
  return process.env.LANEWRIGHT_LONG === undefined ? { LANEWRIGHT_FIRST_SEED: "1" } : {};
}

import { defineConfig } from "vitest/config";

/**
 * Forked processes: a Verilated model is a native library, and a process of its own keeps a crash of one bench from
 * taking the others along. Two workers, for two cores. Timeouts allow for the first build of a model.
 */
export default defineConfig({
  test: {
    include: ["{generator,sim,test,examples,docs}/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 20_000,
  },
});

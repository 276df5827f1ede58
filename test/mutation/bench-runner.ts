/** Runs the file of a bench again and again in this process, as vitest would, and stops at the first test that fails. */
import { pathToFileURL } from "node:url";
import { type FileSpecification, startTests, type Task, type VitestRunner } from "@vitest/runner";
import { Model } from "../../sim/driver/model.ts";

export interface BenchRun {
  /** Tests that passed. */
  readonly passed: number;
  /** What the first failed test said. */
  readonly failure?: string;
  /** Cycles that models were stepped. */
  readonly cycles: number;
}

let imports = 0;

/**
 * Where vitest looks for its settings, which `vi.setConfig` of a bench changes: there is no vitest around this process. Times
 * are limited from outside.
 */
Object.defineProperty(globalThis, "__vitest_worker__", { value: { config: {} }, configurable: true });

/**
 * Runs the tests of `file` whose titles contain `only`.
 * @param limit cycles after which every model refuses to go on
 */
export async function runBench(file: string, only: string, limit: number): Promise<BenchRun> {
  const endOfLimit = limitCycles(limit);
  let failed = false;
  const runner: VitestRunner = {
    config: {
      ...{ root: process.cwd(), setupFiles: [], passWithNoTests: false, maxConcurrency: 1, retry: 0 },
      ...{ name: undefined, testTimeout: 600_000, hookTimeout: 600_000, allowOnly: false, tags: [] },
      ...{ tagsFilter: undefined, strictTags: false, includeTaskLocation: undefined, chaiConfig: undefined },
      sequence: { seed: 1, hooks: "stack", setupFiles: "list", shuffle: false, concurrent: false },
      testNamePattern: new RegExp(only.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&"), "u"),
      diffOptions: undefined,
    } as unknown as VitestRunner["config"],
    // A name of its own each time: the tests are collected anew
    importFile: async (path) => {
      imports += 1;
      return (await import(`${pathToFileURL(path).href}?run=${imports}`)) as unknown;
    },
    onBeforeRunTask: (test) => {
      if (failed) test.mode = "skip";
    },
    onAfterRunTask: (test) => {
      failed ||= test.result?.state === "fail";
    },
  };
  const files = await startTests([{ filepath: file, testLocations: undefined } as FileSpecification], runner);
  const cycles = endOfLimit();
  const tasks = files.flatMap(tasksOf);
  const failure = tasks.flatMap((task) => task.result?.errors ?? [])[0];
  return {
    passed: tasks.filter((task) => task.type === "test" && task.result?.state === "pass").length,
    ...(failure !== undefined && { failure: wordsOf(failure) }),
    cycles,
  };
}

function tasksOf(task: Task): Task[] {
  return [task, ...("tasks" in task ? task.tasks.flatMap(tasksOf) : [])];
}

/** The cause of a failure is what is wrong; around it may stand which seed showed it. */
function wordsOf(error: { message: string; cause?: unknown }): string {
  let inner: { message?: unknown; cause?: unknown } = error;
  while (typeof inner.cause === "object" && inner.cause !== null) inner = inner.cause;
  return String(inner.message ?? error.message).split("\n")[0] ?? "";
}

/** Lets models go `limit` cycles in all, until the function that it gives is called, which says how many they went. */
function limitCycles(limit: number): () => number {
  const { step, edge } = Model.prototype;
  let cycles = 0;
  const count = (more: number): void => {
    cycles += more;
    if (cycles > limit) throw new Error(`more than ${limit} cycles`);
  };
  Model.prototype.step = function limited(more = 1): void {
    count(more);
    step.call(this, more);
  };
  Model.prototype.edge = function limited(mask: number, timePs: number): void {
    count(mask & 1);
    edge.call(this, mask, timePs);
  };
  return () => {
    Object.assign(Model.prototype, { step, edge });
    return cycles;
  };
}

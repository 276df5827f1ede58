import { fork } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Mutant } from "./weave.ts";
import type { WorkerAnswer, WorkerRequest, WorkerTask } from "./worker.ts";

/** How the tests of a bench end with a mutant. */
export type Fate =
  | { readonly end: "killed"; readonly how: string }
  | { readonly end: "alive"; readonly cycles: number; readonly mutants: readonly Mutant[] }
  | { readonly end: "broken"; readonly how: string };

export interface BenchProcess {
  /** @param seconds after which the process is ended, which counts as killed */
  readonly run: (request: WorkerRequest, seconds: number) => Promise<Fate>;
  readonly close: () => void;
}

const worker = fileURLToPath(new URL("worker.ts", import.meta.url));

/** Models with mutants in them are kept apart from those of the tests. */
export const mutantCache = join(tmpdir(), "lanewright-mutants");

/** A process for one bench; it is started again when a mutant has ended it. */
export function startBench(task: WorkerTask): BenchProcess {
  let child: ReturnType<typeof fork> | undefined;

  const start = (): ReturnType<typeof fork> =>
    fork(worker, [JSON.stringify(task)], {
      execArgv: ["--import", "tsx", "--max-old-space-size=1500"],
      env: {
        ...process.env,
        LANEWRIGHT_CACHE: process.env.LANEWRIGHT_CACHE ?? mutantCache,
        NODE_ENV: "test",
        LANEWRIGHT_SEED: "0x1",
      },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });

  return {
    run: (request, seconds) =>
      new Promise((resolve) => {
        child ??= start();
        const one = child;
        const finish = (fate: Fate, ended: boolean): void => {
          clearTimeout(timer);
          one.removeAllListeners("message");
          one.removeAllListeners("exit");
          if (ended) {
            one.kill("SIGKILL");
            child = undefined;
          }
          resolve(fate);
        };
        const timer = setTimeout(
          () => finish({ end: "killed", how: "hangs: the time limit was reached" }, true),
          seconds * 1000,
        );
        one.once("exit", (code, signal) =>
          finish({ end: "killed", how: `the bench ended with ${signal ?? code}` }, true),
        );
        one.once("message", (answer) => finish(fateOf(answer as WorkerAnswer), false));
        one.send(request);
      }),
    close: () => {
      child?.disconnect();
      child = undefined;
    },
  };
}

function fateOf(answer: WorkerAnswer): Fate {
  if ("broken" in answer) return { end: "broken", how: answer.broken };
  const { failure, passed, cycles, changed, mutants = [] } = answer;
  if (
    failure !== undefined &&
    /failed on the model of|LANEWRIGHT_BREAK: |Vitest failed to access its internal state/u.test(failure)
  )
    return { end: "broken", how: failure };
  if (!changed) return { end: "broken", how: "the bench does not build the module" };
  if (failure !== undefined) return { end: "killed", how: failure };
  if (passed === 0) return { end: "broken", how: "no test has such a title" };
  return { end: "alive", cycles, mutants };
}

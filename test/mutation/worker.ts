/**
 * One bench with the mutants of one module, in a process of its own: a mutant that hangs or crashes takes nothing along.
 * Started by `bench-process.ts`, which tells it by messages which mutant to run.
 */
import { setBuildHooks } from "../../sim/build/hooks.ts";
import { runBench } from "./bench-runner.ts";
import { type Mutant, weave } from "./weave.ts";

/** What the process is started with. */
export interface WorkerTask {
  /** Absolute path of the bench. */
  readonly file: string;
  /** Part of the titles of the tests to run. */
  readonly only: string;
  /** Name of the module behind that of the device, mutants of which are woven in; or one change of the text by hand. */
  readonly change:
    | { readonly module: string }
    /** `byBench`: the bench makes the change, as `LANEWRIGHT_BREAK` says. */
    | { readonly from: string; readonly to: string; readonly byBench: boolean };
  /** Registers start at random values, as they do in silicon. */
  readonly random: boolean;
}

export interface WorkerRequest {
  readonly mutant: number;
  /** Cycles that models may go. */
  readonly limit: number;
}

export type WorkerAnswer =
  | {
      readonly passed: number;
      readonly failure?: string;
      readonly cycles: number;
      /** Whether the model has the module or the text that is changed. */
      readonly changed: boolean;
      /** All mutants, told with that of number 0, which is none. */
      readonly mutants?: readonly Mutant[];
    }
  | { readonly broken: string };

const task = JSON.parse(process.argv[2] ?? "{}") as WorkerTask;
/** Benches read it when they are loaded. */
let changed = "byBench" in task.change && task.change.byBench;
if ("byBench" in task.change && task.change.byBench)
  process.env.LANEWRIGHT_BREAK = `${task.change.from}=>${task.change.to}`;
let mutants: readonly Mutant[] = [];

function changeText(module: string, text: string): string {
  const { change } = task;
  if ("module" in change) {
    if (module !== change.module && !module.endsWith(`_${change.module}`)) return text;
    changed = true;
    const woven = weave(text);
    mutants = woven.mutants;
    return woven.text;
  }
  if (change.byBench || !text.includes(change.from)) return text;
  changed = true;
  return text.replace(change.from, () => change.to);
}

setBuildHooks({
  options: (options) => ("module" in task.change ? { ...options, plusArgs: true, quick: true } : options),
  source: changeText,
});

// Benches may print
process.stdout.write = () => true;

async function answer({ mutant, limit }: WorkerRequest): Promise<WorkerAnswer> {
  const random = task.random ? " +verilator+rand+reset+2 +verilator+seed+7" : "";
  process.env.LANEWRIGHT_PLUSARGS = `lanewright +lanewright_mutant=${mutant}${random}`;
  try {
    const run = await runBench(task.file, task.only, limit);
    return { ...run, changed, ...(mutant === 0 && { mutants }) };
  } catch (error) {
    return { broken: error instanceof Error ? error.message : String(error) };
  }
}

process.on("message", (request: WorkerRequest) => {
  void answer(request).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit());

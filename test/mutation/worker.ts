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
  /** Widths in bits that benches of all widths run with. */
  readonly widths?: string;
}

export interface WorkerRequest {
  /** Name of the mutant; "" for the original. */
  readonly mutant: string;
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
      /** All mutants, told with the original: those of each configuration that the bench builds. */
      readonly mutants?: readonly Mutant[];
    }
  | { readonly broken: string };

const task = JSON.parse(process.argv[2] ?? "{}") as WorkerTask;
/** Benches read these when they are loaded. */
if (task.widths !== undefined) process.env.LANEWRIGHT_WIDTHS = task.widths;
let changed = "byBench" in task.change && task.change.byBench;
if ("byBench" in task.change && task.change.byBench)
  process.env.LANEWRIGHT_BREAK = `${task.change.from}=>${task.change.to}`;
const mutants = new Map<string, Mutant>();

/**
 * Number that stands for a mutant: the same in all configurations that a bench builds, where the mutants are not all the
 * same. FNV-1a of the name, 31 bits; 0 is the original.
 */
function numberOf(name: string): number {
  if (name === "") return 0;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 1) + 1;
}

function changeText(module: string, text: string): string {
  const { change } = task;
  if ("module" in change) {
    if (module !== change.module && !module.endsWith(`_${change.module}`)) return text;
    changed = true;
    const woven = weave(text);
    for (const mutant of woven.mutants) mutants.set(mutant.name, mutant);
    const names = new Map(woven.mutants.map(({ id, name }) => [id, name]));
    return woven.text.replace(
      /lw_mutant == 32'd(\d+)/gu,
      (_place, id) => `lw_mutant == 32'd${numberOf(names.get(Number(id))!)}`,
    );
  }
  if (change.byBench || !text.includes(change.from)) return text;
  changed = true;
  return text.replace(change.from, () => change.to);
}

function numbered(): Mutant[] {
  return [...mutants.values()].map((mutant, at) => ({ ...mutant, id: at + 1 }));
}

setBuildHooks({
  options: (options) => ("module" in task.change ? { ...options, plusArgs: true, quick: true } : options),
  source: changeText,
});

// Benches may print
process.stdout.write = () => true;

async function answer({ mutant, limit }: WorkerRequest): Promise<WorkerAnswer> {
  const random = task.random ? " +verilator+rand+reset+2 +verilator+seed+7" : "";
  process.env.LANEWRIGHT_PLUSARGS = `lanewright +lanewright_mutant=${numberOf(mutant)}${random}`;
  try {
    const run = await runBench(task.file, task.only, limit);
    return { ...run, changed, ...(mutant === "" && { mutants: numbered() }) };
  } catch (error) {
    return { broken: error instanceof Error ? error.message : String(error) };
  }
}

process.on("message", (request: WorkerRequest) => {
  void answer(request).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit());

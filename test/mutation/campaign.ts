/** Runs the mutants of a module against its benches, one after the other, until one fails. */
import { fileURLToPath } from "node:url";
import { Rng } from "../../sim/traffic/rng.ts";
import { type BenchProcess, type Fate, startBench } from "./bench-process.ts";
import type { BenchOfModule, MutatedModule } from "./benches.ts";
import { equivalents } from "./equivalent.ts";
import { knownOf, type ModuleResult, type MutantResult, readResult, writeResult } from "./results.ts";
import type { Mutant } from "./weave.ts";

export interface CampaignOptions {
  /** Folder of the results. */
  readonly out: string;
  /** Mutants to draw from each module; all of them unless given. */
  readonly sample?: number;
  readonly seed: number;
  /** Runs again what was alive. */
  readonly retry: boolean;
  readonly progress: (text: string) => void;
  /** Ends the campaign behind the mutant that runs. */
  readonly stopped: () => boolean;
}

interface Stage extends BenchOfModule {
  readonly process: BenchProcess;
  /** Cycles and seconds that the bench takes unbroken. */
  readonly cycles: number;
  readonly seconds: number;
  readonly mutants: readonly Mutant[];
  /** Names of the mutants that there are in this bench's configurations. */
  readonly names: ReadonlySet<string>;
}

/** The first run builds the model, and others may be building at the same time. */
const buildSeconds = 1800;

/** Mutants are those of the module as it is emitted for the first of its benches. */
export async function runCampaign(subject: MutatedModule, options: CampaignOptions): Promise<ModuleResult> {
  const begin = performance.now();
  options.progress(`${subject.module}: building its model`);
  const stages: Stage[] = [await openStage(subject, subject.benches[0]!)];
  const { mutants } = stages[0]!;
  const before = readResult(options.out, subject.module);
  const earlier = knownOf(before, mutants);
  const kept = new Map(
    earlier
      .filter(({ end }) => end === "killed" || (end !== "broken" && !options.retry))
      .map((one): MutantResult => (one.end === "equivalent" ? { ...one, end: "alive", how: "" } : one))
      .map((one) => [one.id, one]),
  );
  // What was run before belongs to the sample: leaving out what was alive would flatter the figure
  const drawn = new Set([...sampleOf(mutants, options), ...earlier].map(({ id }) => id));
  const chosen = mutants.filter(({ id }) => drawn.has(id));
  const results: MutantResult[] = [];
  const result = (): ModuleResult => ({
    ...{ module: subject.module, group: subject.group, mutants: mutants.length },
    ...(options.sample !== undefined && { sample: { size: chosen.length, seed: options.seed } }),
    seconds: Math.round(
      (earlier.length > 0 ? (before?.seconds ?? 0) : 0) + (performance.now() - begin) / 1000,
    ),
    // What was known stays, also where this run has not come to yet
    results: [
      ...new Map([
        ...earlier.map((one) => [one.id, one] as const),
        ...results.map((one) => [one.id, one] as const),
      ]).values(),
    ].toSorted((a, b) => a.id - b.id),
  });
  try {
    for (const mutant of chosen) {
      if (options.stopped()) break;
      const known = kept.get(mutant.id);
      const run = known ?? (await runMutant(subject, mutant, stages));
      const why = run.end === "alive" ? reasonOf(subject.module, mutant) : undefined;
      results.push(why === undefined ? run : { ...run, end: "equivalent", how: why });
      if (known !== undefined) continue;
      const alive = results.filter(({ end }) => end === "alive").length;
      options.progress(`${subject.module}: ${results.length} of ${chosen.length} mutants, ${alive} alive`);
      if (results.length % 20 === 0) writeResult(options.out, result());
    }
  } finally {
    for (const { process } of stages) process.close();
  }
  writeResult(options.out, result());
  return result();
}

async function runMutant(subject: MutatedModule, mutant: Mutant, stages: Stage[]): Promise<MutantResult> {
  for (const [at, bench] of subject.benches.entries()) {
    stages[at] ??= await openStage(subject, bench);
    const { process, cycles, seconds, names } = stages[at];
    if (!names.has(mutant.name)) continue;
    const limit = 3 * cycles + 10_000;
    const fate = await process.run({ mutant: mutant.name, limit }, 20 + 15 * seconds);
    if (fate.end !== "alive") return { ...mutant, end: fate.end, how: `${bench.bench}: ${fate.how}` };
  }
  return { ...mutant, end: "alive", how: "" };
}

/** Builds the model and runs the bench with none of the mutants: it must pass. */
async function openStage(subject: MutatedModule, { bench, only, widths }: BenchOfModule): Promise<Stage> {
  const process = startBench({
    file: benchFile(bench),
    ...{ only, change: { module: subject.module }, random: subject.startsAtZero !== true },
    ...(widths !== undefined && { widths }),
  });
  await unbroken(process, bench);
  const begin = performance.now();
  const { cycles, mutants } = await unbroken(process, bench);
  const seconds = (performance.now() - begin) / 1000;
  const names = new Set(mutants.map(({ name }) => name));
  return { bench, only, process, cycles, seconds, mutants, names };
}

async function unbroken(process: BenchProcess, bench: string): Promise<Fate & { end: "alive" }> {
  const fate = await process.run({ mutant: "", limit: 1e15 }, buildSeconds);
  if (fate.end === "alive") return fate;
  process.close();
  throw new Error(`${bench} fails without any mutant: ${fate.how}`);
}

export function benchFile(bench: string): string {
  return fileURLToPath(new URL(`../${bench}.test.ts`, import.meta.url));
}

/** `size` of the mutants, the same ones for the same seed, in their order. */
export function sampleOf(
  mutants: readonly Mutant[],
  { sample, seed }: Pick<CampaignOptions, "sample" | "seed">,
): readonly Mutant[] {
  if (sample === undefined || sample >= mutants.length) return mutants;
  const rng = new Rng(seed);
  const left = [...mutants];
  const drawn = Array.from({ length: sample }, () => left.splice(rng.below(left.length), 1)[0]!);
  return drawn.toSorted((a, b) => a.id - b.id);
}

/** Why a mutant does what the original does; undefined where nobody has said so. */
export function reasonOf(module: string, mutant: Mutant): string | undefined {
  return equivalents.find(
    (one) =>
      one.module === module &&
      (one.from === undefined || one.from === mutant.from) &&
      (one.to === undefined || [one.to].flat().includes(mutant.to)) &&
      (one.name === undefined || one.name === mutant.name) &&
      (one.line === undefined || mutant.source.includes(one.line)),
  )?.why;
}

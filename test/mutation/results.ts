/** What is kept of a campaign, one file a module, so that it goes on where it was stopped. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./weave.ts";

export type MutantEnd = "killed" | "alive" | "equivalent" | "broken";

export interface MutantResult extends Mutant {
  readonly end: MutantEnd;
  /** The bench that killed it, and what it said; or why the mutant does what the original does. */
  readonly how: string;
}

export interface ModuleResult {
  readonly module: string;
  readonly group: string;
  /** Mutants that the module has; fewer are run from a sample. */
  readonly mutants: number;
  readonly sample?: { readonly size: number; readonly seed: number };
  readonly seconds: number;
  readonly results: readonly MutantResult[];
}

/** Reads the result of a module; undefined where there is none. */
export function readResult(folder: string, module: string): ModuleResult | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, `${module}.json`), "utf8")) as ModuleResult;
  } catch {
    return undefined;
  }
}

/** What is known of these mutants. Results of a module that has other ones are not used; its lines may have moved. */
export function knownOf(
  earlier: ModuleResult | undefined,
  mutants: readonly Mutant[],
): readonly MutantResult[] {
  const now = new Map(mutants.map((mutant) => [mutant.name, mutant]));
  if (earlier === undefined || earlier.mutants !== mutants.length) return [];
  if (!earlier.results.every(({ name }) => now.has(name))) return [];
  return earlier.results.map((one) => ({ ...one, ...now.get(one.name)! }));
}

export function writeResult(folder: string, result: ModuleResult): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${result.module}.json`);
  writeFileSync(`${path}.new`, `${JSON.stringify(result, null, 1)}\n`);
  renameSync(`${path}.new`, path);
}

export interface Counts {
  readonly mutants: number;
  readonly run: number;
  readonly killed: number;
  readonly alive: number;
  readonly equivalent: number;
  readonly broken: number;
  /** Killed of those that are not equivalent, 0 … 100. */
  readonly percent: number;
}

export function countsOf(modules: readonly ModuleResult[]): Counts {
  const all = modules.flatMap(({ results }) => results);
  const count = (end: MutantEnd): number => all.filter((one) => one.end === end).length;
  const [killed, alive, equivalent, broken] = [
    count("killed"),
    count("alive"),
    count("equivalent"),
    count("broken"),
  ];
  return {
    mutants: modules.reduce((sum, { mutants }) => sum + mutants, 0),
    ...{ run: all.length, killed, alive, equivalent, broken },
    percent: killed + alive === 0 ? 100 : (100 * killed) / (killed + alive),
  };
}

/** The table of a campaign, one line a module and one for each group of several. */
export function tableOf(modules: readonly ModuleResult[]): string {
  const line = (name: string, c: Counts): string =>
    `| ${name} | ${c.mutants} | ${c.run} | ${c.killed} | ${c.equivalent} | ${c.alive} | ${c.percent.toFixed(1)} |`;
  const groups = groupsOf(modules);
  const rows = [...groups].flatMap(([group, members]) => [
    ...members.map((one) => line(`\`${one.module}\``, countsOf([one]))),
    ...(members.length > 1 ? [line(`**${group}**`, countsOf(members))] : []),
  ]);
  return [
    "| module | mutants | run | killed | equivalent | alive | killed, % |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
    ...(modules.length > 1 ? [line("**all**", countsOf(modules))] : []),
    "",
  ].join("\n");
}

function groupsOf(modules: readonly ModuleResult[]): Map<string, ModuleResult[]> {
  const groups = new Map<string, ModuleResult[]>();
  for (const one of modules) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return groups;
}

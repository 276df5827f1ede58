import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { cacheFolder, contentKey } from "../cache.ts";
import { exitCodes, LanewrightError } from "../diagnostics.ts";
import {
  batchText,
  type Elaborated,
  type ElaboratedModule,
  jobText,
  partName,
  textKey,
} from "./elaborated.ts";
import { memoryProblem } from "./memories.ts";
import { type Netlist, readNetlists } from "./netlist.ts";
import type { TargetRules } from "./targets.ts";
import { runYosys, type Yosys } from "./yosys.ts";

/** A module as Yosys mapped it; its instances of others have their keys as types. */
export interface Mapped {
  readonly netlist: Netlist;
  /** Its share of the wall time of the run that mapped it, by its lines in Yosys' own language, s. */
  readonly seconds: number;
  readonly cached: boolean;
}

type Kept = Omit<Mapped, "cached">;

/** What is counted from a mapped module changes with this number: kept results of another one are not used. */
const cacheVersion = 1;

/** A module to map, and where its result is kept. */
interface Job {
  readonly module: ElaboratedModule;
  readonly path: string;
}

/** Jobs that one run of Yosys takes: reading its libraries takes it longer than most modules do. */
const mostInBatch = 8;

/** Runs of Yosys that map what the cache does not have, and what it has. */
export interface Plan {
  readonly kept: ReadonlyMap<string, Mapped>;
  readonly batches: readonly (readonly Job[])[];
}

/** @param jobs runs that will go on at once: there are no fewer than that while there is work for them */
export function planMapping(
  yosys: Yosys,
  rules: TargetRules,
  all: Elaborated,
  modules: readonly ElaboratedModule[],
  jobs: number,
): Plan {
  const kept = new Map<string, Mapped>();
  const open: Job[] = [];
  for (const module of modules) {
    const text = textKey(jobText(all, module, "dut"));
    const parts = [String(cacheVersion), yosys.version, ...rules.commands("dut", false), text];
    const path = join(cacheFolder(), "synth", `${contentKey(parts)}.json.gz`);
    const result = readKept<Kept>(path);
    if (result === undefined) open.push({ module, path });
    else kept.set(module.key, { ...withParts(module, "dut", result), cached: true });
  }
  const count = Math.max(Math.min(jobs, open.length), Math.ceil(open.length / mostInBatch));
  const batches = Array.from({ length: count }, (): Job[] => []);
  const weights = batches.map(() => 0);
  for (const job of largestFirst(open)) {
    const light = batches
      .map((batch, index) => ({ batch, index }))
      .filter(({ batch }) => batch.length < mostInBatch)
      .reduce((a, b) => ((weights[b.index] ?? 0) < (weights[a.index] ?? 0) ? b : a));
    light.batch.push(job);
    weights[light.index] = (weights[light.index] ?? 0) + job.module.body.length;
  }
  return { kept, batches };
}

/** Maps the modules of a batch, those below each as black boxes, and keeps the results. */
export async function mapBatch(
  yosys: Yosys,
  rules: TargetRules,
  all: Elaborated,
  batch: readonly Job[],
): Promise<ReadonlyMap<string, Mapped>> {
  const names = batch.map((_, index) => `dut${index}`);
  const texts = batch.map(({ module }, index) => jobText(all, module, `dut${index}`));
  const text = [...texts, batchText("batch", names)].join("");
  const what = batch.map(({ module }) => module.module).join(", ");
  const begin = performance.now();
  const script = ["read_rtlil batch.il", ...rules.commands("batch", false), "write_json mapped.json"];
  const files = { "batch.il": text };
  const [json = ""] = await runYosys(yosys, what, script, files, ["mapped.json"]).catch((cause: unknown) => {
    throw unmappedMemory(batch, rules, cause) ?? cause;
  });
  const seconds = (performance.now() - begin) / 1000;
  const lines = batch.reduce((sum, { module }) => sum + module.body.length, 0);
  const netlists = readNetlists(json);
  return new Map(
    batch.map(({ module, path }, index) => {
      const name = `dut${index}`;
      const netlist = netlists(name);
      const share = Math.round((1000 * seconds * module.body.length) / lines) / 1000;
      const mapped = { netlist: renamed(netlist, `${name}_`, "dut_"), seconds: share };
      keep(path, mapped);
      return [module.key, { ...withParts(module, "dut", mapped), cached: false }];
    }),
  );
}

/** What Yosys says of a memory that must be block RAM by its attributes and cannot be. */
function unmappedMemory(
  batch: readonly Job[],
  { target }: TargetRules,
  cause: unknown,
): LanewrightError | undefined {
  const said = cause instanceof LanewrightError ? (cause.diagnostics[0]?.value ?? "") : "";
  const [, index, name] = /no valid mapping found for memory dut(\d+)\.(\S+)/.exec(said) ?? [];
  const module = batch[Number(index)]?.module;
  const array = module?.arrays.find((one) => one.name === name);
  if (module === undefined || array === undefined) return undefined;
  const problem = memoryProblem(module.module, "", array, target);
  return new LanewrightError(problem, { exitCode: exitCodes.workFailed, cause });
}

/** Long work first, so that none is left alone at the end. */
function largestFirst(jobs: readonly Job[]): readonly Job[] {
  return [...jobs].sort((a, b) => b.module.body.length - a.module.body.length);
}

function renamed(netlist: Netlist, from: string, to: string): Netlist {
  const cells = netlist.cells.map((cell) =>
    cell.type.startsWith(from) ? { ...cell, type: to + cell.type.slice(from.length) } : cell,
  );
  return { ...netlist, cells };
}

/** Names of black boxes back into keys of modules. */
function withParts(module: ElaboratedModule, job: string, mapped: Kept): Kept {
  const keys = new Map([...module.below.keys()].map((key, index) => [partName(job, index), key]));
  const { netlist } = mapped;
  const cells = netlist.cells.map((cell) => ({ ...cell, type: keys.get(cell.type) ?? cell.type }));
  return { ...mapped, netlist: { ...netlist, cells } };
}

/** What {@link keep} has put there; undefined where there is nothing that can be read. */
export function readKept<T>(path: string): T | undefined {
  try {
    return JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as T;
  } catch {
    return undefined;
  }
}

/** Whole or not at all, whoever else writes the same. */
export function keep(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const temp = `${path}.${process.pid}`;
  writeFileSync(temp, gzipSync(JSON.stringify(value)));
  renameSync(temp, path);
}

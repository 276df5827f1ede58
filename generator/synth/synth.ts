import { basename } from "node:path";
import type { AnyDesign } from "../design/switch.ts";
import { LanewrightError } from "../diagnostics.ts";
import { isSource } from "../emit/emit.ts";
import type { EmittedFile } from "../emit/manifest.ts";
import { limiter } from "../prove/solver.ts";
import { addArea, areaOf, noArea } from "./cells.ts";
import { depthsOf } from "./depth.ts";
import { type Elaborated, type ElaboratedModule, elaborateVerilog, instanceCounts } from "./elaborated.ts";
import { type Mapped, mapBatch, planMapping } from "./map.ts";
import { memoriesOf } from "./memories.ts";
import type { Netlist } from "./netlist.ts";
import { findPlacer, placeModule } from "./place.ts";
import { targetRules } from "./targets.ts";
import { graphOf } from "./timing-graph.ts";
import type { Area, MemoryResult, ModuleResult, PlaceResult, SynthReport, Target } from "./types.ts";
import type { Yosys } from "./yosys.ts";

export interface SynthOptions {
  readonly target: Target;
  /** A module of the device in place of its top, with or without the device's name in front. */
  readonly module?: string;
  /** Yosys processes that run at once. */
  readonly jobs: number;
  /** False leaves placing out where there is a placer. */
  readonly place?: boolean;
  /** Called when something else is being done. */
  readonly told?: (what: string) => void;
}

/** Maps every module of a device that `--module` leaves, one by one, and puts the figures together. */
export async function synth(
  yosys: Yosys,
  design: AnyDesign,
  files: readonly EmittedFile[],
  options: SynthOptions,
): Promise<SynthReport> {
  const begin = performance.now();
  const rules = targetRules[options.target];
  const sources = files.filter(({ path }) => isSource(path));
  const texts = Object.fromEntries(sources.map(({ path, text }) => [basename(path), text]));
  const all = await elaborateVerilog(yosys, texts, design.name);
  const top = options.module === undefined ? design.name : chooseModule(all, design.name, options.module);
  const counts = instanceCounts(all, top);
  const order = new Map(sources.map(({ path }, index) => [basename(path, ".v"), index]));
  const modules = [...counts.keys()]
    .flatMap((key) => all.get(key) ?? [])
    .sort((a, b) => (order.get(a.module) ?? 0) - (order.get(b.module) ?? 0) || (a.key < b.key ? -1 : 1));
  const plan = planMapping(yosys, rules, all, modules, options.jobs);
  const mapped = new Map<string, Mapped>(plan.kept);
  const limit = limiter(options.jobs);
  const tell = (): void => options.told?.(`${mapped.size} of ${modules.length} modules mapped`);
  tell();
  await Promise.all(
    plan.batches.map((batch) =>
      limit(async () => {
        for (const [key, one] of await mapBatch(yosys, rules, all, batch)) mapped.set(key, one);
        tell();
      }),
    ),
  );
  const name = (key: string): string => shortName(design.name, all.get(key)?.module ?? key);
  const netlists = new Map([...mapped].map(([key, { netlist }]) => [key, netlist]));
  const depths = depthsOf(graphOf(top, netlists), name);
  const memories = modules.flatMap((module) => {
    const netlist = netlists.get(module.key);
    if (netlist === undefined) return [];
    const times = counts.get(module.key) ?? 0;
    return memoriesOf(design.memories, name(module.key), module.arrays, netlist, times, rules.hasLutMemory);
  });
  const own = new Map([...netlists].map(([key, netlist]) => [key, ownArea(netlist, ramBits(key))]));
  function ramBits(key: string): number {
    const homes = memoriesOf([], "", all.get(key)?.arrays ?? [], netlists.get(key) ?? noNetlist, 1, true);
    return homes.reduce((sum, { home, words, bitsPerWord }) => {
      return sum + (home === "flip-flops" ? 0 : words * bitsPerWord);
    }, 0);
  }
  const total = (key: string): Area =>
    [...(all.get(key)?.below ?? [])].reduce(
      (sum, [below, times]) => addArea(sum, total(below), times),
      own.get(key) ?? noArea,
    );
  const place = options.place === false ? undefined : await placed(yosys, options, all, top, design.clockMHz);
  const results = modules.map((module): ModuleResult => {
    const { netlist, seconds, cached } = mapped.get(module.key) ?? neverMapped(module);
    const [inside] = depthsOf(graphOf(module.key, new Map([[module.key, netlist]])), name, 1).paths;
    return {
      module: module.module,
      name: name(module.key),
      parameters: module.parameters,
      instances: counts.get(module.key) ?? 0,
      own: own.get(module.key) ?? noArea,
      total: total(module.key),
      ...(inside === undefined ? {} : { inside }),
      through: depths.through.get(module.key) ?? 0,
      seconds,
      cached,
    };
  });
  return {
    device: design.name,
    kind: design.kind,
    top: all.get(top)?.module ?? top,
    target: options.target,
    clockMHz: design.clockMHz,
    tool: yosys.version,
    wasm: yosys.wasm,
    total: total(top),
    modules: results,
    paths: depths.paths,
    memories: mergeMemories(memories),
    ...(place === undefined ? {} : { place }),
    seconds: Math.round(performance.now() - begin) / 1000,
  };
}

/** Undefined where the target has no placer, or none is installed, or the part is too small. */
async function placed(
  yosys: Yosys,
  { target, told }: SynthOptions,
  all: Elaborated,
  top: string,
  clockMHz: number,
): Promise<PlaceResult | undefined> {
  const placer = await findPlacer(target);
  if (placer === undefined) return undefined;
  told?.(`placing with ${placer.program}`);
  return placeModule(yosys, placer, target, all, top, clockMHz);
}

const noNetlist: Netlist = { ports: {}, cells: [], names: {}, nets: 0 };

function neverMapped({ module }: ElaboratedModule): never {
  throw new RangeError(`${module} was not mapped`);
}

function ownArea(netlist: Netlist, ramBits: number): Area {
  return netlist.cells.reduce<Area>((sum, cell) => addArea(sum, { ...noArea, ...areaOf(cell) }), {
    ...noArea,
    ramBits,
  });
}

/** Arrays of the same module, size and home with different other parameters are one row. */
function mergeMemories(memories: readonly MemoryResult[]): readonly MemoryResult[] {
  const rows = new Map<string, MemoryResult>();
  for (const one of memories) {
    const { module, array, words, bitsPerWord, home } = one;
    const key = [module, array, words, bitsPerWord, home].join(" ");
    const old = rows.get(key);
    rows.set(key, { ...one, instances: one.instances + (old?.instances ?? 0) });
  }
  return [...rows.values()];
}

export const shortName = (device: string, module: string): string =>
  module.startsWith(`${device}_`) ? module.slice(device.length + 1) : module;

/** The key of a module that a user names; of several sets of parameters the first. */
function chooseModule(all: Elaborated, device: string, wanted: string): string {
  const found = [...all.values()].find(
    ({ module }) => module === wanted || shortName(device, module) === wanted,
  );
  if (found !== undefined) return found.key;
  const names = [...new Set([...all.values()].map(({ module }) => shortName(device, module)))].sort();
  throw new LanewrightError({
    code: "LW_UNKNOWN_MODULE",
    severity: "error",
    message: "synth --module names a module that the device does not have",
    value: wanted,
    limit: names.join(", "),
    remedy: "give one of these names",
  });
}

import type { Graph } from "./timing-graph.ts";
import { mostPaths, type Path, type PathStep } from "./types.ts";

/** Cost of a way as one number, LUT levels first, bits of carry chains to decide between equals. */
const perLevel = 1 << 16;

/** The longest way to and from every net, in the cost of {@link perLevel}, and the arcs that it takes. */
interface Timing {
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly arcBefore: Int32Array;
  readonly arcAfter: Int32Array;
}

/**
 * Longest paths of a graph: from where no way leads to a net, to where one ends. A loop of ways (there is none in logic
 * that a linter has passed) is cut where it is met.
 */
function timingOf(graph: Graph): Timing {
  const { nets, from, to, end } = graph;
  const arcs = from.length;
  const cost = Int32Array.from(from, (_, arc) => costOf(graph, arc));
  const next = listsOf(from, nets);
  const open = new Int32Array(nets);
  for (const net of to) open[net] = (open[net] ?? 0) + 1;
  const order = new Int32Array(nets);
  let sorted = 0;
  for (let net = 0; net < nets; net++) if (open[net] === 0) order[sorted++] = net;
  const before = new Int32Array(nets);
  const after = new Int32Array(nets).fill(-1);
  const arcBefore = new Int32Array(nets).fill(-1);
  const arcAfter = new Int32Array(nets).fill(-1);
  for (let done = 0; done < sorted; done++) {
    const net = order[done] ?? 0;
    for (let at = next.first[net] ?? 0; at < (next.first[net + 1] ?? arcs); at++) {
      const arc = next.arcs[at] ?? 0;
      const target = to[arc] ?? 0;
      const length = (before[net] ?? 0) + (cost[arc] ?? 0);
      if (arcBefore[target] === -1 || length > (before[target] ?? 0)) {
        before[target] = length;
        arcBefore[target] = arc;
      }
      const left = (open[target] ?? 0) - 1;
      open[target] = left;
      if (left === 0) order[sorted++] = target;
    }
  }
  for (let done = sorted - 1; done >= 0; done--) {
    const net = order[done] ?? 0;
    if ((end[net] ?? -1) >= 0) after[net] = 0;
    for (let at = next.first[net] ?? 0; at < (next.first[net + 1] ?? arcs); at++) {
      const arc = next.arcs[at] ?? 0;
      const rest = after[to[arc] ?? 0] ?? -1;
      if (rest < 0) continue;
      const length = rest + (cost[arc] ?? 0);
      if (length > (after[net] ?? -1)) {
        after[net] = length;
        arcAfter[net] = arc;
      }
    }
  }
  return { before, after, arcBefore, arcAfter };
}

const costOf = ({ levels, carryBits }: Graph, arc: number): number =>
  (levels[arc] ?? 0) * perLevel + (carryBits[arc] ?? 0);

/** Arcs by the net that they start from: those of net n are `arcs[first[n]] ... arcs[first[n + 1] - 1]`. */
function listsOf(from: readonly number[], nets: number): { first: Int32Array; arcs: Int32Array } {
  const first = new Int32Array(nets + 1);
  for (const net of from) first[net + 1] = (first[net + 1] ?? 0) + 1;
  for (let net = 0; net < nets; net++) first[net + 1] = (first[net + 1] ?? 0) + (first[net] ?? 0);
  const fill = first.slice();
  const arcs = new Int32Array(from.length);
  from.forEach((net, arc) => {
    const at = fill[net] ?? 0;
    arcs[at] = arc;
    fill[net] = at + 1;
  });
  return { first, arcs };
}

/** The longest path through each module of a device, and the deepest of them. */
export interface Depths {
  /** LUT levels of the longest path that leads through logic of a module, by its key. */
  readonly through: ReadonlyMap<string, number>;
  /** Those paths, longest first, each once. */
  readonly paths: readonly Path[];
}

/** @param nameOf what a module is called in a path, by its key */
export function depthsOf(graph: Graph, nameOf: (key: string) => string, most = mostPaths): Depths {
  const timing = timingOf(graph);
  const worst = new Map<string, { length: number; arc: number }>();
  graph.at.forEach((place, arc) => {
    const rest = timing.after[graph.to[arc] ?? 0] ?? -1;
    if (rest < 0) return;
    const length = (timing.before[graph.from[arc] ?? 0] ?? 0) + costOf(graph, arc) + rest;
    const key = graph.places[place]?.key ?? "";
    if (length > (worst.get(key)?.length ?? -1)) worst.set(key, { length, arc });
  });
  const longestFirst = [...worst.values()].sort((a, b) => b.length - a.length);
  const paths = new Map<string, Path>();
  for (const { arc } of longestFirst) {
    const path = pathOf(graph, timing, arc, nameOf);
    const { start, end } = path;
    const key = [start, end].map(({ module, signal }) => `${module}/${signal.replace(/\d+/g, "")}`).join(" ");
    if (!paths.has(key) && paths.size < most) paths.set(key, path);
  }
  const through = [...worst].map(([key, { length }]) => [key, Math.floor(length / perLevel)] as const);
  return { through: new Map(through), paths: [...paths.values()] };
}

/** The longest path that takes `arc`. */
function pathOf(graph: Graph, timing: Timing, arc: number, nameOf: (key: string) => string): Path {
  const arcs = [arc];
  for (let at = timing.arcBefore[graph.from[arc] ?? 0] ?? -1; at >= 0; ) {
    arcs.unshift(at);
    at = timing.arcBefore[graph.from[at] ?? 0] ?? -1;
  }
  for (let at = timing.arcAfter[graph.to[arc] ?? 0] ?? -1; at >= 0; ) {
    arcs.push(at);
    at = timing.arcAfter[graph.to[at] ?? 0] ?? -1;
  }
  const sum = (counts: readonly number[]): number => arcs.reduce((all, one) => all + (counts[one] ?? 0), 0);
  let level = 0;
  const steps = arcs.flatMap((one, index) => {
    level += graph.levels[one] ?? 0;
    const step = stepAt(graph, graph.to[one] ?? 0, level, nameOf);
    return index === arcs.length - 1 || step === undefined ? [] : [step];
  });
  const first = graph.from[arcs[0] ?? 0] ?? 0;
  const last = graph.to[arcs.at(-1) ?? 0] ?? 0;
  return {
    levels: level,
    carryBits: sum(graph.carryBits),
    wideMuxes: sum(graph.wideMuxes),
    start: stepAt(graph, first, 0, nameOf) ?? startAt(graph, first, nameOf),
    end: endAt(graph, last, level, nameOf),
    steps,
  };
}

/** A net by the name that it has where it is driven. */
function stepAt(
  graph: Graph,
  net: number,
  level: number,
  nameOf: (key: string) => string,
): PathStep | undefined {
  const index = Math.max(0, graph.driver[net] ?? 0);
  const place = graph.places[index];
  if (place === undefined) return undefined;
  const known = graph.driverNet[net] ?? -1;
  const local = known >= 0 ? known : place.nets.indexOf(net);
  const signal = place.netlist.names[local];
  if (signal === undefined) return undefined;
  return { instance: place.instance, module: nameOf(place.key), signal, level };
}

/** The register or the memory that a net without a name comes from. */
function startAt(graph: Graph, net: number, nameOf: (key: string) => string): PathStep {
  const place = graph.places[Math.max(0, graph.driver[net] ?? 0)];
  const signal = (graph.driverCell[net]?.name ?? "?").replace(/(\.\d+)+$/, "");
  return { instance: place?.instance ?? "", module: nameOf(place?.key ?? ""), signal, level: 0 };
}

/** What a path ends in: a register by its name and pin, a memory by its cell, a port of the top. */
function endAt(graph: Graph, net: number, level: number, nameOf: (key: string) => string): PathStep {
  const end = graph.ends[graph.end[net] ?? -1];
  const place = graph.places[end?.place ?? 0];
  const about = { instance: place?.instance ?? "", module: nameOf(place?.key ?? ""), level };
  if (end === undefined || end.cell === undefined) return { ...about, signal: end?.pin ?? "?" };
  const [output = -1] = end.cell.pins.Q ?? [];
  const register = place?.netlist.names[output] ?? end.cell.name;
  return { ...about, signal: end.pin === "D" ? register : `${register}.${end.pin}` };
}

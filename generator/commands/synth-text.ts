import { join, relative } from "node:path";
import Table from "cli-table3";
import pc from "picocolors";
import {
  type Area,
  type Change,
  labelOf,
  type Path,
  type SynthReport,
  synthFileName,
  targetRules,
} from "../synth/index.ts";

/** Paths that are shown in full. */
const shownPaths = 3;

const plain = { head: [], border: [], compact: true };
const number = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 1 });

/** The result of `synth` for people. @param folder where synth.json stands */
export function asText(report: SynthReport, folder: string): string {
  const rules = targetRules[report.target];
  const made = report.modules.filter(({ cached }) => !cached).length;
  const count = report.modules.length;
  const parts = [
    `${report.top} on ${rules.title}, by ${report.tool}${report.wasm ? ", WebAssembly" : ""}`,
    areaTable(report, rules.ramUnit),
    memoryLine(report),
    "",
    ...pathsText(report),
    ...placeText(report),
    ...changesText(report),
    `${made} of ${count} modules mapped, ${count - made} kept from before, ${report.seconds.toFixed(1)} s; all of it in ${relative(process.cwd(), join(folder, synthFileName))}`,
  ];
  return `${parts.join("\n")}\n`;
}

function areaTable({ modules, total, paths, top }: SynthReport, ramUnit: string): string {
  const head = [
    "module",
    "times",
    "LUT",
    "FF",
    "LUT memory",
    `RAM, ${ramUnit}`,
    "RAM bits",
    "DSP",
    "depth",
    "through",
  ];
  const table = new Table({
    head,
    style: plain,
    colAligns: ["left", ...head.slice(1).map(() => "right" as const)],
  });
  const cells = (area: Area): string[] =>
    [area.luts, area.flipFlops, area.lutMemory, area.blockRams, area.ramBits, area.dsps].map(number);
  for (const one of modules) {
    const depth = one.inside === undefined ? "" : String(one.inside.levels);
    table.push([
      labelOf(one),
      String(one.instances),
      ...cells(one.own),
      depth,
      one.through === 0 ? "" : String(one.through),
    ]);
  }
  const depth = Math.max(0, ...modules.map(({ inside }) => inside?.levels ?? 0));
  table.push([`all of ${top}`, "", ...cells(total), String(depth), String(paths[0]?.levels ?? 0)]);
  return `${table}
A row is a module without those below it. depth: LUT levels inside of it, ports taken for registers; through: of the
longest path between registers that leads through it, over the borders of modules.`;
}

function memoryLine({ memories }: SynthReport): string {
  const count = (home: string): number =>
    memories.filter((one) => one.home === home).reduce((sum, { instances }) => sum + instances, 0);
  const lost = count("flip-flops");
  const homes = [
    `${count("block")} block RAM`,
    `${count("lut")} LUT memory`,
    ...(lost > 0 ? [`${lost} flip-flops`] : []),
  ];
  return `Memories: ${homes.join(", ")}.`;
}

/** One path, a line for each signal that has a name in the Verilog. */
export function pathText({ levels, carryBits, wideMuxes, start, end, steps }: Path): string {
  const also = [
    ...(carryBits > 0 ? [`${carryBits} bits of carry chain`] : []),
    ...(wideMuxes > 0 ? [`${wideMuxes} wide multiplexers`] : []),
  ];
  const lines = [start, ...steps, end].map(({ instance, signal, level }) => {
    return `  ${String(level).padStart(3)}  ${instance === "" ? "" : `${instance}/`}${signal}`;
  });
  return `${[`${levels} levels${also.length > 0 ? `, ${also.join(", ")}` : ""}`, ...lines].join("\n")}\n`;
}

function pathsText({ paths }: SynthReport): readonly string[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, shownPaths);
  return [`The longest paths, of ${paths.length} kept:`, ...shown.map(pathText)];
}

function placeText({ place, clockMHz }: SynthReport): readonly string[] {
  if (place === undefined) return [];
  const color = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
  const rows = Object.entries(place.fmaxMHz).map(([clock, mhz]) => {
    const paint = clock === "clk" && mhz < clockMHz ? color.yellow : color.green;
    return `  ${clock}: ${paint(`${mhz} MHz`)}${clock === "clk" ? ` of ${clockMHz} MHz asked for` : ""}`;
  });
  const use = Object.entries(place.use).map(
    ([kind, [used, all]]) => `${kind} ${number(used)} of ${number(all)}`,
  );
  const { path } = place;
  return [
    `Placed and routed: ${place.tool}, ${place.part}, ${place.seconds.toFixed(1)} s`,
    ...rows,
    `  ${use.join(", ")}`,
    `  slowest path, ${path.ns} ns:`,
    ...[path.start, ...path.signals, path.end].map((one) => `    ${one}`),
    "",
  ];
}

const words: Readonly<Record<Change["figure"], string>> = {
  luts: "LUT",
  flipFlops: "FF",
  lutMemory: "LUT memory",
  ramBits: "RAM bits",
  blockRams: "RAM blocks",
  dsps: "DSP",
  carries: "carry cells",
  through: "longest path",
  inside: "depth",
  fmaxMHz: "Fmax, MHz",
};

function changesText({ changes }: SynthReport): readonly string[] {
  if (changes === undefined) return [];
  if (changes.length === 0) return ["No figure has changed against the baseline."];
  const color = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
  const table = new Table({ head: ["changed", "figure", "before", "after", "difference", ""], style: plain });
  for (const { of, figure, before, after } of changes) {
    const difference = after - before;
    const worse = figure === "fmaxMHz" ? difference < 0 : difference > 0;
    const paint = worse ? color.red : color.green;
    const sign = difference > 0 ? "+" : "";
    const percent = before === 0 ? "new" : `${sign}${((100 * difference) / before).toFixed(1)} %`;
    table.push([
      of,
      words[figure],
      number(before),
      number(after),
      paint(`${sign}${number(difference)}`),
      paint(percent),
    ]);
  }
  return [`Against the baseline:\n${table}`];
}

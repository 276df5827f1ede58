import type { Command } from "commander";
import type pc from "picocolors";
import type { PhaseResult, RunResult } from "../../sim/run/index.ts";
import { resultTable } from "./simulate-link-table.ts";
import { onceMore } from "./simulate-run.ts";

type Colors = ReturnType<typeof pc.createColors>;

/** The results for people: what ran, the table, the verdict. */
export function resultText(result: RunResult, color: Colors): string {
  const { name, rateGbps, datapathBits, clockMHz, cableMeters, phases, cycles } = result;
  const device = `${name}: ${rateGbps} Gb/s, ${datapathBits} bits at ${clockMHz} MHz, ${cableMeters} m of cable`;
  const width = Math.max(0, ...phases.map((phase) => phase.name.length));
  const list = phases.map((phase) => `  ${phase.name.padEnd(width)}  ${phase.title}`);
  const time = `${cycles.toLocaleString("en-US")} cycles (${((cycles * 1e-3) / clockMHz).toFixed(3)} ms) at ${(result.cyclesPerSecond / 1000).toFixed(1)} thousand cycles a second`;
  return `${device}\n${list.join("\n")}\n${resultTable(phases)}\n${verdict(result, color)}; ${time}`;
}

function verdict(result: RunResult, color: Colors): string {
  const { p0, p1 } = result.ports;
  const packets = (p0.received.packets + p1.received.packets).toLocaleString("en-US");
  if (!result.passed) return color.red(`FAILED in phase ${result.phases.at(-1)?.name}`);
  if (!result.complete) return color.yellow(`interrupted: partial results, ${packets} packets so far`);
  return color.green(`passed: ${packets} packets, each once, in order and unchanged`);
}

/** What went wrong, and the command that shows it again with waves. */
export function failureText(
  result: Pick<RunResult, "cycles" | "seed"> & {
    readonly phases: readonly Pick<PhaseResult, "name" | "failure" | "firstProblemCycle">[];
  },
  { file, out, command }: { readonly file: string; readonly out: string; readonly command: Command },
): string {
  const failed = result.phases.find((phase) => phase.failure !== null);
  const problemCycle = failed?.firstProblemCycle ?? result.cycles;
  return `phase ${failed?.name}: ${failed?.failure}
${onceMore({ file, out, command, seed: result.seed, problemCycle })}`;
}

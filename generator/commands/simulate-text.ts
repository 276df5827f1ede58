import { join } from "node:path";
import type { Command } from "commander";
import type pc from "picocolors";
import type { RunResult } from "../../sim/run/index.ts";
import { seedText } from "../../sim/traffic/rng.ts";
import { resultTable } from "./simulate-table.ts";

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

/** Cycles of waves before and after the place where something went wrong. */
const wavesBefore = 3000;
const wavesCycles = 8000;

/** What went wrong, and the command that shows it again with waves. */
export function failureText(
  result: RunResult,
  { file, out, command }: { readonly file: string; readonly out: string; readonly command: Command },
): string {
  const failed = result.phases.find((phase) => phase.failure !== null);
  const from = Math.max(0, (failed?.firstProblemCycle ?? result.cycles) - wavesBefore);
  const again = [
    ...["lanewright", "simulate", file],
    ...givenOptions(command),
    ...["--seed", seedText(result.seed), "--trace", join(out, "failure.fst")],
    ...["--trace-from", String(from), "--trace-cycles", String(wavesCycles)],
  ];
  return `phase ${failed?.name}: ${failed?.failure}
seed ${seedText(result.seed)}; once more with waves:
  ${again.map(quoted).join(" ")}
`;
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w./,:=@%+-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

const ownOptions = ["seed", "trace", "traceFrom", "traceCycles", "json"];

/** The options that the user gave, but for those that the repeating command sets itself. */
function givenOptions(command: Command): string[] {
  return command.options.flatMap((option) => {
    const key = option.attributeName();
    if (command.getOptionValueSource(key) !== "cli" || ownOptions.includes(key)) return [];
    const value: unknown = command.getOptionValue(key);
    return value === true ? [option.long ?? ""] : [option.long ?? "", String(value)];
  });
}

import Table from "cli-table3";
import type pc from "picocolors";
import type { NicPhaseResult, NicPortResult, NicRunResult } from "../../sim/nic/workload-results.ts";

type Colors = ReturnType<typeof pc.createColors>;

const count = (value: number): string => value.toLocaleString("en-US");
const gigabits = (value: number): string => value.toFixed(2);
const nanoseconds = (value: number | undefined): string => (value === undefined ? "-" : value.toFixed(1));

/** What one adapter asked of the other one. */
const rows: readonly (readonly [title: string, cell: (asks: NicPortResult) => string])[] = [
  ["messages", ({ messages }) => count(messages)],
  ["packets sent", ({ sent }) => count(sent.packets)],
  ["goodput, Gb/s", ({ goodputGbps }) => gigabits(goodputGbps)],
  ["goodput, % of rate", ({ goodputPercent }) => gigabits(goodputPercent)],
  ["latency min, ns", ({ latencyNs }) => nanoseconds(latencyNs?.min)],
  ["latency median, ns", ({ latencyNs }) => nanoseconds(latencyNs?.median)],
  ["latency p99, ns", ({ latencyNs }) => nanoseconds(latencyNs?.p99)],
  ["bit errors on the cable", ({ channel }) => count(channel.bitErrors + channel.burstBitErrors)],
  ["replays of the link", ({ replays }) => count(replays)],
  ["retries of queue pairs", ({ retries }) => count(retries)],
  ["of these: peer not ready", ({ notReady }) => count(notReady)],
];

const faults = ["lost", "duplicated", "reordered", "corrupted", "failed"] as const;

/** The results for people: what ran, the table, the verdict. */
export function nicResultText(result: NicRunResult, color: Colors): string {
  const { name, rateGbps, datapathBits, clockMHz, cableMeters, phases, cycles } = result;
  const device = `two ${name}: ${rateGbps} Gb/s, ${datapathBits} bits at ${clockMHz} MHz, ${cableMeters} m of cable`;
  const width = Math.max(0, ...phases.map((phase) => phase.name.length));
  const list = phases.map((phase) => `  ${phase.name.padEnd(width)}  ${phase.title}`);
  const time = `${count(cycles)} cycles (${((cycles * 1e-3) / clockMHz).toFixed(3)} ms) at ${(result.cyclesPerSecond / 1000).toFixed(1)} thousand cycles a second`;
  return `${device}\n${list.join("\n")}\n${tableOf(phases, color)}\n${verdict(result, color)}; ${time}`;
}

function verdict(result: NicRunResult, color: Colors): string {
  if (!result.passed) return color.red(`FAILED in phase ${result.phases.at(-1)?.name}`);
  if (!result.complete)
    return color.yellow(`interrupted: partial results, ${count(result.messages)} messages so far`);
  return color.green(
    `passed: ${count(result.messages)} messages, each once, in order, memory as it should be`,
  );
}

function tableOf(phases: readonly NicPhaseResult[], color: Colors): string {
  const columns = phases.flatMap(({ ports: { p0, p1 } }) => [p0, p1]);
  const table = new Table({
    style: { head: [], border: [], compact: true },
    colAligns: ["left", ...columns.map(() => "right" as const)],
  });
  const names = phases.map(({ name }) => ({
    content: color.bold(name),
    colSpan: 2,
    hAlign: "center" as const,
  }));
  table.push(["", ...names]);
  table.push(["", ...phases.flatMap(() => ["p0 asks", "p1 asks"])]);
  for (const [title, cell] of rows) table.push([title, ...columns.map(cell)]);
  for (const kind of faults) {
    const cells = columns.map((asks) => asks[kind]);
    table.push([kind, ...cells.map((value) => (value > 0 ? color.red(count(value)) : color.green("0")))]);
  }
  return table.toString();
}

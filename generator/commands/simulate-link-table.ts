import Table from "cli-table3";
import pc from "picocolors";
import type { PhaseResult, PortResult } from "../../sim/run/index.ts";

/** What stands in one column: a direction of a phase, and the port that sends. */
interface Column {
  readonly receiver: PortResult;
  readonly sender: PortResult;
}

type Row = readonly [title: string, cell: (column: Column) => string];

const count = (value: number): string => value.toLocaleString("en-US");
const gigabits = (value: number): string => value.toFixed(2);

const counted =
  (name: string): Row[1] =>
  ({ receiver: { counters } }) =>
    count(counters[name] ?? 0);

/** Rows of links whose ports have a PCS with FEC. */
const fecRows: readonly Row[] = [
  ["symbols in error on the lanes", ({ receiver: { channel } }) => count(channel.symbolErrors ?? 0)],
  ["codewords corrected", counted("FEC_CORRECTED")],
  ["codewords uncorrectable", counted("FEC_UNCORRECTABLE")],
  ["alignment lost", counted("PCS_LOCK_LOST")],
];

/** Rows of those without, where there is something to tell. */
const plainCounters = [
  ["bad sync headers", "PCS_BAD_HEADERS"],
  ["lock lost", "PCS_LOCK_LOST"],
] as const;

function laneRows(columns: readonly Column[]): readonly Row[] {
  if (columns.some(({ receiver: { channel } }) => channel.symbolErrors !== undefined)) return fecRows;
  return plainCounters
    .filter(([, name]) => columns.some(({ receiver }) => name in receiver.counters))
    .map(([title, name]) => [title, counted(name)]);
}

const rows: readonly Row[] = [
  ["packets sent", ({ sender }) => count(sender.sent.packets)],
  ["packets received", ({ receiver }) => count(receiver.received.packets)],
  ["bytes received", ({ receiver }) => count(receiver.received.bytes)],
  ["goodput, Gb/s", ({ receiver }) => gigabits(receiver.goodputGbps)],
  ["goodput, % of rate", ({ receiver }) => gigabits(receiver.goodputPercent)],
  ["latency min, ns", ({ receiver }) => nanoseconds(receiver.latencyNs?.min)],
  ["latency median, ns", ({ receiver }) => nanoseconds(receiver.latencyNs?.median)],
  ["latency p99, ns", ({ receiver }) => nanoseconds(receiver.latencyNs?.p99)],
  [
    "bit errors on the cable",
    ({ receiver: { channel } }) => count(channel.bitErrors + channel.burstBitErrors),
  ],
  ["NACKs", ({ receiver }) => count(receiver.nacksSent)],
  ["replays", ({ sender }) => count(sender.replays)],
  ["credit stalls, cycles", ({ sender }) => count(sender.creditStallCycles)],
  ["delivered marked as error", ({ receiver }) => count(receiver.errored)],
];

const faultKinds = ["lost", "duplicated", "reordered", "corrupted"] as const;

/** The figures of a run for people, one column for each direction of each phase. */
export function resultTable(phases: readonly PhaseResult[]): string {
  const color = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
  const columns = phases.flatMap(({ ports: { p0, p1 } }): Column[] => [
    { receiver: p1, sender: p0 },
    { receiver: p0, sender: p1 },
  ]);
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
  table.push(["", ...phases.flatMap(() => ["p0 → p1", "p1 → p0"])]);
  for (const [title, cell] of [...rows, ...laneRows(columns)]) table.push([title, ...columns.map(cell)]);
  const dropped = columns.some(({ receiver }) => receiver.dropped > 0);
  if (dropped) table.push(["dropped (VL15)", ...columns.map(({ receiver }) => count(receiver.dropped))]);
  const unfinished = columns.some(({ receiver }) => receiver.unfinished > 0);
  if (unfinished)
    table.push(["under way at the end", ...columns.map(({ receiver }) => count(receiver.unfinished))]);
  for (const kind of faultKinds) {
    const cells = columns.map(({ receiver }) => receiver[kind]);
    table.push([kind, ...cells.map((value) => (value > 0 ? color.red(count(value)) : color.green("0")))]);
  }
  return table.toString();
}

function nanoseconds(value: number | undefined): string {
  return value === undefined ? "-" : value.toFixed(1);
}

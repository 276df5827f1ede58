import Table from "cli-table3";
import type { Command } from "commander";
import type pc from "picocolors";
import { type SwitchFigures, type SwitchRunResult, stallText } from "../../sim/switch/index.ts";
import { onceMore } from "./simulate-run.ts";

type Colors = ReturnType<typeof pc.createColors>;

const count = (value: number): string => value.toLocaleString("en-US");
const fixed = (value: number | undefined, digits = 1): string =>
  value === undefined ? "-" : value.toFixed(digits);

const faultKinds = ["lost", "duplicated", "reordered", "corrupted", "misrouted"] as const;
/** More ports than this are summed up. */
const portRows = 16;

/** The results for people: what ran, the tables, the verdict. */
export function switchResultText(result: SwitchRunResult, color: Colors): string {
  const { name, portCount, rateGbps, datapathBits, clockMHz, cableMeters, scheduler, cycles } = result;
  const rounds = scheduler.kind === "islip" ? ` (${scheduler.iterations})` : "";
  const device =
    `${name}: ${portCount} ports of ${rateGbps} Gb/s, ${datapathBits} bits at ${clockMHz} MHz, ` +
    `${cableMeters} m of cable, ${scheduler.kind}${rounds}`;
  const width = Math.max(0, ...result.phases.map((phase) => phase.name.length));
  const list = result.phases.map((phase) => `  ${phase.name.padEnd(width)}  ${phase.title}`);
  const speed = (result.cyclesPerSecond / 1000).toFixed(1);
  const time = `${count(cycles)} cycles (${((cycles * 1e-3) / clockMHz).toFixed(3)} ms) at ${speed} thousand cycles a second`;
  return [
    device,
    ...list,
    phaseTable(result, color),
    portTable(result),
    `${verdict(result, color)}; ${time}`,
  ].join("\n");
}

/** A row for each phase: what was offered, what came, how long it took. */
function phaseTable({ phases }: SwitchRunResult, color: Colors): string {
  const head = [
    ...["", "offered %", "delivered %", "goodput Gb/s", "latency mean", "p99"],
    ...["from wire mean", "p99", "dropped", "wrong"],
  ];
  const table = plainTable(head);
  for (const phase of phases) {
    const { latencyNs, wireLatencyNs, ports } = phase;
    const drops = Object.values(ports).reduce(
      (sum, port) => sum + port.dropped + Object.values(port.drops).reduce((all, one) => all + one, 0),
      0,
    );
    table.push([
      color.bold(phase.name),
      fixed(phase.offeredPercent),
      `${fixed(phase.deliveredPercent)}${phase.saturated ? " *" : ""}`,
      fixed(phase.goodputGbps, 2),
      ...[latencyNs?.mean, latencyNs?.p99].map((value) => fixed(value)),
      ...[wireLatencyNs?.mean, wireLatencyNs?.p99].map((value) => fixed(value)),
      count(drops),
      wrong(phase, color),
    ]);
  }
  const note = phases.some(({ saturated }) => saturated)
    ? "\n* queues grow: more is offered than comes out"
    : "";
  return `${table.toString()}${note}\nper cent of the wires of all ports, framing included; latencies in ns`;
}

/** What came wrong or did not come. */
function wrong(figures: SwitchFigures, color: Colors): string {
  const kinds = faultKinds.filter((kind) => figures[kind] > 0);
  if (kinds.length === 0) return color.green("0");
  return color.red(kinds.map((kind) => `${count(figures[kind])} ${kind}`).join(", "));
}

/** A row for each port, of the phase that goodput is taken from. */
function portTable({ phases, headline }: SwitchRunResult): string {
  const phase = phases.find(({ name }) => name === headline);
  if (phase === undefined) return "";
  const ports = Object.entries(phase.ports).filter(([name]) => name !== "p0");
  const table = plainTable([
    ...[`${phase.name}, port`, "offered %", "delivered %", "goodput Gb/s", "latency mean", "p99"],
    ...["packets sent", "received", "NACKs", "replays", "credit stalls, cycles"],
  ]);
  if (ports.length > portRows) {
    for (const [name, pick] of [
      ["lowest", (values: number[]) => Math.min(...values)],
      ["highest", (values: number[]) => Math.max(...values)],
    ] as const) {
      const of = (value: (figures: SwitchFigures) => number): number =>
        pick(ports.map(([, port]) => value(port)));
      table.push([
        name,
        fixed(of((port) => port.offeredPercent)),
        fixed(of((port) => port.deliveredPercent)),
        fixed(
          of((port) => port.goodputGbps),
          2,
        ),
        fixed(of((port) => port.latencyNs?.mean ?? 0)),
        fixed(of((port) => port.latencyNs?.p99 ?? 0)),
        ...["", "", "", "", ""],
      ]);
    }
    return table.toString();
  }
  for (const [name, port] of ports)
    table.push([
      name,
      fixed(port.offeredPercent),
      fixed(port.deliveredPercent),
      fixed(port.goodputGbps, 2),
      ...[port.latencyNs?.mean, port.latencyNs?.p99].map((value) => fixed(value)),
      ...[port.sent.packets, port.received.packets].map(count),
      ...[port.nacksSent, port.replays, port.creditStallCycles].map(count),
    ]);
  return table.toString();
}

function plainTable(head: readonly string[]): InstanceType<typeof Table> {
  return new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", ...head.slice(1).map(() => "right" as const)],
  });
}

function verdict(result: SwitchRunResult, color: Colors): string {
  const received = Object.values(result.ports).reduce((sum, port) => sum + port.received.packets, 0);
  if (!result.passed) return color.red(`FAILED in phase ${result.phases.at(-1)?.name}`);
  if (!result.complete)
    return color.yellow(`interrupted: partial results, ${count(received)} packets so far`);
  return color.green(`passed: ${count(received)} packets, each once, in order and unchanged`);
}

/** What went wrong, and the command that shows it again with waves. */
export function switchFailureText(
  result: SwitchRunResult,
  { file, out, command }: { readonly file: string; readonly out: string; readonly command: Command },
): string {
  const failed = result.phases.find((phase) => phase.failure !== null);
  const problemCycle = failed?.firstProblemCycle ?? result.cycles;
  const stall = failed?.stall ? `\n${stallText(failed.stall)}` : "";
  const what = failed?.stall && failed.failure === stallText(failed.stall) ? "" : (failed?.failure ?? "");
  return `phase ${failed?.name}: ${what}${stall.trim()}
${onceMore({ file, out, command, seed: result.seed, problemCycle })}`;
}

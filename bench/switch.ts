/**
 * Figures of switches. Nothing here asserts anything about time.
 *
 *   npx tsx bench/switch.ts [latency|saturation|sharing|speed|builds ...]
 *     [--ports 8,16] [--bits 1024] [--schedulers 1,3,wavefront] [--cycles 60000] [--fast]
 */
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { weightsOfLanes } from "../sim/soak/sharing.ts";
import { leadToHosts, runSwitchPhases } from "../sim/switch/run.ts";
import { packetBytesFor } from "../sim/traffic/patterns.ts";
import { smallSwitch } from "../test/switch/devices.ts";
import {
  type BenchSwitch,
  benchDesign,
  buildTime,
  clockMHz,
  schedulerName,
  withSwitch,
} from "./switch-designs.ts";
import { medianPassage } from "./switch-passage.ts";
import { bytesOnWire, fairness, linkAlone, saturation, wireSizes } from "./switch-throughput.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ports: { type: "string" },
    bits: { type: "string", default: "1024" },
    schedulers: { type: "string", default: "1,3" },
    cycles: { type: "string", default: "60000" },
    fast: { type: "boolean", default: false },
  },
});
const bits = Number(values.bits) as BenchSwitch["bits"];
const cycles = Number(values.cycles);
const portsOr = (usual: string): number[] => (values.ports ?? usual).split(",").map(Number);
const schedulers = values.schedulers.split(",").map((one) => (one === "wavefront" ? one : Number(one)));
const { fast } = values;

function print(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push([...row]);
  process.stdout.write(`${table.toString()}\n\n`);
}

/** Packets one by one through an idle switch, MII in to MII out, against the latency budget. */
async function latency(): Promise<void> {
  const design = benchDesign({ ports: portsOr("4")[0]!, bits, scheduler: 1 });
  const total = design.derived.portToPortCycles.value;
  const rows = design.latencyBudget.portToPort.map(({ module, what, cycles: c, ns }) => [
    ...[module, what, c, ns.toFixed(2)],
  ]);
  print(
    ["module", "stage", "cycles", "ns"],
    [...rows, ["", "all", total, ((total * 1000) / clockMHz).toFixed(2)]],
  );
  const measured = await withSwitch(
    design,
    (network) => {
      network.activate();
      leadToHosts(network);
      return [26, 128, 256, 1024, 4096].map((bytes) => {
        const { median, least, most } = medianPassage(network, packetBytesFor(bytes));
        return [bytesOnWire(bytes), least, median, most, ((median * 1000) / clockMHz).toFixed(2)];
      });
    },
    { fast },
  );
  print(["bytes on the wire", "least, cycles", "median", "most", "median, ns"], measured);
}

/** More than the wires take on all ports, against what a link carries alone. */
async function saturate(): Promise<void> {
  const rows: (string | number)[][] = [];
  const head = [
    "ports",
    "scheduler",
    "traffic",
    "bytes",
    "of the wires, %",
    "of a link alone, %",
    "goodput a port, Gb/s",
  ];
  for (const ports of portsOr("8,16"))
    for (const scheduler of schedulers) {
      const design = benchDesign({ ports, bits, scheduler });
      const alone = new Map<number, number>();
      for (const bytes of wireSizes) alone.set(bytes, await linkAlone(design, bytes, cycles));
      for (const one of await withSwitch(design, (network) => saturation(network, cycles), { fast }))
        rows.push([
          ...[ports, schedulerName(design), one.traffic, bytesOnWire(one.wireBytes), one.percent.toFixed(2)],
          ...[((100 * one.percent) / alone.get(one.wireBytes)!).toFixed(2), one.goodputGbps.toFixed(2)],
        ]);
      print(head, rows);
    }
}

/** How inputs share an output, and how lanes do by their weights. */
async function share(): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const scheduler of schedulers)
    for (const bytes of wireSizes) {
      const design = benchDesign({ ports: portsOr("9")[0]!, bits, scheduler, dataVls: 1 });
      const { inputs, least, most } = await withSwitch(
        design,
        (network) => fairness(network, bytes, cycles),
        { fast },
      );
      rows.push([schedulerName(design), inputs, bytesOnWire(bytes), least.toFixed(4), most.toFixed(4)]);
    }
  print(["scheduler", "inputs", "bytes", "least share of an input", "most"], rows);
  const { packets, shares } = await weightsOfLanes(smallSwitch, 1);
  const texts = shares.map((one) => one.toFixed(4)).join(", ");
  process.stdout.write(`lanes at weights 3 and 1, ${packets} packets: ${texts} of what they should get\n\n`);
}

/** Simulated cycles a second of switch, hosts, cables and scoreboard under load. */
async function speed(): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const ports of portsOr("4,8,16")) {
    const design = benchDesign({ ports, bits, scheduler: 1 });
    const phase = {
      ...{ name: "speed", title: "uniform", cycles: cycles / 10 },
      traffic: {
        ...({ kind: "pattern", destinations: { kind: "uniform" }, load: 0.8, lanes: [{ vl: 0 }] } as const),
        sizes: { kind: "fixed", bytes: 4096 },
      },
    } as const;
    const { cyclesPerSecond } = await withSwitch(design, (network) => runSwitchPhases(network, [phase]), {
      fast,
    });
    rows.push([ports, bits, cyclesPerSecond, cyclesPerSecond * ports]);
    print(["ports", "bits", "cycles a second", "port cycles a second"], rows);
  }
}

/** Seconds to generate a switch and to build its model. */
async function builds(): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const ports of portsOr("4,8,16")) {
    const design = benchDesign({ ports, bits, scheduler: 1 });
    for (const quick of fast ? [true, false] : [true]) {
      const { generateSeconds, buildSeconds } = await buildTime(design, quick);
      const built = buildSeconds === null ? "was in the cache" : buildSeconds.toFixed(1);
      rows.push([ports, bits, quick ? "quick" : "for speed", generateSeconds.toFixed(2), built]);
    }
  }
  print(["ports", "bits", "model", "generate, s", "build, s"], rows);
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  latency,
  saturation: saturate,
  sharing: share,
  speed,
  builds,
};
for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
  const part = parts[name];
  if (part === undefined) {
    process.stderr.write(`bench/switch: there are ${Object.keys(parts).join(", ")}\n`);
    process.exitCode = 2;
    break;
  }
  await part();
}

/**
 * Figures of switches: latency port to port against the budget, throughput at saturation, simulation speed and build time.
 *
 *   npx tsx bench/switch.ts [latency|saturation|speed] [--ports 4,8,16] [--bits 1024] [--iterations 1,3] [--wavefront]
 *
 * A run with these figures alone asserts nothing about time.
 */
import { parseArgs } from "node:util";
import Table from "cli-table3";
import type { SwitchDesign } from "../generator/design/switch.ts";
import type { SwitchNetwork } from "../sim/switch/network.ts";
import { openSwitchBench, switchDesignOf } from "../sim/switch/open.ts";
import type { SwitchPhase } from "../sim/switch/phase.ts";
import { leadToHosts, runSwitchPhases } from "../sim/switch/run.ts";
import { packetBytesFor, type SizeMix } from "../sim/traffic/patterns.ts";
import { medianPassage, type Passage } from "./switch-passage.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ports: { type: "string" },
    bits: { type: "string", default: "1024" },
    iterations: { type: "string", default: "1,3" },
    cycles: { type: "string", default: "12000" },
    wavefront: { type: "boolean", default: false },
  },
});
const numbers = (text: string): number[] => text.split(",").map(Number);
const bits = Number(values.bits) as 64 | 128 | 256 | 512 | 1024;
const clockMHz = 402.83;
/** The rate that 1024 bits at this clock are made for, and its part for a narrower datapath. */
const rateGbps = (400 * bits) / 1024;

function design(ports: number, iterations: number): SwitchDesign {
  return switchDesignOf({
    name: `bench${ports}_${bits}`,
    clockMHz,
    datapathBits: bits,
    mtuBytes: 4096,
    ports: { count: ports, rateGbps, cableMeters: 30 },
    virtualLanes: { data: 4 },
    scheduler: values.wavefront ? { kind: "wavefront" } : { kind: "islip", iterations },
    tables: { unicastEntries: 128, multicastEntries: 16 },
  });
}

async function opened<T>(of: SwitchDesign, use: (network: SwitchNetwork) => Promise<T>): Promise<T> {
  const begin = performance.now();
  const network = await openSwitchBench(of, { seed: 1 });
  process.stderr.write(
    `${of.name}: model ready after ${((performance.now() - begin) / 1000).toFixed(1)} s\n`,
  );
  try {
    return await use(network);
  } finally {
    network.close();
  }
}

/** Packets one by one through an idle switch, MII in to MII out, against the latency budget. */
async function latency(): Promise<void> {
  const one = design(numbers(values.ports ?? "4")[0]!, 1);
  const { portToPort } = one.latencyBudget;
  const budget = new Table({ head: ["module", "stage", "cycles", "ns"], style: { head: [], compact: true } });
  for (const { module, what, cycles, ns } of portToPort) budget.push([module, what, cycles, ns.toFixed(2)]);
  const total = one.derived.portToPortCycles.value;
  budget.push(["", "port to port", total, ((total * 1000) / clockMHz).toFixed(2)]);
  process.stdout.write(`${budget.toString()}\n`);
  await opened(one, async (network) => {
    network.activate();
    leadToHosts(network);
    for (const bytes of [30, 126, 254, 1022, 4122]) {
      const passage: Passage = medianPassage(network, packetBytesFor(bytes));
      process.stdout.write(
        `${String(bytes).padStart(5)} bytes: median ${passage.median} cycles (${((passage.median * 1000) / clockMHz).toFixed(2)} ns), ${passage.least} to ${passage.most}, budget ${total}\n`,
      );
    }
  });
}

const sizes: readonly (readonly [string, SizeMix])[] = [
  ["256 B", { kind: "fixed", bytes: 254 }],
  ["4 KiB", { kind: "fixed", bytes: 4122 }],
];

/** Full load on all ports: uniform random and permutation traffic; what the wire takes, framing included, is 100 %. */
async function saturation(): Promise<void> {
  const table = new Table({
    head: ["ports", "scheduler", "traffic", "packets", "delivered, %", "goodput a port, Gb/s", "kcycles/s"],
    style: { head: [], compact: true },
  });
  const lanes = [0, 1, 2, 3].map((vl) => ({ vl }));
  for (const ports of numbers(values.ports ?? "8,16"))
    for (const iterations of values.wavefront ? [1] : numbers(values.iterations)) {
      const phases = (["uniform", "permutation"] as const).flatMap((kind) =>
        sizes.map(
          ([label, size]): SwitchPhase => ({
            name: `${kind}, ${label}`,
            title: `${kind} ${label}`,
            traffic: { kind: "pattern", destinations: { kind }, sizes: size, lanes, load: 1.2 },
            cycles: label === "256 B" ? Number(values.cycles) / 2 : Number(values.cycles) * (1024 / bits),
          }),
        ),
      );
      const scheduler = values.wavefront ? "wavefront" : `iSLIP, ${iterations}`;
      const result = await opened(design(ports, iterations), (network) => runSwitchPhases(network, phases));
      for (const phase of result.phases) {
        const [traffic, packets] = phase.name.split(", ");
        table.push([
          ...[ports, scheduler, traffic, packets, phase.deliveredPercent.toFixed(2)],
          ...[phase.goodputGbps.toFixed(2), (result.cyclesPerSecond / 1000).toFixed(2)],
        ]);
        if (phase.failure !== null) process.stderr.write(`${phase.name}: ${phase.failure}\n`);
      }
      process.stdout.write(`${table.toString()}\n`);
    }
}

/** Simulated cycles a second of switch, hosts, cables and reference models under uniform load. */
async function speed(): Promise<void> {
  for (const ports of numbers(values.ports ?? "4,8,16")) {
    const phase: SwitchPhase = {
      name: "speed",
      title: "uniform",
      traffic: {
        kind: "pattern",
        destinations: { kind: "uniform" },
        sizes: sizes[1]![1],
        lanes: [{ vl: 0 }],
        load: 0.8,
      },
      cycles: 4000,
    };
    const result = await opened(design(ports, 1), (network) => runSwitchPhases(network, [phase]));
    process.stdout.write(`${ports} ports, ${bits} bits: ${result.cyclesPerSecond} cycles a second\n`);
  }
}

const what: Readonly<Record<string, () => Promise<void>>> = { latency, saturation, speed };
for (const name of positionals.length > 0 ? positionals : Object.keys(what)) {
  const one = what[name];
  if (one === undefined) {
    process.stderr.write(`bench/switch: there are ${Object.keys(what).join(", ")}\n`);
    process.exitCode = 2;
    break;
  }
  await one();
}

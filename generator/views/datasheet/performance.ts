import type { LatencyStage, LinkDesign, MemoryBlock } from "../../design/link.ts";
import { portOf } from "../../design/port-of.ts";
import type { AnyDesign } from "../../design/switch.ts";
import { legalPacketSizes, lineRatePoint, lineRateSummary } from "../../elaborate/line-rate.ts";
import type { View } from "../../render/view.ts";
import { percentCurve, type Segment, stackedBars } from "./charts.ts";
import { bitsText, code, esc, figure, num, type Section, table, text } from "./html.ts";

/** A way through the device. */
export interface Passage {
  readonly name: string;
  readonly stages: readonly LatencyStage[];
}

/** Every way whose latency the design counts. */
export function passagesOf(design: AnyDesign): readonly Passage[] {
  if (design.kind === "switch")
    return [{ name: "MII in to MII out", stages: design.latencyBudget.portToPort }];
  if (design.kind === "nic") {
    const { doorbellToWire, wireToMemory } = design.latencyBudget;
    return [
      { name: "doorbell to MII out", stages: doorbellToWire },
      { name: "MII in to address in host memory", stages: wireToMemory },
    ];
  }
  const { tx, rx } = design.latencyBudget;
  const inner = design.pcs === null ? "MII" : "inner MII";
  return [
    { name: `packet stream in to ${inner} out`, stages: tx },
    ...(design.pcs === null
      ? []
      : [
          { name: "inner MII in to lanes out", stages: design.pcs.latencyBudget.tx },
          { name: "lanes in to inner MII out", stages: design.pcs.latencyBudget.rx },
        ]),
    { name: `${inner} in to packet stream out`, stages: rx },
  ];
}

export const totalNs = (stages: readonly LatencyStage[]): number =>
  stages.reduce((sum, { ns }) => sum + ns, 0);

export const totalCycles = (stages: readonly LatencyStage[]): number =>
  stages.reduce((sum, { cycles }) => sum + cycles, 0);

export function latencySection(design: AnyDesign): Section {
  const passages = passagesOf(design);
  const colors = [...new Set(passages.flatMap(({ stages }) => stages.map(({ module }) => module)))];
  return {
    id: "latency",
    title: "Latency budget",
    parts: [
      text(
        design.kind === "nic"
          ? "What of the way is known stage by stage: the port's own stages, doorbells and keys. The engines between them depend on host memory; a simulation shows the whole way."
          : "From the first beat on one side to the first beat on the other, idle device, cut-through. Simulation holds these cycles.",
      ),
      figure(
        stackedBars(
          "Latency budget by stage",
          "ns",
          passages.map(({ name, stages }) => ({
            name,
            segments: stages.map(({ module, what, ns }) => ({
              label: `${module}: ${what}`,
              value: ns,
              color: colors.indexOf(module),
            })),
          })),
        ),
        "Latency budget; the numbers are those of the stages in the tables below",
        "latency-chart",
      ),
      ...passages.flatMap((passage) => passageParts(passage)),
    ],
  };
}

function passageParts({ name, stages }: Passage): readonly View[] {
  return [
    table({
      caption: `Stages, ${name}`,
      columns: [
        { head: "#", number: true },
        { head: "module" },
        { head: "stage" },
        { head: "cycles", number: true },
        { head: "ns", number: true },
      ],
      rows: [
        ...stages.map(({ module, what, cycles, ns }, at) => [
          String(at + 1),
          code(module),
          esc(what),
          num(cycles),
          num(ns, 2),
        ]),
        ["", "", "sum", num(totalCycles(stages)), num(totalNs(stages), 2)],
      ],
      kinds: { [stages.length]: "total" },
    }),
  ];
}

export function lineRateSection(port: LinkDesign): Section {
  const most = port.derived.maxPacketBytes.value;
  const { sizes, short, worst, longestShort } = lineRateSummary(port, most);
  const points = legalPacketSizes(most).map((bytes) => lineRatePoint(port, bytes));
  const marks = port.lineRateCoverage.map(({ packetBytes, percent }) => ({ x: packetBytes, y: percent }));
  const verdict =
    worst && longestShort
      ? `${num(short)} of ${num(sizes)} packet sizes fall short of the wire: ${num(worst.packetBytes)} bytes most (${num(worst.percent, 1)} %), ${num(longestShort.packetBytes)} bytes as the longest.`
      : `All ${num(sizes)} packet sizes keep up with the wire.`;
  return {
    id: "line-rate",
    title: "Line rate over packet size",
    parts: [
      text(
        `Back-to-back packets of one size, LRH through VCRC, on ${port.datapathBits} bits at ${port.clockMHz} MHz, in per cent of what a wire of ${port.rateGbps} Gb/s itself carries at that size. A packet begins at byte 0 of a beat, so that the last beat of a short one is partly empty. <strong>${verdict}</strong>`,
      ),
      figure(
        percentCurve(
          "Line rate over packet size",
          "bytes of packet, logarithmic",
          points.map(({ packetBytes, percent }) => ({ x: packetBytes, y: percent })),
          marks,
        ),
        "What the datapath carries of the wire's rate; dots are the sizes of the table",
        "line-rate-chart",
      ),
      table({
        caption: "Line rate by packet size",
        columns: [
          { head: "packet, bytes", number: true },
          { head: "Gb/s", number: true },
          { head: "of the wire, %", number: true },
        ],
        rows: port.lineRateCoverage.map(({ packetBytes, achievableGbps, percent }) => [
          num(packetBytes),
          achievableGbps.toFixed(1),
          percent.toFixed(1),
        ]),
      }),
    ],
  };
}

/** All memories of a device, those of the PCS with them. */
export function memoriesOf(design: AnyDesign): readonly MemoryBlock[] {
  return [...design.memories, ...(portOf(design).pcs?.memories ?? [])];
}

export const totalBits = (memories: readonly MemoryBlock[]): number =>
  memories.reduce((sum, { bits }) => sum + bits, 0);

/** Blocks that a bar names one by one; the smaller ones are taken together. */
const namedBlocks = 7;

export function memorySection(design: AnyDesign): Section {
  const memories = memoriesOf(design);
  const sum = totalBits(memories);
  const large = memories.toSorted((a, b) => b.bits - a.bits);
  const rest = totalBits(large.slice(namedBlocks));
  const segments: readonly Segment[] = [
    ...large
      .slice(0, namedBlocks)
      .map(({ module, bits }, at) => ({ label: module, value: bits / 1000, color: at })),
    ...(rest > 0 ? [{ label: "all others", value: rest / 1000, color: 7 }] : []),
  ];
  return {
    id: "memory",
    title: "Buffer memory",
    parts: [
      text(
        design.kind === "switch"
          ? `All instances together: ${design.ports} links and ${design.derived.internalPorts.value} input buffers.`
          : "Every memory is written so that block RAM is inferred: one write port, one read port, no reset of data.",
      ),
      figure(
        stackedBars("Buffer memory by block", "kbit", [{ name: "memory", segments }]),
        `Memory by block, the largest first; the numbers are those of the table. In all ${bitsText(sum)}`,
        "memory-chart",
      ),
      table({
        caption: "Memories",

        columns: [
          { head: "#", number: true },
          { head: "memory" },
          { head: "words", number: true },
          { head: "bits a word", number: true },
          { head: "bits", number: true },
          { head: "share, %", number: true },
        ],
        rows: [
          ...large.map(({ module, words, bitsPerWord, bits }, at) => [
            String(Math.min(at + 1, namedBlocks + 1)),
            code(module),
            num(words),
            num(bitsPerWord),
            num(bits),
            ((100 * bits) / sum).toFixed(1),
          ]),
          ["", "sum", "", "", num(sum), "100.0"],
        ],
        kinds: { [large.length]: "total" },
      }),
    ],
  };
}

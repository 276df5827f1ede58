import Table from "cli-table3";
import pc from "picocolors";
import type { AnyPcsDesign } from "../design/any-pcs.ts";
import {
  type Derived,
  type DerivedId,
  derivedIds,
  type LatencyStage,
  type LinkDesign,
} from "../design/link.ts";
import type { NicDesign } from "../design/nic.ts";
import type { AnyDesign, SwitchDesign } from "../design/switch.ts";
import { lineRateSummary, retryOnlyIds } from "../elaborate/index.ts";

const colors = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);

/** The tables of `lanewright explain`: numbers, latency, line rate and memories. */
export function explainText(design: AnyDesign): string {
  const parts =
    design.kind === "link"
      ? [
          numbersTable(numbersOf(design)),
          latencyTable(latencyOf(design)),
          ...(design.pcs === null ? [] : pcsParts(design.pcs)),
          lineRateTable(design),
        ]
      : design.kind === "switch"
        ? switchParts(design)
        : nicParts(design);
  const instances =
    design.kind !== "switch"
      ? ""
      : `\nAll instances together: ${design.ports} links and ${design.derived.internalPorts.value} input buffers.`;
  return [headline(design), ...parts, `${memoryTable(design)}${instances}`].join("\n\n");
}

/** The table of a few numbers. */
export function explainNumbers(design: AnyDesign, numbers: readonly Derived[]): string {
  return [headline(design), numbersTable(numbers)].join("\n\n");
}

function switchParts(design: SwitchDesign): readonly string[] {
  const sections = [["MII in to MII out", design.latencyBudget.portToPort]] as const;
  return [
    numbersTable(Object.values(design.derived)),
    `${colors.bold("Each port:")}\n${numbersTable(numbersOf(design.port))}`,
    latencyTable(sections),
    `${lineRateTable(design.port)}\n${shortPackets(design)}`,
  ];
}

function nicParts(design: NicDesign): readonly string[] {
  const sections = [
    ["doorbell to MII out", design.latencyBudget.doorbellToWire],
    ["MII in to host memory", design.latencyBudget.wireToMemory],
  ] as const;
  if (design.ethernet !== null)
    return [
      numbersTable(Object.values(design.derived)),
      `${colors.bold("The Ethernet port:")}\n${numbersTable(Object.values(design.ethernet.derived))}`,
      `${latencyTable(sections)}\nStages of the port, of doorbells and of keys; those of the engines between them are not counted yet.`,
    ];
  return [
    numbersTable(Object.values(design.derived)),
    `${colors.bold("The port:")}\n${numbersTable(numbersOf(design.port))}`,
    `${latencyTable(sections)}\nStages of the port, of doorbells and of keys; those of the engines between them are not counted yet.`,
    lineRateTable(design.port),
  ];
}

/** What the numbers of single beats do not show: an input takes two cycles for each packet. */
function shortPackets({ clockMHz, port }: SwitchDesign): string {
  const bytes = port.derived.beatBytes.value;
  const wire = port.lineRateCoverage.findLast(({ packetBytes }) => packetBytes <= bytes);
  const perSecond = clockMHz / 2;
  const gbps = wire && Math.min(wire.achievableGbps, (wire.packetBytes * 8 * perSecond) / 1000);
  const example =
    wire && gbps !== undefined
      ? `: those of ${wire.packetBytes} bytes pass at ${gbps.toFixed(1)} of ${wire.achievableGbps.toFixed(1)} Gb/s`
      : "";
  return `Packets of one beat (up to ${bytes} bytes) are switched every second cycle, ${perSecond.toFixed(1)} million a second from each input${example}.`;
}

/** The PCS behind the MII: its numbers, and what it adds to the latency. */
function pcsParts(pcs: AnyPcsDesign): readonly string[] {
  const { format, lanes, latencyBudget, derived } = pcs;
  const fec = format.fec === "none" ? "out FEC" : ` FEC ${format.fec}`;
  const count = lanes.count === 1 ? "a lane" : `${lanes.count} lanes`;
  const title = `PCS of ${format.rateGbps} Gb/s with${fec} on ${count} of ${lanes.gbps} Gb/s:`;
  const ns = `One way through both: ${tidy(derived.pcsLinkNs.value)} ns, the cable left out.`;
  const sections = [
    ["MII in to lanes out", latencyBudget.tx],
    ["lanes in to MII out", latencyBudget.rx],
  ] as const;
  return [
    `${colors.bold(title)}\n${numbersTable(Object.values(derived))}`,
    `${latencyTable(sections)}\n${ns}`,
  ];
}

function headline(design: AnyDesign): string {
  if (design.kind === "nic") return colors.bold(nicHeadline(design));
  return colors.bold(design.kind === "link" ? linkHeadline(design) : switchHeadline(design));
}

function nicHeadline({
  name,
  queuePairs,
  completionQueues,
  memoryRegions,
  port,
  memoryProtection,
}: NicDesign): string {
  const counts = `${queuePairs} queue pairs, ${completionQueues} completion queues, ${memoryRegions} memory regions`;
  const memory = memoryProtection === "secded" ? ", memories with SECDED" : "";
  return `${name}: ${linkHeadline(port).slice(`${port.name}: `.length)}, ${counts}${memory}`;
}

function linkHeadline(design: LinkDesign): string {
  const { name, rateGbps, datapathBits, clockMHz, cableMeters, mtuBytes, virtualLanes, retry } = design;
  const lanes = `${virtualLanes.data} data lane${virtualLanes.data === 1 ? "" : "s"}`;
  const wire = `${rateGbps} Gb/s, ${datapathBits} bits at ${clockMHz} MHz, ${cableMeters} m`;
  return `${name}: ${wire}, MTU ${mtuBytes}, ${lanes}, retry ${retry}`;
}

function switchHeadline({ name, ports, scheduler, tables, port, memoryProtection }: SwitchDesign): string {
  const rounds = `${scheduler.iterations} iteration${scheduler.iterations === 1 ? "" : "s"}`;
  const matching = scheduler.kind === "islip" ? `iSLIP of ${rounds}` : scheduler.kind;
  const rows = `${tables.unicastEntries} + ${tables.multicastEntries} table rows`;
  const memory = memoryProtection === "secded" ? ", memories with SECDED" : "";
  const link = linkHeadline(port).slice(`${port.name}: `.length);
  return `${name}: ${ports} ports of ${link}, ${matching}, ${rows}${memory}`;
}

/** Without retry the numbers of the replay buffer mean nothing. */
function numbersOf({ derived, retry }: LinkDesign): readonly Derived[] {
  const all = derivedIds.map((id) => derived[id]);
  return retry === "llr" ? all : all.filter((one) => !retryOnlyIds.has(one.id as DerivedId));
}

function latencyOf({ latencyBudget }: LinkDesign): readonly LatencySection[] {
  return [
    ["packet stream in to MII out", latencyBudget.tx],
    ["MII in to packet stream out", latencyBudget.rx],
  ];
}

type LatencySection = readonly [title: string, stages: readonly LatencyStage[]];

function numbersTable(numbers: readonly Derived[]): string {
  const width = Math.max(100, Math.min(process.stdout.columns ?? 140, 180));
  const fixed = 24 + 14 + 10;
  const rest = width - fixed - 6;
  const table = plainTable(["number", "value", "unit", "formula, and its inputs", "source"], {
    colWidths: [24, 14, 10, Math.ceil(rest * 0.6), Math.floor(rest * 0.4)],
    colAligns: ["left", "right", "left", "left", "left"],
    wordWrap: true,
  });
  for (const { id, value, unit, formula, inputs, source, overridden, computed } of numbers) {
    const given = Object.entries(inputs).map(
      ([name, input]) => `${name} = ${tidy(input.value)} ${input.unit}`,
    );
    const set = overridden
      ? [colors.yellow(`set in the description; the formula gives ${tidy(computed)}`)]
      : [];
    const how = [colors.cyan(formula), ...set, given.join(", ")].join("\n");
    table.push([`${id}${overridden ? " *" : ""}`, colors.bold(tidy(value)), unit, how, source]);
  }
  return table.toString();
}

function latencyTable(sections: readonly LatencySection[]): string {
  const table = plainTable(["latency", "module", "stage", "cycles", "ns"], {
    colAligns: ["left", "left", "left", "right", "right"],
    chars: compact,
  });
  for (const [title, stages] of sections) {
    for (const [index, { module, what, cycles, ns }] of stages.entries()) {
      table.push([index === 0 ? title : "", module, what, String(cycles), tidy(ns)]);
    }
    const sum = (pick: (stage: LatencyStage) => number) =>
      stages.reduce((total, stage) => total + pick(stage), 0);
    table.push([
      "",
      "",
      colors.bold("sum"),
      colors.bold(String(sum((one) => one.cycles))),
      tidy(sum((one) => one.ns)),
    ]);
  }
  return table.toString();
}

function lineRateTable(design: LinkDesign): string {
  const table = plainTable(["packet bytes", "Gb/s", "of the wire"], {
    colAligns: ["right", "right", "right"],
    chars: compact,
  });
  for (const { packetBytes, achievableGbps, percent } of design.lineRateCoverage) {
    const share = `${percent.toFixed(1)} %`;
    table.push([
      String(packetBytes),
      achievableGbps.toFixed(1),
      percent < 99.95 ? colors.yellow(share) : share,
    ]);
  }
  const { sizes, short, worst, longestShort } = lineRateSummary(design, design.derived.maxPacketBytes.value);
  const note =
    worst && longestShort
      ? `${short} of ${sizes} packet sizes fall short of the wire: ${worst.packetBytes} bytes most ` +
        `(${worst.percent.toFixed(1)} %), ${longestShort.packetBytes} bytes as the longest.`
      : `All ${sizes} packet sizes keep up with the wire.`;
  const clock = `Back-to-back packets of one size, LRH through VCRC, ${design.datapathBits} bits at ${design.clockMHz} MHz.`;
  return `${table.toString()}\n${note}\n${clock}`;
}

function memoryTable(design: AnyDesign): string {
  const ofPcs = design.kind === "link" ? (design.pcs?.memories ?? []) : [];
  const memories = [...design.memories, ...ofPcs];
  const table = plainTable(["memory", "words", "bits a word", "bits"], {
    colAligns: ["left", "right", "right", "right"],
    chars: compact,
  });
  for (const { module, words, bitsPerWord, bits } of memories) {
    table.push([module, String(words), String(bitsPerWord), bits.toLocaleString("en-US")]);
  }
  const sum = memories.reduce((total, one) => total + one.bits, 0);
  table.push([colors.bold("sum"), "", "", colors.bold(sum.toLocaleString("en-US"))]);
  return table.toString();
}

/** No rules between the rows. */
const compact = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" } as const;

/** A table without colours of its own: those would go into files and pipes, too. */
function plainTable(head: string[], options: Table.TableConstructorOptions): Table.Table {
  return new Table({
    head: head.map((word) => colors.bold(word)),
    style: { head: [], border: [] },
    ...options,
  });
}

/** Up to three digits after the point. */
function tidy(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

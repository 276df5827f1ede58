import Table from "cli-table3";
import pc from "picocolors";
import type { Derived, LatencyStage, LinkDesign } from "../design/link.ts";
import { lineRateSummary } from "../elaborate/index.ts";

const colors = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);

/** The tables of `lanewright explain`; `whole` adds latency, line rate and memories to the numbers. */
export function explainText(design: LinkDesign, numbers: readonly Derived[], whole: boolean): string {
  const parts = [colors.bold(headline(design)), numbersTable(numbers)];
  if (whole) parts.push(latencyTable(design), lineRateTable(design), memoryTable(design));
  return parts.join("\n\n");
}

function headline(design: LinkDesign): string {
  const { name, rateGbps, datapathBits, clockMHz, cableMeters, mtuBytes, virtualLanes, retry } = design;
  const lanes = `${virtualLanes.data} data lane${virtualLanes.data === 1 ? "" : "s"}`;
  const wire = `${rateGbps} Gb/s, ${datapathBits} bits at ${clockMHz} MHz, ${cableMeters} m`;
  return `${name}: ${wire}, MTU ${mtuBytes}, ${lanes}, retry ${retry}`;
}

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

function latencyTable({ latencyBudget }: LinkDesign): string {
  const table = plainTable(["latency", "module", "stage", "cycles", "ns"], {
    colAligns: ["left", "left", "left", "right", "right"],
    chars: compact,
  });
  const sections = [
    ["packet stream in to MII out", latencyBudget.tx],
    ["MII in to packet stream out", latencyBudget.rx],
  ] as const;
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

function memoryTable({ memories }: LinkDesign): string {
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

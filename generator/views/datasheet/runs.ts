import type { View } from "../../render/view.ts";
import { drawChart } from "../pictures/load-chart.ts";
import { bars, ranges } from "./charts.ts";
import { code, esc, figure, note, num, type Section, table, text } from "./html.ts";
import type { PhaseFigures, ProofResults, SimulationResults, SynthesisResults } from "./results.ts";

const hex = (seed: number): string => `0x${seed.toString(16)}`;

const mark = (good: boolean, words: string): string =>
  `<span class="${good ? "good" : "bad"}">${good ? "✓" : "✗"} ${esc(words)}</span>`;

/** Sum over the ports of a phase. */
function overPorts({ ports }: PhaseFigures, pick: (port: PhaseFigures["ports"][string]) => number): number {
  return Object.values(ports).reduce((sum, port) => sum + pick(port), 0);
}

/** Phases from which on throughput and latency are drawn over the load. */
const chartPoints = 3;

/** Throughput and latency over the load, of a sweep; the picture that `simulate --sweep` leaves as `load.svg`. */
function sweepPart({ name, phases }: SimulationResults): readonly View[] {
  const points = phases.flatMap(({ load, offeredPercent, deliveredPercent, latencyNs, saturated }) =>
    typeof load === "number" && offeredPercent !== undefined && deliveredPercent !== undefined
      ? [
          {
            offeredPercent,
            deliveredPercent,
            saturated: saturated === true,
            latencyNs:
              latencyNs === null ? null : { mean: latencyNs.mean ?? latencyNs.median, p99: latencyNs.p99 },
          },
        ]
      : [],
  );
  if (new Set(points.map(({ offeredPercent }) => Math.round(offeredPercent))).size < chartPoints) return [];
  const svg = Buffer.from(drawChart(name, "over the offered load", points)).toString("base64");
  const picture = `<img class="load" alt="Throughput and latency over the offered load" src="data:image/svg+xml;base64,${svg}">`;
  return [figure(picture, "Throughput and latency over the offered load", "load-chart")];
}

/** A run of `simulate`. */
export function simulationSection(run: SimulationResults): Section {
  const { phases } = run;
  const timed = phases.flatMap(({ name, latencyNs }) => (latencyNs === null ? [] : [{ name, ...latencyNs }]));
  const failures = phases.flatMap(({ name, failure }) => (failure === null ? [] : [`${name}: ${failure}`]));
  const verdict = run.passed
    ? mark(true, run.complete ? "passed" : "passed as far as it went")
    : mark(false, "failed");
  return {
    id: "simulation",
    title: "Simulation",
    parts: [
      text(
        `${verdict} in ${num(run.cycles)} cycles, seed ${code(hex(run.seed))}. Goodput counts payload bytes only; latency is that of packets, queues included.`,
      ),
      ...failures.map((failure) => text(mark(false, failure))),
      resultTable(phases),
      figure(
        bars(
          "Goodput by phase",
          "%",
          100,
          phases.map(({ name, goodputPercent, goodputGbps }) => ({
            name,
            value: goodputPercent,
            note: `, ${num(goodputGbps, 1)} Gb/s`,
          })),
        ),
        "Goodput of each phase, in per cent of the wire's rate",
        "goodput-chart",
      ),
      ...sweepPart(run),
      ...(timed.length === 0
        ? []
        : [
            figure(
              ranges("Latency by phase", "ns", timed),
              "Latency of each phase: from the least to that of 99 % of the packets, with the median",
              "latency-run-chart",
            ),
          ]),
    ],
  };
}

function resultTable(phases: readonly PhaseFigures[]): View {
  const faults = (phase: PhaseFigures): number =>
    phase.lost + phase.duplicated + phase.reordered + phase.corrupted;
  return table({
    caption: "Phases of the run",
    columns: [
      { head: "phase" },
      { head: "what" },
      { head: "packets sent", number: true },
      { head: "received", number: true },
      { head: "goodput, Gb/s", number: true },
      { head: "latency min / median / 99 %, ns", number: true },
      { head: "replays", number: true },
      { head: "lost, doubled, reordered, corrupted", number: true },
    ],
    rows: phases.map((phase) => [
      `<strong>${esc(phase.name)}</strong>`,
      esc(phase.title),
      num(overPorts(phase, ({ sent }) => sent.packets)),
      num(overPorts(phase, ({ received }) => received.packets)),
      num(phase.goodputGbps),
      phase.latencyNs === null
        ? "none"
        : [phase.latencyNs.min, phase.latencyNs.median, phase.latencyNs.p99]
            .map((ns) => num(ns, 0))
            .join(" / "),
      num(overPorts(phase, ({ replays }) => replays)),
      mark(faults(phase) === 0, num(faults(phase))),
    ]),
  });
}

const good = ["proved", "bounded", "reached"];

const statusText: Readonly<Record<string, string>> = {
  proved: "proved",
  bounded: "holds to a depth",
  reached: "reached",
  failed: "fails",
  undecided: "not decided",
};

/** A run of `prove`. */
export function proofsSection({ properties }: ProofResults): Section {
  const counts = Object.entries(statusText)
    .map(
      ([status, words]) =>
        [words, properties.filter((property) => property.status === status).length] as const,
    )
    .filter(([, count]) => count > 0)
    .map(([words, count]) => `${count} ${words}`);
  return {
    id: "proofs",
    title: "Proofs",
    parts: [
      text(
        `${properties.length} properties of the emitted Verilog, decided by solvers: ${counts.join(", ")}.`,
      ),
      table({
        caption: "Properties",
        quiet: true,
        stack: true,
        columns: [{ head: "proof" }, { head: "property" }, { head: "result" }, { head: "engine" }],
        rows: properties.map(({ proof, property, says, engine, status, depth, detail }) => [
          code(proof),
          `${esc(says)}<span class="inputs">${esc(property)}</span>`,
          `${mark(good.includes(status), statusText[status] ?? status)}${status === "bounded" && depth !== undefined ? ` (${depth} steps)` : ""}${detail === undefined || good.includes(status) ? "" : `<span class="inputs">${esc(detail)}</span>`}`,
          esc(engine),
        ]),
      }),
    ],
  };
}

/** Runs of `synth`. */
export function synthesisSection({ reports }: SynthesisResults): Section {
  return {
    id: "resources",
    title: "Resources",
    parts: [
      text(
        "Counts of each module without those below it, mapped by itself; the depth is that of the longest path from register to register that leads through the module, in LUT levels.",
      ),
      ...reports.flatMap(({ top, target, tool, total, modules, place }) => {
        const row = (
          name: string,
          instances: string,
          area: typeof total,
          depth: string,
        ): readonly string[] => [
          name,
          instances,
          ...[area.luts, area.flipFlops, area.lutMemory, area.blockRams, area.dsps].map((one) => num(one, 1)),
          depth,
        ];
        const depth = Math.max(0, ...modules.map(({ through }) => through));
        const number = true;
        return [
          table({
            caption: `${top} on ${target}`,
            columns: [
              { head: "module" },
              ...[
                "instances",
                "LUTs",
                "flip-flops",
                "LUTs as memory",
                "block RAMs",
                "DSPs",
                "LUT levels",
              ].map((head) => ({ head, number })),
            ],
            rows: [
              ...modules.map((one) =>
                row(
                  code(`${one.name}${one.parameters}`),
                  num(one.instances),
                  one.own,
                  one.through === 0 ? "" : num(one.through),
                ),
              ),
              row("all instances", "", total, num(depth)),
            ],
            kinds: { [modules.length]: "total" },
          }),
          note(
            [
              `${esc(tool)}.`,
              ...(place === undefined
                ? []
                : [
                    `After place and route on ${esc(place.part)} with ${esc(place.tool)}: ${Object.entries(
                      place.fmaxMHz,
                    )
                      .map(([clock, mhz]) => `${esc(clock)} ${num(mhz, 1)} MHz`)
                      .join(", ")}.`,
                  ]),
            ].join(" "),
          ),
        ];
      }),
    ],
  };
}

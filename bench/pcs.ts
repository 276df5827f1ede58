import { parseArgs } from "node:util";
import Table from "cli-table3";
import type { LinkDesign } from "../generator/design/link.ts";
import type { LinkDescription } from "../generator/dsl/link-description.ts";
import { renderDesign } from "../generator/emit/generate.ts";
import { loadLinkDescription } from "../generator/index.ts";
import { findYosys, synth } from "../generator/synth/index.ts";
import { designOf } from "../sim/index.ts";
import { loadPhase, openLinkPair, type RunResult, runPhases } from "../sim/run/index.ts";

/**
 * The figures of a PCS: latency by the budget of each format, goodput of a pair of links over lanes against that over MIIs,
 * speed of the simulation, size in a 7-series device. `npx tsx bench/pcs.ts [latency|goodput|area ...]`; without words, all.
 * `--only NAME` picks one of the links below. The size of a 400G PCS takes Yosys a quarter of an hour.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, cycles: { type: "string", default: "40000" } },
});
const wanted = (part: string): boolean => positionals.length === 0 || positionals.includes(part);
const plain = { style: { head: [], border: [] } };

const path = (name: string): string => new URL(`../examples/${name}`, import.meta.url).pathname;
const example = await loadLinkDescription(path("link-400g-pcs.ts"));

/** One link for each kind of PCS. */
const all: Readonly<Record<string, LinkDescription>> = {
  "400g_rs544": example,
  "400g_rs272": { ...example, fec: "rs272", name: "pcs_400g_rs272" },
  "200g_rs544": linkOf("pcs_200g_rs544", 200, { count: 4, gbps: 50 }, "rs544", [512, 402.83]),
  "100g_rs528": linkOf("pcs_100g_rs528", 100, { count: 4, gbps: 25 }, "rs528", [256, 402.83]),
  "100g_none": linkOf("pcs_100g_none", 100, { count: 4, gbps: 25 }, "none", [256, 402.83]),
  "40g_none": linkOf("pcs_40g_none", 40, { count: 4, gbps: 10 }, "none", [128, 322.27]),
  "25g_rs528": linkOf("pcs_25g_rs528", 25, { count: 1, gbps: 25 }, "rs528", [64, 402.83]),
  "25g_none": linkOf("pcs_25g_none", 25, { count: 1, gbps: 25 }, "none", [64, 402.83]),
};
const chosen = Object.entries(all).filter(([name]) => values.only === undefined || values.only === name);

function linkOf(
  name: string,
  rateGbps: number,
  lanes: { readonly count: number; readonly gbps: number },
  fec: NonNullable<LinkDescription["fec"]>,
  [datapathBits, clockMHz]: readonly [LinkDescription["datapathBits"], number],
): LinkDescription {
  const rest = { mtuBytes: 4096, cableMeters: 30, virtualLanes: { data: 1 } } as const;
  return { name, rateGbps, clockMHz, datapathBits, phy: "pcs", lanes, fec, ...rest };
}

const ns = (stages: readonly { readonly ns: number }[]): number =>
  stages.reduce((total, stage) => total + stage.ns, 0);

/** Nanoseconds from the MII to the lanes and back, lanes without skew; a test holds the budget against the RTL. */
async function latencies(): Promise<void> {
  const head = [
    "link",
    "lanes' clock, MHz",
    "MII to lanes, ns",
    "lanes to MII, ns",
    "of this decoding, ns",
    "both, ns",
  ];
  const table = new Table({ head, ...plain });
  for (const [name, description] of chosen) {
    const { pcs } = await designOf(description);
    if (pcs === null) continue;
    const { tx, rx } = pcs.latencyBudget;
    const decoding = rx.filter(({ module }) => /rs_decoder|^pcs_rx$|^fec91_rx$/u.test(module));
    const both = ns(tx) + ns(rx);
    const clock = pcs.derived.laneClockMHz.value;
    table.push([name, ...[clock, ns(tx), ns(rx), ns(decoding), both].map((value) => value.toFixed(1))]);
  }
  process.stdout.write(`latency by the budget\n${table}\n\n`);
}

async function load(description: LinkDescription): Promise<{ design: LinkDesign; result: RunResult }> {
  const pair = await openLinkPair(description, { fast: true });
  try {
    const phase = loadPhase(pair.design, { cycles: Number(values.cycles) });
    const result = await runPhases(pair, [phase]);
    if (!result.passed) throw new Error(`${description.name} lost packets`);
    return { design: pair.design, result };
  } finally {
    pair.close();
  }
}

/** Saturating load both ways over lanes, and over MIIs that are held to the same rate. */
async function goodputs(): Promise<void> {
  const head = [
    "link",
    "over lanes, Gb/s",
    "over MIIs, Gb/s",
    "ratio, %",
    "cycles a second, lanes",
    "MIIs",
    "ratio",
  ];
  const table = new Table({ head, ...plain });
  for (const [name, description] of chosen) {
    const { design, result } = await load(description);
    const { lanes: _lanes, fec: _fec, ...rest } = description;
    const latency = design.phyLatencyNs;
    const mii = await load({ ...rest, name: `${description.name}_mii`, phy: "mii", phyLatencyNs: latency });
    const [gbps, alone] = [result.goodputGbps, mii.result.goodputGbps];
    const speeds = [result.cyclesPerSecond, mii.result.cyclesPerSecond] as const;
    table.push([
      ...[name, gbps.toFixed(2), alone.toFixed(2), ((100 * gbps) / alone).toFixed(3)],
      ...[Math.round(speeds[0]), Math.round(speeds[1]), (speeds[0] / speeds[1]).toFixed(2)],
    ]);
  }
  process.stdout.write(
    `goodput, 4 KiB of payload, the slower way, and speed of the simulation\n${table}\n\n`,
  );
}

/** What is counted apart from the whole. */
const parts = /_(rs_encoder|rs_decoder|pcs_lane_lock|pcs_deskew|\w+_deskew|\w*marker_lock|pcs)$/u;

async function areas(): Promise<void> {
  const head = ["link", "module", "flip-flops", "LUTs", "LUTs as memory", "RAM, 36 Kbit"];
  const table = new Table({ head, ...plain });
  for (const [name, description] of chosen) {
    const design = await designOf(description);
    const options = { target: "xc7", module: "pcs", jobs: 2, place: false } as const;
    const { modules } = await synth(await findYosys(), design, renderDesign(design), options);
    for (const { name: module, total } of modules) {
      if (!parts.test(`_${module}`)) continue;
      const counts = [total.flipFlops, total.luts, total.lutMemory, total.blockRams];
      table.push([name, module, ...counts.map((count) => count.toLocaleString("en-US"))]);
    }
    process.stdout.write(`size in a 7-series device, one of each module with all below it\n${table}\n\n`);
  }
}

if (wanted("latency")) await latencies();
if (wanted("goodput")) await goodputs();
if (wanted("area")) await areas();

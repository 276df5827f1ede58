import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { loadLinkDescription } from "../generator/index.ts";
import { designOf } from "../sim/index.ts";
import { loadPhase, openLinkPair, runPhases } from "../sim/run/index.ts";
import { bestLatency } from "./link-latency.ts";
import { pairSpeed } from "./link-speed.ts";

/**
 * The figures of a link: goodput over short and long cables, latency of a port in cycles, speed of the simulation, wall
 * time and memory of generate. `npx tsx bench/link.ts [goodput|latency|speed|generate ...]`; without words, all.
 */
const example = fileURLToPath(new URL("../examples/link-400g.ts", import.meta.url));
const description = await loadLinkDescription(example);
const chosen = process.argv.slice(2);
const wanted = (part: string): boolean => chosen.length === 0 || chosen.includes(part);
const plain = { style: { head: [], border: [] } };

async function goodput(cableMeters: number): Promise<{ gbps: number; percent: number }> {
  const pair = await openLinkPair({ ...description, cableMeters }, { fast: true });
  try {
    const result = await runPhases(pair, [loadPhase(pair.design, { cycles: 40_000 })]);
    if (!result.passed) throw new Error(`the link of ${cableMeters} m lost packets`);
    return { gbps: result.goodputGbps, percent: result.goodputPercent };
  } finally {
    pair.close();
  }
}

async function goodputs(): Promise<void> {
  const table = new Table({ head: ["cable", "goodput", "of the rate", "of that at 0 m"], ...plain });
  const none = await goodput(0);
  for (const meters of [0, 30, 500]) {
    const { gbps, percent } = meters === 0 ? none : await goodput(meters);
    const relative = ((100 * gbps) / none.gbps).toFixed(2);
    table.push([`${meters} m`, `${gbps.toFixed(2)} Gb/s`, `${percent.toFixed(2)} %`, `${relative} %`]);
  }
  process.stdout.write(
    `goodput, 4 KiB of payload, all data lanes, both ways at once, the slower way\n${table}\n\n`,
  );
}

async function latencies(): Promise<void> {
  const table = new Table({
    head: ["payload", "stream to MII", "MII to stream", "stream to stream, with the cable"],
    ...plain,
  });
  for (const one of await bestLatency(description)) {
    const cells = [one.streamToMii, one.miiToStream, one.total].map((cycles) => `${cycles} cycles`);
    table.push([`${one.payloadBytes} bytes`, ...cells]);
  }
  process.stdout.write(`latency of an unloaded port, cut-through, first beat and start column\n${table}\n\n`);
}

async function speed(): Promise<void> {
  const { bench, bare, ratio, cycles } = await pairSpeed(await designOf(description), 8000);
  const table = new Table({ head: ["", "thousand cycles a second"], ...plain });
  table.push(["bench in TypeScript", (bench / 1000).toFixed(1)]);
  table.push(["bare C++, same inputs", (bare / 1000).toFixed(1)], ["ratio", ratio.toFixed(2)]);
  process.stdout.write(`two ports under saturating load, ${cycles} cycles, median of 5 runs\n${table}\n\n`);
}

if (wanted("goodput")) await goodputs();
if (wanted("latency")) await latencies();
if (wanted("speed")) await speed();
if (wanted("generate")) {
  process.stdout.write("lanewright generate examples/link-400g.ts\n");
  await import("./generate.ts");
}

/**
 * The same benches in TypeScript and in cocotb: simulated cycles a second of both, and the ratio.
 *
 *   npx tsx bench/cocotb.ts [link|switch ...] [--link examples/link-400g.ts]
 *     [--switch examples/leaf4.ts --switch bench/switch-64.json] [--full] [--rounds 3] [--styles usual,tuned] [--python DIR]
 *
 * link: two ports, a cable of the described length in the bench's own language, saturating load both ways, every packet
 * compared. switch: a link partner in the bench's own language at every port, everybody sends to everybody at full rate; a
 * wide switch, where the model takes most of the time of either bench, and a narrow one. --full: the switch's model in
 * TypeScript with all optimisations, as the link's is, which takes minutes to build.
 * cocotb as usually written (its clock, rising edges, cocotbext-axi), and tuned (clock in Verilog, one task at falling
 * edges). Seconds are those of the processor. Rounds are run in turn; the ratio is the median of the rounds' ratios.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { elaborate, loadDescription } from "../generator/index.ts";
import { makeVenv } from "../scripts/python.mjs";
import { cocotbSpeed, type Style } from "./cocotb-run.ts";
import { linkSpeed, type Speed, switchSpeed } from "./cocotb-typescript.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    link: { type: "string", default: "examples/link-400g.ts" },
    switch: { type: "string", multiple: true, default: ["examples/leaf4.ts", "bench/switch-64.json"] },
    full: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    styles: { type: "string", default: "usual,tuned" },
    python: { type: "string" },
  },
});
if (values.python === undefined) makeVenv((text) => process.stderr.write(`${text}\n`));
const rounds = Number(values.rounds);
const styles = values.styles.split(",") as Style[];
const wanted = (part: string): boolean => positionals.length === 0 || positionals.includes(part);
const root = fileURLToPath(new URL("..", import.meta.url));

/** Cycles of a run: about a second or some of each. */
const cyclesOf = {
  link: { ts: 40_000, usual: 600, tuned: 3000 },
  switch: { ts: 6000, usual: 400, tuned: 800 },
};
const packetBytes = { link: 4120, switch: 1048 };

async function compare(kind: "link" | "switch", description: string): Promise<void> {
  const path = `${root}/${description}`;
  const design = elaborate(await loadDescription(path));
  const bits = design.datapathBits;
  const bytes = Math.min(packetBytes[kind], design.mtuBytes + 24);
  const run = async (): Promise<Speed> => {
    if (design.kind !== kind) throw new Error(`${path} is no ${kind}`);
    return design.kind === "link"
      ? await linkSpeed(design, cyclesOf.link.ts, bytes)
      : await switchSpeed(design, cyclesOf.switch.ts, bytes, !values.full);
  };
  const all: { ts: Speed; python: Speed[] }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const ts = await run();
    const python: Speed[] = [];
    for (const style of styles) {
      const options = { kind, style, cycles: cyclesOf[kind][style], packetBytes: bytes };
      python.push(await cocotbSpeed(path, design, options, values.python));
    }
    all.push({ ts, python });
  }
  const head = ["", "cycles a second", "packets in 1000 cycles", "TypeScript is faster by"];
  const table = new Table({ head, style: { head: [], border: [] } });
  const row = (name: string, speeds: readonly Speed[], ratio: string): void => {
    const rate = median(speeds.map((one) => one.cycles / one.seconds));
    const packets = median(speeds.map((one) => (1000 * one.packets) / one.cycles));
    table.push([name, rate.toFixed(0), packets.toFixed(1), ratio]);
  };
  row(
    "TypeScript",
    all.map((one) => one.ts),
    "",
  );
  styles.forEach((style, at) => {
    const speeds = all.map((one) => one.python[at]!);
    const ratios = all.map(({ ts }, round) => rateOf(ts) / rateOf(speeds[round]!));
    row(`cocotb, ${style}`, speeds, median(ratios).toFixed(0));
  });
  process.stdout.write(
    `${kind}: ${design.name}, ${bits} bits, packets of ${bytes + 2} bytes on the wire, ${rounds} rounds\n${table}\n\n`,
  );
}

const rateOf = ({ cycles, seconds }: Speed): number => cycles / seconds;

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

if (wanted("link")) await compare("link", values.link);
if (wanted("switch")) for (const description of values.switch) await compare("switch", description);

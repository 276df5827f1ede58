/**
 * Random regression of whole links and switches: at least a million packets over the devices of
 * `soak-devices.ts` in `test/link/`, `test/pcs/` and `test/switch/`, and how a switch shares its outputs, each run from one
 * seed. Runs take turns over the devices. What was done stands in a file and is not done again.
 *
 *   npm run regress -- [--packets N] [--seed S] [--only NAME] [--runs N] [--out FILE] [--fresh]
 *
 * Exit code 1 when a run failed; its seed is printed, and `--only NAME --seed S --runs 1` repeats it.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { soakLanes } from "../sim/soak/lanes.ts";
import { soak } from "../sim/soak/link.ts";
import { fairnessOfInputs, type ShareResult, weightsOfLanes } from "../sim/soak/sharing.ts";
import { soakSwitch } from "../sim/soak/switch.ts";
import { mix32, parseSeed, seedText } from "../sim/traffic/rng.ts";
import { soakDevices } from "../test/link/soak-devices.ts";
import { laneSoakDevices } from "../test/pcs/soak-devices.ts";
import { nineSwitch, smallSwitch } from "../test/switch/devices.ts";
import { soakSwitches } from "../test/switch/soak-devices.ts";

/** What takes turns: a device with all its faults, or a long measurement. */
interface Subject {
  readonly name: string;
  readonly run: (seed: number) => Promise<Result>;
}

interface Result {
  readonly packets: number;
  readonly note: string;
}

const sharing = ({ packets, shares }: ShareResult): Result => ({
  packets,
  note: `shares ${shares.map((share) => share.toFixed(4)).join(" ")}`,
});

const subjects: readonly Subject[] = [
  ...soakDevices.map(({ description, packets }) => ({
    name: description.name,
    run: async (seed: number) => {
      const result = await soak(description, seed, packets);
      return { packets: result.packets, note: `${result.replays} replays` };
    },
  })),
  ...laneSoakDevices.map(({ description, packets }) => ({
    name: description.name,
    run: async (seed: number) => {
      const result = await soakLanes(description, seed, packets);
      const { replays, uncorrectable, lockLost } = result;
      const note = `${replays} replays, ${uncorrectable} codewords not corrected, aligned anew ${lockLost} times`;
      return { packets: result.packets, note };
    },
  })),
  ...soakSwitches.map(({ description, packets }) => ({
    name: description.name,
    run: async (seed: number) => {
      const result = await soakSwitch(description, seed, packets);
      return { packets: result.packets, note: `${result.nacks} NACKs, ${result.swaps} table changes` };
    },
  })),
  { name: "switch_weights", run: async (seed) => sharing(await weightsOfLanes(smallSwitch, seed)) },
  { name: "switch_fairness", run: async (seed) => sharing(await fairnessOfInputs(nineSwitch, seed)) },
];

interface Run {
  readonly device: string;
  readonly seed: string;
  readonly seconds: number;
  readonly result?: Result;
  readonly failure?: string;
}

interface Summary {
  readonly firstSeed: string;
  readonly packets: number;
  readonly packetsPerHour: number;
  readonly failures: number;
  readonly devices: Readonly<Record<string, { runs: number; packets: number; failures: number }>>;
  readonly runs: readonly Run[];
}

const { values } = parseArgs({
  options: {
    packets: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    runs: { type: "string" },
    out: { type: "string", default: "out/regress.json" },
    fresh: { type: "boolean", default: false },
  },
});

function refuse(what: string): never {
  process.stderr.write(`regress: ${what}\n`);
  process.exit(2);
}

const firstSeed = parseSeed(values.seed) ?? refuse(`--seed ${values.seed} is no seed`);
const wanted = Number(values.packets);
const runLimit = values.runs === undefined ? Number.POSITIVE_INFINITY : Number(values.runs);
if (!(wanted > 0) || !(runLimit > 0)) refuse("--packets and --runs are positive numbers");
const names = subjects.map(({ name }) => name).join(", ");
const devices = subjects.filter(({ name }) => values.only === undefined || name === values.only);
if (devices.length === 0) refuse(`there is no device ${values.only}; there are ${names}`);
const single = values.runs === "1" && values.only !== undefined;

const runs: Run[] = values.fresh || single ? [] : earlier();
let stopped = false;
process.once("SIGINT", () => {
  stopped = true;
});

while (!stopped && runs.length < runLimit && packetsOf(runs) < wanted) {
  const turn = devices[runs.length % devices.length]!;
  const seed = single ? firstSeed : mix32(firstSeed + runs.length);
  runs.push(await one(turn, seed));
  report(runs.at(-1)!);
  if (!single) save();
}
const end = summary();
process.stdout.write(
  `${end.packets} packets in ${runs.length} runs, ${end.failures} failed, ${end.packetsPerHour} packets an hour\n`,
);
if (stopped) process.stdout.write("stopped; the same command goes on from here\n");
process.exitCode = end.failures > 0 ? 1 : 0;

async function one({ name, run }: Subject, seed: number): Promise<Run> {
  const begin = performance.now();
  const done = (more: Pick<Run, "result"> | Pick<Run, "failure">): Run => {
    const seconds = Math.round((performance.now() - begin) / 10) / 100;
    return { device: name, seed: seedText(seed), seconds, ...more };
  };
  try {
    return done({ result: await run(seed) });
  } catch (cause) {
    return done({ failure: cause instanceof Error ? cause.message : String(cause) });
  }
}

function packetsOf(some: readonly Run[]): number {
  return some.reduce((sum, { result }) => sum + (result?.packets ?? 0), 0);
}

function report({ device, seed, seconds, result, failure }: Run): void {
  if (failure !== undefined) process.stdout.write(`FAILED ${failure}\n`);
  const part = ((100 * packetsOf(runs)) / wanted).toFixed(1);
  const what = result === undefined ? "failed" : `${result.packets} packets, ${result.note}`;
  process.stdout.write(`${part.padStart(5)} %  ${device} ${seed}: ${what} in ${seconds} s\n`);
}

function summary(): Summary {
  const of: Record<string, { runs: number; packets: number; failures: number }> = {};
  for (const { device, result, failure } of runs) {
    const row = of[device] ?? { runs: 0, packets: 0, failures: 0 };
    of[device] = row;
    row.runs++;
    row.packets += result?.packets ?? 0;
    row.failures += failure === undefined ? 0 : 1;
  }
  const packets = packetsOf(runs);
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
  return {
    firstSeed: seedText(firstSeed),
    packets,
    packetsPerHour: seconds === 0 ? 0 : Math.round((packets / seconds) * 3600),
    failures: runs.filter(({ failure }) => failure !== undefined).length,
    devices: of,
    runs,
  };
}

function save(): void {
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(`${values.out}.part`, `${JSON.stringify(summary(), null, 1)}\n`);
  renameSync(`${values.out}.part`, values.out);
}

/** Runs of an earlier call with the same first seed and the same choice of devices. */
function earlier(): Run[] {
  try {
    const kept = JSON.parse(readFileSync(values.out, "utf8")) as Summary;
    const same = kept.firstSeed === seedText(firstSeed);
    const fits = kept.runs.every(({ device }, index) => {
      return device === devices[index % devices.length]!.name;
    });
    return same && fits ? [...kept.runs] : [];
  } catch {
    return [];
  }
}

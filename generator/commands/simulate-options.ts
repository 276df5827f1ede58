import { type Command, InvalidArgumentError } from "commander";
import { parseSeed } from "../../sim/traffic/rng.ts";

export const patterns = ["saturate", "random", "capture", "idle"] as const;
export type Pattern = (typeof patterns)[number];

/** The options of `simulate` as commander hands them over. */
export interface SimulateOptions {
  readonly pcap?: string;
  readonly pattern?: Pattern;
  readonly load?: number;
  readonly ber?: number;
  readonly burst?: number;
  readonly burstEvery?: number;
  readonly cycles?: number;
  readonly packets?: number;
  readonly payload?: number;
  readonly vls?: readonly number[];
  readonly seed?: number;
  readonly trace?: string;
  readonly traceFrom: number;
  readonly traceCycles: number;
  readonly pcapngFrames: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Beats between bursts on average, unless said otherwise. */
const usualBurstEvery = 5000;

/** Adds the options of `simulate` to its command. */
export function addOptions(command: Command): Command {
  return command
    .option("--pattern <name>", `${patterns.join(", ")}: one phase with this traffic`, pattern)
    .option("--pcap <file>", "RoCE v2 capture (Ethernet, classic pcap) to send as native InfiniBand", text)
    .option(
      "--load <share>",
      "offered part of the wire's time, 0 to 1",
      number("a number above 0 up to 1", 0, 1),
    )
    .option("--payload <bytes>", "payload of each packet", integer(0, 8064))
    .option("--packets <n>", "packets of each port; the phase ends when all have come", integer(1, 1e9))
    .option("--vls <list>", "virtual lanes to use, as 0,1,15", lanes)
    .option(
      "--ber <rate>",
      "bit error rate of the cable, both ways",
      number("a rate from 0 to below 1", 0, 1),
    )
    .option("--burst <bits>", "bursts of bit errors of this length on the cable", integer(1, 1_000_000))
    .option(
      "--burst-every <beats>",
      `beats from burst to burst on average (default: ${usualBurstEvery})`,
      integer(1, 1e9),
    )
    .option("--cycles <n>", "cycles of offered traffic in each phase", integer(1, 1e10))
    .option("--seed <n>", "seed of everything random, decimal or 0x… (default: another one each time)", seed)
    .option("--trace <file.fst>", "write waves: FILE.p0.fst and FILE.p1.fst (builds a slower model)", text)
    .option("--trace-from <cycle>", "first cycle in the waves", integer(0, 1e10), 0)
    .option("--trace-cycles <n>", "cycles in the waves", integer(1, 1e9), 20_000)
    .option(
      "--pcapng-frames <n>",
      "frames in each port's pcapng file at most, 0 writes none",
      integer(0, 1e9),
      20_000,
    )
    .option("-o, --out <dir>", "folder of results.json and the pcapng files (default: out/NAME)", text)
    .option("--json", "print the results as JSON");
}

/** Whether the options choose traffic, so that one phase with it takes the place of the usual ones. */
export function choosesTraffic(options: SimulateOptions): boolean {
  const { pcap, pattern: chosen, load, ber, burst, packets, payload, vls } = options;
  return [pcap, chosen, load, ber, burst, packets, payload, vls].some((option) => option !== undefined);
}

/** Faults that the options ask for. */
export function faultsOf({
  ber,
  burst,
  burstEvery,
}: SimulateOptions): { ber?: number; burst?: { bits: number; perBeat: number } } | undefined {
  if (ber === undefined && burst === undefined) return undefined;
  return {
    ...(ber !== undefined && { ber }),
    ...(burst !== undefined && { burst: { bits: burst, perBeat: 1 / (burstEvery ?? usualBurstEvery) } }),
  };
}

function text(value: string): string {
  if (value === "") throw new InvalidArgumentError("It is empty.");
  return value;
}

function pattern(value: string): Pattern {
  const found = patterns.find((name) => name === value);
  if (found === undefined) throw new InvalidArgumentError(`There are ${patterns.join(", ")}.`);
  return found;
}

function seed(value: string): number {
  const parsed = parseSeed(value);
  if (parsed === null) throw new InvalidArgumentError("A seed is a number of 32 bits, decimal or 0x….");
  return parsed;
}

function lanes(value: string): readonly number[] {
  const numbers = value.split(",").map((part) => (/^\d+$/u.test(part.trim()) ? Number(part) : Number.NaN));
  if (!numbers.every((vl) => vl >= 0 && vl <= 15)) throw new InvalidArgumentError("Give VLs as 0,1,15.");
  return [...new Set(numbers)];
}

function integer(low: number, high: number): (value: string) => number {
  return (value) => {
    const parsed = /^\d+$/u.test(value) ? Number(value) : Number.NaN;
    if (!(parsed >= low && parsed <= high))
      throw new InvalidArgumentError(`Give a whole number from ${low} to ${high}.`);
    return parsed;
  };
}

function number(what: string, low: number, high: number): (value: string) => number {
  return (value) => {
    const parsed = value.trim() === "" ? Number.NaN : Number(value);
    if (!(parsed >= low && parsed <= high)) throw new InvalidArgumentError(`Give ${what}.`);
    return parsed;
  };
}

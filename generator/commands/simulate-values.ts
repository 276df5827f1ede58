/** Values of the options of `simulate`, read from the command line; what is wrong with one is said by commander. */
import { InvalidArgumentError } from "commander";
import { imixSizes, rdmaSizes, type SizeMix } from "../../sim/traffic/patterns.ts";
import type { ArrivalProcess } from "../../sim/traffic/patterns-arrivals.ts";
import { parseSeed } from "../../sim/traffic/rng.ts";

export type SizeOption = SizeMix;
export type ArrivalsOption = ArrivalProcess;

/** Shortest and longest packets that a wire carries, LRH … VCRC. */
const sizeLimits = { low: 26, high: 8190 } as const;
const usualBurst = 8;
const usualStep = 0.1;

const texts = new Map<string, string>();

/** Reads a value and keeps its text, so that the same command can be given once more. */
export function remembered<T>(key: string, parse: (value: string) => T): (value: string) => T {
  return (value) => {
    texts.set(key, value);
    return parse(value);
  };
}

/** What stood on the command line for an option. */
export function givenText(key: string): string | undefined {
  return texts.get(key);
}

export function text(value: string): string {
  if (value === "") throw new InvalidArgumentError("It is empty.");
  return value;
}

export function oneOf<T extends string>(names: readonly T[]): (value: string) => T {
  return (value) => {
    const found = names.find((name) => name === value);
    if (found === undefined) throw new InvalidArgumentError(`There are ${names.join(", ")}.`);
    return found;
  };
}

export function seed(value: string): number {
  const parsed = parseSeed(value);
  if (parsed === null) throw new InvalidArgumentError("A seed is a number of 32 bits, decimal or 0x….");
  return parsed;
}

/** Whole numbers with commas between, each once. */
export function list(what: string, low: number, high: number): (value: string) => readonly number[] {
  return (value) => {
    const numbers = value.split(",").map((part) => (/^\d+$/u.test(part.trim()) ? Number(part) : Number.NaN));
    if (!numbers.every((one) => one >= low && one <= high))
      throw new InvalidArgumentError(`Give ${what} from ${low} to ${high} with commas between.`);
    return [...new Set(numbers)];
  };
}

export function lanes(value: string): readonly number[] {
  return list("VLs", 0, 15)(value);
}

export function integer(low: number, high: number): (value: string) => number {
  return (value) => {
    const parsed = /^\d+$/u.test(value) ? Number(value) : Number.NaN;
    if (!(parsed >= low && parsed <= high))
      throw new InvalidArgumentError(`Give a whole number from ${low} to ${high}.`);
    return parsed;
  };
}

export function number(what: string, low: number, high: number): (value: string) => number {
  return (value) => {
    const parsed = value.trim() === "" ? Number.NaN : Number(value);
    if (!(parsed >= low && parsed <= high)) throw new InvalidArgumentError(`Give ${what}.`);
    return parsed;
  };
}

export function sizes(value: string): SizeMix {
  if (value === "rdma") return rdmaSizes;
  if (value === "imix") return imixSizes;
  const [low, high = low, ...more] = value.split("-").map(integer(sizeLimits.low, sizeLimits.high));
  if (low === undefined || high === undefined || more.length > 0 || low > high)
    throw new InvalidArgumentError("Give a size, as 4096, two as 64-1500, rdma or imix.");
  return low === high ? { kind: "fixed", bytes: low } : { kind: "uniform", low, high };
}

/** Loads from the first to the last, both included. */
export function sweep(value: string): readonly number[] {
  const [from, to, step = usualStep, ...more] = value.split(":").map(Number);
  const fits = (one: number | undefined): one is number => one !== undefined && one > 0 && one <= 1;
  if (!fits(from) || !fits(to) || !fits(step) || more.length > 0 || from > to)
    throw new InvalidArgumentError("Give loads above 0 up to 1 as FROM:TO or FROM:TO:STEP.");
  const loads: number[] = [];
  for (let index = 0; from + index * step < to - step / 1000; index++)
    loads.push(Number((from + index * step).toFixed(4)));
  return [...loads, to];
}

export function arrivals(value: string): ArrivalProcess {
  if (value === "poisson" || value === "paced") return { kind: value };
  const bursty = /^bursty(?::(?<mean>\d+))?$/u.exec(value);
  const mean = Number(bursty?.groups?.mean ?? usualBurst);
  if (bursty === null || mean < 1)
    throw new InvalidArgumentError("There are poisson, paced, bursty and bursty:N.");
  return { kind: "bursty", meanPackets: mean };
}

import type { FecKind, Lanes, PcsFormat } from "../design/pcs.ts";

/** Two interleaved codewords of RS(544,514): IEEE Std 802.3 clause 119. */
const kp4 = {
  fec: "rs544",
  codewords: 2,
  codewordSymbols: 544,
  messageSymbols: 514,
  groups: 40,
  padBits: 0,
} as const;

/**
 * The same with two of RS(272,258), half as long: the 25G Ethernet Consortium's low-latency FEC. Markers stand as far apart
 * in time as with the long code.
 */
const lowLatency = {
  fec: "rs272",
  codewords: 2,
  codewordSymbols: 272,
  messageSymbols: 258,
  groups: 20,
  padBits: 20,
} as const;

const at400G = { rateGbps: 400, pcsLanes: 16, markerGroups: 8, markerPeriodGroups: 163_840 } as const;
const at200G = { rateGbps: 200, pcsLanes: 8, markerGroups: 4, markerPeriodGroups: 81_920 } as const;

/** Every format that there is. */
export const pcsFormats: readonly PcsFormat[] = [
  { ...at400G, ...kp4 },
  { ...at400G, ...lowLatency },
  { ...at200G, ...kp4 },
  { ...at200G, ...lowLatency },
];

/** Rates of a physical lane that there are SerDes for, Gb/s without coding and FEC. */
const laneGbps = [10, 25, 50, 100] as const;

/** How a rate may be split among physical lanes: each carries as many PCS lanes as the others. */
export function legalLanes({ rateGbps, pcsLanes }: PcsFormat): readonly Lanes[] {
  return laneGbps
    .map((gbps) => ({ count: rateGbps / gbps, gbps }))
    .filter(({ count }) => Number.isInteger(count) && pcsLanes % count === 0);
}

/** The format for a rate and a code, if there is one. */
export function formatOf(rateGbps: number, fec: FecKind): PcsFormat | undefined {
  return pcsFormats.find((one) => one.rateGbps === rateGbps && one.fec === fec);
}

/**
 * Symbols of each codeword that may come in a clock: whole codewords begin a word, a word holds as many whole symbols of
 * every lane, and no more than a group of markers is read at once.
 */
export function legalSymbolsPerClock(format: PcsFormat): readonly number[] {
  const { codewords, codewordSymbols, pcsLanes, groups, markerGroups } = format;
  const divisors = Array.from({ length: codewordSymbols }, (_, i) => i + 1).filter(
    (p) => codewordSymbols % p === 0,
  );
  return divisors.filter(
    (p) => (codewords * p) % pcsLanes === 0 && (groups * p) / codewordSymbols <= markerGroups,
  );
}

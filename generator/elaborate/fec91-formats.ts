import type { FecKind, PcsFormat } from "../design/pcs.ts";

/** One stream of codewords of 20 groups, whose blocks are scrambled before they are transcoded. */
const one = { codewords: 1, messageSymbols: 514, groups: 20, padBits: 0 } as const;
const kr4 = { ...one, fec: "rs528", codewordSymbols: 528 } as const;
const kp4 = { ...one, fec: "rs544", codewordSymbols: 544 } as const;

/**
 * IEEE Std 802.3 clauses 108 (25G) and 91 (100G). `pcsLanes` are the FEC lanes. Markers: 4 x 64 bits and one of pad every
 * 1024 codewords, 20 x 64 bits and five of pad every 4096 codewords. The first period stands as 20480 blocks of each of four
 * lanes in two public drivers (Linux' fbnic, one of a 5G radio unit), the second as 16384 of each of twenty.
 */
export const fec91Formats: readonly PcsFormat[] = [
  { rateGbps: 25, pcsLanes: 1, markerGroups: 1, markerPeriodGroups: 20_480, ...kr4 },
  { rateGbps: 100, pcsLanes: 4, markerGroups: 5, markerPeriodGroups: 81_920, ...kr4 },
  { rateGbps: 100, pcsLanes: 4, markerGroups: 5, markerPeriodGroups: 81_920, ...kp4 },
];

/** The format for a rate and a code, if there is one. */
export function fec91FormatOf(rateGbps: number, fec: FecKind): PcsFormat | undefined {
  return fec91Formats.find((format) => format.rateGbps === rateGbps && format.fec === fec);
}

/** Physical lanes that may carry a format: each as many FEC lanes as the others, bit by bit in turn. */
export function fec91LaneCounts({ pcsLanes, fec }: PcsFormat): readonly number[] {
  if (pcsLanes === 1) return [1];
  return fec === "rs544" ? [4, 2] : [4];
}

/**
 * Symbols that may come in a clock: codewords begin a word, a word holds as many whole symbols of every lane and no more
 * bits than a group. The decoder needs two symbols or more.
 */
export function fec91SymbolsPerClock({ codewordSymbols, pcsLanes }: PcsFormat): readonly number[] {
  const all = Array.from({ length: 24 }, (_, i) => i + 2);
  return all.filter((p) => codewordSymbols % p === 0 && p % pcsLanes === 0);
}

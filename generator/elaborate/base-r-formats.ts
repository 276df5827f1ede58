import type { BaseRFormat } from "../design/base-r.ts";

/** Clause 49: block lock from 64 good sync headers, lost at 16 bad ones of 64. */
const oneLane = {
  fec: "none",
  pcsLanes: 1,
  laneCounts: [1],
  laneBits: [64],
  lockErrors: 16,
  lockWindow: 64,
} as const;

/** Clause 82: lost at 65 bad ones of 1024. */
const manyLanes = { fec: "none", lockErrors: 65, lockWindow: 1024, berErrors: 97 } as const;

/**
 * Every format that there is. The limits of the bit error rate: 16 in 125 us at 10G, 97 in 1.25 ms at 40G and in 500 us at
 * 100G; those of 25G (97 in 2 ms) are from memory.
 */
export const baseRFormats: readonly BaseRFormat[] = [
  { rateGbps: 10, ...oneLane, berErrors: 16, berWindowUs: 125 },
  { rateGbps: 25, ...oneLane, berErrors: 97, berWindowUs: 2000 },
  { rateGbps: 40, ...manyLanes, pcsLanes: 4, laneCounts: [4, 2], laneBits: [64, 64], berWindowUs: 1250 },
  { rateGbps: 100, ...manyLanes, pcsLanes: 20, laneCounts: [4, 10], laneBits: [80, 64], berWindowUs: 500 },
];

/** The format for a rate, if there is one. */
export function baseRFormatOf(rateGbps: number): BaseRFormat | undefined {
  return baseRFormats.find((one) => one.rateGbps === rateGbps);
}

/** Widths of a SerDes. */
const serdesBits = [16, 20, 32, 40, 64, 66, 80, 128, 160] as const;

/**
 * Widths that a physical lane may have: whole bits of every PCS lane in a clock and, where there are markers, no more than
 * a block of it.
 */
export function legalLaneBits({ pcsLanes }: BaseRFormat, laneCount: number): readonly number[] {
  const perLane = pcsLanes / laneCount;
  return serdesBits.filter((bits) => bits % perLane === 0 && (pcsLanes === 1 || bits / perLane <= 66));
}

import type { Shape } from "./base-r-bench.ts";

/** The markers and the window of the bit error rate are closer together than in the standard. */
const short = { period: 64, berClocks: 1000 };
/** One lane, and several. */
export const quickShapes: readonly Shape[] = [
  { rateGbps: 10, lanes: 1, width: 64, laneBits: 64, ...short },
  { rateGbps: 40, lanes: 4, width: 256, laneBits: 64, ...short },
];
/** Other rates and widths. */
export const longShapes: readonly Shape[] = [
  { rateGbps: 25, lanes: 1, width: 256, laneBits: 80, ...short },
  { rateGbps: 100, lanes: 4, width: 512, laneBits: 80, ...short },
  { rateGbps: 10, lanes: 1, width: 64, laneBits: 32, ...short },
  { rateGbps: 10, lanes: 1, width: 64, laneBits: 66, ...short },
  { rateGbps: 25, lanes: 1, width: 256, laneBits: 160, ...short },
  { rateGbps: 25, lanes: 1, width: 512, laneBits: 40, ...short },
  { rateGbps: 40, lanes: 4, width: 256, laneBits: 66, ...short },
  { rateGbps: 40, lanes: 2, width: 512, laneBits: 80, ...short },
  { rateGbps: 40, lanes: 4, width: 256, laneBits: 40, ...short },
  { rateGbps: 100, lanes: 10, width: 1024, laneBits: 64, ...short },
  { rateGbps: 100, lanes: 10, width: 1024, laneBits: 80, ...short },
  { rateGbps: 100, lanes: 4, width: 256, laneBits: 40, ...short },
  { rateGbps: 100, lanes: 4, width: 1024, laneBits: 160, ...short },
];

/** As tests name it. */
export function nameOf({ rateGbps, lanes, laneBits, width }: Shape): string {
  return `${rateGbps}G, ${lanes} x ${laneBits} bits, MII of ${width}`;
}

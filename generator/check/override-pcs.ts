import type { PcsDerivedId } from "../design/pcs.ts";
import { legalSymbolsPerClock } from "../elaborate/index.ts";
import { isPow2, type Numbers, type OverrideRule, refuse, warn } from "./numbers.ts";

/** Fewest words of a crossing that runs without a pause: three flip-flops each way, and a word in work at either side. */
const leastCrossing = 8;

const symbolsPerClock: OverrideRule = (value, n) => {
  const legal = legalSymbolsPerClock(formatOf(n));
  if (legal.includes(value)) return undefined;
  const message =
    "codewords must begin with a word of the line, and a word hold whole symbols of every PCS lane";
  return refuse("LW_PCS_SYMBOLS", message, legal.map((one) => wordText(one, n)).join(", "));
};

/** A choice of symbols with what it means: the width of the line and its clock. */
function wordText(symbols: number, n: Numbers): string {
  const bits = 10 * symbols * formatOf(n).codewords;
  const mhz = Math.round((n.value("lineGbps") * 1e6) / bits) / 1000;
  return `${symbols} (${bits} bits at ${mhz} MHz)`;
}

function formatOf({ design }: Numbers) {
  if (design.pcs === null) throw new Error("numbers of a PCS mean nothing to an MII");
  return design.pcs.format;
}

const markerPeriodCodewords: OverrideRule = (value, n) => {
  const computed = n.computed("markerPeriodCodewords");
  const { markerGroups, groups } = formatOf(n);
  const least = Math.ceil(markerGroups / groups) + 1;
  if (value < least) {
    const message = "markers would follow each other without data between them";
    return refuse("LW_OVERRIDE_RANGE", message, `at least ${least} codewords`);
  }
  if (value === computed) return undefined;
  const message =
    "is not the standard's: no other maker's device will lock to these lanes; for simulation only";
  return warn("LW_PCS_MARKER_PERIOD", message, `${computed} codewords`);
};

const deskewWords: OverrideRule = (value, n) => {
  const least = 16;
  if (!isPow2(value) || value < least) {
    const message = "the memory that takes up the skew wraps at a power of two";
    return refuse("LW_OVERRIDE_RANGE", message, `at least ${least} words, a power of two`);
  }
  const computed = n.computed("deskewWords");
  if (value >= computed) return undefined;
  const ns = Math.max(0, Math.floor(((value - 8) * 1000) / n.value("laneClockMHz")));
  const message = `takes up ${ns} ns between the lanes, and 180 ns are allowed on the wire: such a link does not come up`;
  return warn("LW_PCS_SMALL_DESKEW", message, `${computed} words`);
};

const crossingWords: OverrideRule = (value) => {
  if (isPow2(value) && value >= leastCrossing && value <= 256) return undefined;
  const message = "an asynchronous FIFO has a power of two of words, and pauses when it has few";
  return refuse("LW_OVERRIDE_RANGE", message, `${leastCrossing} ... 256 words, a power of two`);
};

/** Rules of the numbers of a PCS that may be set. */
export const pcsOverrides: Partial<Record<PcsDerivedId, OverrideRule>> = {
  symbolsPerClock,
  markerPeriodCodewords,
  deskewWords,
  crossingWords,
};

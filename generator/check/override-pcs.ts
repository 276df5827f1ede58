import type { AnyPcsDerivedId } from "../design/any-pcs.ts";
import type { BaseRDesign } from "../design/base-r.ts";
import type { PcsDesign } from "../design/pcs.ts";
import { fec91SymbolsPerClock, legalLaneBits, legalSymbolsPerClock } from "../elaborate/index.ts";
import { isPow2, type Numbers, type OverrideRule, refuse, type Verdict, warn } from "./numbers.ts";

/**
 * Fewest words of a crossing that runs without a pause where one crosses in every clock: a word read is room five clocks
 * later, a word written is seen four clocks later, and the lanes take them unevenly.
 */
const leastCrossing = 16;

const symbolsPerClock: OverrideRule = (value, n) => {
  const { kind, format } = withFec(n);
  const legal = kind === "clause119" ? legalSymbolsPerClock(format) : fec91SymbolsPerClock(format);
  if (legal.includes(value)) return undefined;
  const message =
    "codewords must begin with a word of the line, and a word hold whole symbols of every PCS lane";
  const choices = legal.map((one) => `${one} (${wordText(10 * one * format.codewords, n)})`);
  return refuse("LW_PCS_SYMBOLS", message, choices.join(", "));
};

const laneBits: OverrideRule = (value, n) => {
  const { format, lanes } = withoutFec(n);
  const legal = legalLaneBits(format, lanes.count);
  if (legal.includes(value)) return undefined;
  const message = "a word of a lane must hold whole bits of every PCS lane, and no more than a block of one";
  const choices = legal.map((one) => `${one} (${wordText(one * lanes.count, n)})`);
  return refuse("LW_PCS_LANE_BITS", message, choices.join(", "));
};

/** The width of the line and its clock. */
function wordText(bits: number, n: Numbers): string {
  return `${bits} bits at ${Math.round((n.value("lineGbps") * 1e6) / bits) / 1000} MHz`;
}

function withFec({ design }: Numbers): PcsDesign {
  if (design.pcs === null || design.pcs.kind === "base-r") throw new Error("there is no FEC");
  return design.pcs;
}

function withoutFec({ design }: Numbers): BaseRDesign {
  if (design.pcs?.kind !== "base-r") throw new Error("there is a FEC, or no PCS");
  return design.pcs;
}

const markerPeriodCodewords: OverrideRule = (value, n) => {
  const { markerGroups, groups } = withFec(n).format;
  const clocks = n.value("codewordClocks");
  const least = Math.max(Math.ceil(markerGroups / groups) + 1, Math.ceil(leastMarkerClocks / clocks));
  if (value < least) {
    const message = "markers would follow each other without data between them";
    return refuse("LW_OVERRIDE_RANGE", message, `at least ${least} codewords`);
  }
  return otherPeriod(value, n.computed("markerPeriodCodewords"), "codewords");
};

/** Lanes are told apart by what their markers are compared with, one a clock. */
const leastMarkerClocks = 64;
const leastMarkerBlocks = 16;

const markerPeriodBlocks: OverrideRule = (value, n) =>
  value < leastMarkerBlocks
    ? refuse(
        "LW_OVERRIDE_RANGE",
        "markers would follow each other with hardly any data between them",
        `at least ${leastMarkerBlocks} blocks`,
      )
    : otherPeriod(value, n.computed("markerPeriodBlocks"), "blocks");

function otherPeriod(value: number, computed: number, unit: string): Verdict | undefined {
  if (value === computed) return undefined;
  const message =
    "is not the standard's: no other maker's device will lock to these lanes; for simulation only";
  return warn("LW_PCS_MARKER_PERIOD", message, `${computed} ${unit}`);
}

const berWindowClocks: OverrideRule = (value, n) => {
  const computed = n.computed("berWindowClocks");
  if (value < 1) return refuse("LW_OVERRIDE_RANGE", "a window has some length", "at least 1 cycle");
  if (value === computed) return undefined;
  const message = "is not the standard's: the bit error rate that takes the link down is another one";
  return warn("LW_PCS_BER_WINDOW", message, `${computed} cycles`);
};

const deskewWords: OverrideRule = (value, n) => {
  const least = 16;
  if (!isPow2(value) || value < least) {
    const message = "the memory that takes up the skew wraps at a power of two";
    return refuse("LW_OVERRIDE_RANGE", message, `at least ${least} words, a power of two`);
  }
  const computed = n.computed("deskewWords");
  if (value >= computed) return undefined;
  const { drift } = n.derived.deskewWords?.inputs ?? {};
  const wordNs = n.design.pcs?.kind === "base-r" ? blockNs(n) : 1000 / n.value("laneClockMHz");
  const ns = Math.max(0, Math.floor((value - (drift?.value ?? 0)) * wordNs));
  const message = `takes up ${ns} ns between the lanes, and 180 ns are allowed on the wire: such a link does not come up`;
  return warn("LW_PCS_SMALL_DESKEW", message, `${computed} words`);
};

/** Time of a block of a PCS lane. */
function blockNs(n: Numbers): number {
  return (66 * 1000) / (n.value("pcsLaneBits") * n.value("laneClockMHz"));
}

const crossingWords: OverrideRule = (value) => {
  if (isPow2(value) && value >= leastCrossing && value <= 256) return undefined;
  const message = "an asynchronous FIFO has a power of two of words, and pauses when it has few";
  return refuse("LW_OVERRIDE_RANGE", message, `${leastCrossing} ... 256 words, a power of two`);
};

/** Rules of the numbers of a PCS that may be set. */
export const pcsOverrides: Partial<Record<AnyPcsDerivedId, OverrideRule>> = {
  symbolsPerClock,
  laneBits,
  markerPeriodCodewords,
  markerPeriodBlocks,
  berWindowClocks,
  deskewWords,
  crossingWords,
};

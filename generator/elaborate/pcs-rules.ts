import type { PcsDerivedId } from "../design/pcs.ts";
import { nextPow2 } from "./formula-functions.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil, max, min } = Math;

const lineGbps = rule(
  "lineGbps",
  {
    unit: "Gb/s",
    formula: "rateGbps * codewords * codewordSymbols * symbolBits / (groups * groupBytesBits)",
    source: "IEEE Std 802.3 clause 119: 256 bits become 257, then parity is added; 17/16 of the MAC's rate",
  },
  ["rateGbps", "codewords", "codewordSymbols", "groups"],
  { symbolBits: [10, "bits"], groupBytesBits: [256, "bits"] },
  (n) => (n.rateGbps * n.codewords * n.codewordSymbols * n.symbolBits) / (n.groups * n.groupBytesBits),
);

const symbolsPerClock = rule(
  "symbolsPerClock",
  {
    unit: "symbols",
    formula:
      "min(nextPow2(lineGbps * 1000 / (codewords * symbolBits * usualMHz)), codewordSymbols % 32 == 0 ? 32 : 16)",
    source:
      "of each codeword; the narrowest word that keeps the lanes' clock in reach, a divisor of the codeword",
  },
  ["lineGbps", "codewords", "codewordSymbols"],
  { symbolBits: [10, "bits"], usualMHz: [700, "MHz"] },
  (n) =>
    min(
      nextPow2((n.lineGbps * 1000) / (n.codewords * n.symbolBits * n.usualMHz)),
      n.codewordSymbols % 32 === 0 ? 32 : 16,
    ),
);

const lineBits = rule(
  "lineBits",
  {
    unit: "bits",
    formula: "codewords * symbolsPerClock * symbolBits",
    source: "of all lanes together, in one clock of the lanes",
  },
  ["codewords", "symbolsPerClock"],
  { symbolBits: [10, "bits"] },
  (n) => n.codewords * n.symbolsPerClock * n.symbolBits,
);

const laneClockMHz = rule(
  "laneClockMHz",
  {
    unit: "MHz",
    formula: "lineGbps * 1000 / lineBits",
    source: "the lanes' clock: exactly the rate of the line",
  },
  ["lineGbps", "lineBits"],
  {},
  (n) => (n.lineGbps * 1000) / n.lineBits,
);

const pcsLaneBits = rule(
  "pcsLaneBits",
  { unit: "bits", formula: "lineBits / pcsLanes", source: "of each PCS lane, in one clock of the lanes" },
  ["lineBits", "pcsLanes"],
  {},
  (n) => n.lineBits / n.pcsLanes,
);

const laneBits = rule(
  "laneBits",
  { unit: "bits", formula: "lineBits / laneCount", source: "of each physical lane: the width of its SerDes" },
  ["lineBits", "laneCount"],
  {},
  (n) => n.lineBits / n.laneCount,
);

const codewordClocks = rule(
  "codewordClocks",
  {
    unit: "cycles",
    formula: "codewordSymbols / symbolsPerClock",
    source: "clocks of the lanes that a codeword takes",
  },
  ["codewordSymbols", "symbolsPerClock"],
  {},
  (n) => n.codewordSymbols / n.symbolsPerClock,
);

const groupsPerWord = rule(
  "groupsPerWord",
  {
    unit: "groups",
    formula: "max(nextPow2(groups / codewordClocks), ceil(datapathBits / groupBits))",
    source: "257-bit groups that cross between the clocks together: what the faster side needs in a clock",
  },
  ["groups", "codewordClocks", "datapathBits"],
  { groupBits: [256, "bits"] },
  (n) => max(nextPow2(n.groups / n.codewordClocks), ceil(n.datapathBits / n.groupBits)),
);

const markerPeriodCodewords = rule(
  "markerPeriodCodewords",
  {
    unit: "codewords",
    formula: "markerPeriodGroups / groups",
    source:
      "IEEE Std 802.3 clause 119: from one group of alignment markers to the next, in codewords of each kind",
  },
  ["markerPeriodGroups", "groups"],
  {},
  (n) => n.markerPeriodGroups / n.groups,
);

const correctableSymbols = rule(
  "correctableSymbols",
  {
    unit: "symbols",
    formula: "(codewordSymbols - messageSymbols) / 2",
    source: "t of a Reed-Solomon code, in each codeword",
  },
  ["codewordSymbols", "messageSymbols"],
  {},
  (n) => (n.codewordSymbols - n.messageSymbols) / 2,
);

const keyEquationClocks = rule(
  "keyEquationClocks",
  {
    unit: "cycles",
    formula: "2 * correctableSymbols + 1",
    source: "reformulated inversionless Berlekamp-Massey, one step a clock, one clock to load",
  },
  ["correctableSymbols"],
  {},
  (n) => 2 * n.correctableSymbols + 1,
);

const keyEquationEngines = rule(
  "keyEquationEngines",
  {
    unit: "engines",
    formula: "ceil(keyEquationClocks / codewordClocks)",
    source:
      "for each of the interleaved codewords: a new one comes before the last one's key equation is solved",
  },
  ["keyEquationClocks", "codewordClocks"],
  {},
  (n) => ceil(n.keyEquationClocks / n.codewordClocks),
);

const decoderCycles = rule(
  "decoderCycles",
  {
    unit: "cycles",
    formula: "codewordClocks + syndromeStages + keyEquationClocks + 1 + searchStages + 1",
    source: "first symbol in to first symbol out, corrected, clocks of the lanes",
  },
  ["codewordClocks", "keyEquationClocks"],
  { syndromeStages: [2, "cycles"], searchStages: [6, "cycles"] },
  (n) => n.codewordClocks + n.syndromeStages + n.keyEquationClocks + 1 + n.searchStages + 1,
);

const deskewWords = rule(
  "deskewWords",
  {
    unit: "words",
    formula: "nextPow2(ceil(skewNs * laneClockMHz / 1000) + drift)",
    source: "of each PCS lane: 180 ns between the first and the last lane, 4 ns and a word's grain of drift",
  },
  ["laneClockMHz"],
  { skewNs: [180, "ns"], drift: [8, "words"] },
  (n) => nextPow2(ceil((n.skewNs * n.laneClockMHz) / 1000) + n.drift),
);

const crossingWords = rule(
  "crossingWords",
  {
    unit: "words",
    formula: "depth",
    source:
      "of the asynchronous FIFOs: two flip-flops each way for the pointers, and a word in work at either side",
  },
  [],
  { depth: [16, "words"] },
  (n) => n.depth,
);

const realignNs = rule(
  "realignNs",
  {
    unit: "ns",
    formula: "ceil(markers * markerPeriodCodewords * codewordClocks * 1000 / laneClockMHz + settleNs)",
    source: "lock of the lanes: a place, its number, the same number again, one group of markers each",
  },
  ["markerPeriodCodewords", "codewordClocks", "laneClockMHz"],
  { markers: [3, "markers"], settleNs: [1000, "ns"] },
  (n) => ceil((n.markers * n.markerPeriodCodewords * n.codewordClocks * 1000) / n.laneClockMHz + n.settleNs),
);

/** All rules of a PCS but its latencies, each after those whose results it uses. */
export const pcsRules: readonly Rule<Exclude<PcsDerivedId, "pcsTxNs" | "pcsRxNs" | "pcsLinkNs">>[] = [
  lineGbps,
  symbolsPerClock,
  lineBits,
  laneClockMHz,
  pcsLaneBits,
  laneBits,
  codewordClocks,
  groupsPerWord,
  markerPeriodCodewords,
  correctableSymbols,
  keyEquationClocks,
  keyEquationEngines,
  decoderCycles,
  deskewWords,
  crossingWords,
  realignNs,
];

import type { BaseRDerivedId } from "../design/base-r.ts";
import { nextPow2 } from "./formula-functions.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil, max } = Math;

/** All rules but the latencies, each after those whose results it uses. */
export const baseRRules: readonly Rule<Exclude<BaseRDerivedId, "pcsTxNs" | "pcsRxNs" | "pcsLinkNs">>[] = [
  rule(
    "lineGbps",
    {
      unit: "Gb/s",
      formula: "rateGbps * blockBits / payloadBits",
      source: "IEEE Std 802.3 clauses 49 and 82: 64 bits become 66; markers take the place of idle columns",
    },
    ["rateGbps"],
    { blockBits: [66, "bits"], payloadBits: [64, "bits"] },
    (n) => (n.rateGbps * n.blockBits) / n.payloadBits,
  ),
  rule(
    "laneBits",
    {
      unit: "bits",
      formula: "serdesBits",
      source: "of each physical lane, in one clock of the lanes: a usual width of its SerDes",
    },
    ["serdesBits"],
    {},
    (n) => n.serdesBits,
  ),
  rule(
    "lineBits",
    {
      unit: "bits",
      formula: "laneCount * laneBits",
      source: "of all lanes together, in one clock of the lanes",
    },
    ["laneCount", "laneBits"],
    {},
    (n) => n.laneCount * n.laneBits,
  ),
  rule(
    "laneClockMHz",
    {
      unit: "MHz",
      formula: "lineGbps * 1000 / lineBits",
      source: "the lanes' clock: exactly the rate of the line",
    },
    ["lineGbps", "lineBits"],
    {},
    (n) => (n.lineGbps * 1000) / n.lineBits,
  ),
  rule(
    "pcsLaneBits",
    { unit: "bits", formula: "lineBits / pcsLanes", source: "of each PCS lane, in one clock of the lanes" },
    ["lineBits", "pcsLanes"],
    {},
    (n) => n.lineBits / n.pcsLanes,
  ),
  rule(
    "blocksPerWord",
    {
      unit: "blocks",
      formula: "max(nextPow2(lineBits / blockBits), datapathBits / payloadBits)",
      source: "66-bit blocks that cross between the clocks together: what the faster side needs in a clock",
    },
    ["lineBits", "datapathBits"],
    { blockBits: [66, "bits"], payloadBits: [64, "bits"] },
    (n) => max(nextPow2(n.lineBits / n.blockBits), n.datapathBits / n.payloadBits),
  ),
  rule(
    "syncBlocks",
    {
      unit: "blocks",
      formula: "nextPow2(pcsLaneBits / blockBits)",
      source: "of a PCS lane that are cut out of its bits together: what comes in a clock",
    },
    ["pcsLaneBits"],
    { blockBits: [66, "bits"] },
    (n) => nextPow2(n.pcsLaneBits / n.blockBits),
  ),
  rule(
    "markerPeriodBlocks",
    {
      unit: "blocks",
      formula: "period",
      source:
        "IEEE Std 802.3 clause 82: of a PCS lane from one alignment marker to the next; one lane has none",
    },
    [],
    { period: [16_384, "blocks"] },
    (n) => n.period,
  ),
  rule(
    "berWindowClocks",
    {
      unit: "cycles",
      formula: "ceil(berWindowUs * laneClockMHz)",
      source: "IEEE Std 802.3 clauses 49, 82 and 107: time in which bad sync headers are counted",
    },
    ["berWindowUs", "laneClockMHz"],
    {},
    (n) => ceil(n.berWindowUs * n.laneClockMHz),
  ),
  rule(
    "deskewWords",
    {
      unit: "blocks",
      formula: "nextPow2(ceil(skewNs * laneClockMHz * pcsLaneBits / (1000 * blockBits)) + drift)",
      source:
        "of each PCS lane: 180 ns between the first and the last lane, 4 ns and a block's grain of drift",
    },
    ["laneClockMHz", "pcsLaneBits"],
    { skewNs: [180, "ns"], blockBits: [66, "bits"], drift: [3, "blocks"] },
    (n) => nextPow2(ceil((n.skewNs * n.laneClockMHz * n.pcsLaneBits) / (1000 * n.blockBits)) + n.drift),
  ),
  rule(
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
  ),
  rule(
    "realignNs",
    {
      unit: "ns",
      formula:
        "ceil((pcsLanes > 1 ? markers * markerPeriodBlocks : places * goodHeaders) * blockBits * 1000 / (pcsLaneBits * laneClockMHz) + settleNs)",
      source:
        "lock of the lanes: three markers, or 64 good sync headers after every place in a block was tried",
    },
    ["pcsLanes", "markerPeriodBlocks", "pcsLaneBits", "laneClockMHz"],
    {
      markers: [3, "markers"],
      places: [66, "places"],
      goodHeaders: [64, "blocks"],
      blockBits: [66, "bits"],
      settleNs: [1000, "ns"],
    },
    (n) =>
      ceil(
        ((n.pcsLanes > 1 ? n.markers * n.markerPeriodBlocks : n.places * n.goodHeaders) *
          n.blockBits *
          1000) /
          (n.pcsLaneBits * n.laneClockMHz) +
          n.settleNs,
      ),
  ),
];

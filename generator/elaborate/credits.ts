import type { DerivedId } from "../design/link.ts";
import { doubleUntil } from "./formula-functions.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil, floor, min } = Math;

/** Most blocks that FCCL may promise: half of the 12-bit number space (InfiniBand vol. 1, flow control). */
export const creditLimitBlocks = 2048;

const creditBlockBytes = rule(
  "creditBlockBytes",
  {
    unit: "bytes",
    formula:
      "doubleUntil(ibBlockBytes, (b) => creditLimit * b >= rateGbps / 8 * ackRoundTripNs + maxPacketBytes + 4 * ceil(maxPacketBytes / b) * b)",
    source: "InfiniBand: blocks of 64 bytes; doubled until 2048 blocks cover the credit loop (US 9584429)",
  },
  ["rateGbps", "ackRoundTripNs", "maxPacketBytes"],
  { ibBlockBytes: [64, "bytes"], creditLimit: [creditLimitBlocks, "blocks"] },
  (n) => {
    const flight = (n.rateGbps / 8) * n.ackRoundTripNs + n.maxPacketBytes;
    return doubleUntil(
      n.ibBlockBytes,
      (b) => n.creditLimit * b >= flight + 4 * ceil(n.maxPacketBytes / b) * b,
    );
  },
);

const maxPacketBlocks = rule(
  "maxPacketBlocks",
  {
    unit: "blocks",
    formula: "ceil(maxPacketBytes / creditBlockBytes)",
    source: "InfiniBand vol. 1, flow control: each packet is rounded up to blocks by itself",
  },
  ["maxPacketBytes", "creditBlockBytes"],
  {},
  (n) => ceil(n.maxPacketBytes / n.creditBlockBytes),
);

const creditUpdateBlocks = rule(
  "creditUpdateBlocks",
  {
    unit: "blocks",
    formula: "4 * maxPacketBlocks",
    source: "one flow-control packet for four longest packets: often enough, and rare on the wire",
  },
  ["maxPacketBlocks"],
  {},
  (n) => 4 * n.maxPacketBlocks,
);

const creditLoopBytes = rule(
  "creditLoopBytes",
  {
    unit: "bytes",
    formula: "ceil(rateGbps / 8 * ackRoundTripNs + maxPacketBytes + creditUpdateBlocks * creditBlockBytes)",
    source:
      "bytes under way before the credit of the first comes back, and what the update trigger holds back",
  },
  ["rateGbps", "ackRoundTripNs", "maxPacketBytes", "creditUpdateBlocks", "creditBlockBytes"],
  {},
  (n) =>
    ceil((n.rateGbps / 8) * n.ackRoundTripNs + n.maxPacketBytes + n.creditUpdateBlocks * n.creditBlockBytes),
);

const creditsPerVl = rule(
  "creditsPerVl",
  {
    unit: "blocks",
    formula: "min(creditLimit, ceil(creditLoopBytes / creditBlockBytes))",
    source: "InfiniBand vol. 1, flow control: one lane alone can fill the wire; at most 2048 blocks",
  },
  ["creditLoopBytes", "creditBlockBytes"],
  { creditLimit: [creditLimitBlocks, "blocks"] },
  (n) => min(n.creditLimit, ceil(n.creditLoopBytes / n.creditBlockBytes)),
);

const creditRefreshCycles = rule(
  "creditRefreshCycles",
  {
    unit: "cycles",
    formula: "floor(min(longestNs, 16 * ackRoundTripNs) * clockMHz / 1000)",
    source: "InfiniBand vol. 1: a flow-control packet a lane at least each 65536 symbol times (262 us)",
  },
  ["ackRoundTripNs", "clockMHz"],
  { longestNs: [262_144, "ns"] },
  (n) => floor((min(n.longestNs, 16 * n.ackRoundTripNs) * n.clockMHz) / 1000),
);

const creditWatchdogCycles = rule(
  "creditWatchdogCycles",
  {
    unit: "cycles",
    formula: "ceil(watchdogNs * clockMHz / 1000)",
    source: "InfiniBand vol. 1: flow-control watchdog, 400000 symbol times of 4 ns",
  },
  ["clockMHz"],
  { watchdogNs: [1_600_000, "ns"] },
  (n) => ceil((n.watchdogNs * n.clockMHz) / 1000),
);

/** Blocks, credits and the flow-control packets that carry them. */
export const creditRules: readonly Rule<DerivedId>[] = [
  creditBlockBytes,
  maxPacketBlocks,
  creditUpdateBlocks,
  creditLoopBytes,
  creditsPerVl,
  creditRefreshCycles,
  creditWatchdogCycles,
];

import type { DerivedId } from "../design/link.ts";
import { nextPow2 } from "./formula-functions.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil, max, min } = Math;

const replayDepthBeats = rule(
  "replayDepthBeats",
  {
    unit: "beats",
    formula: "nextPow2(ackRoundTripCycles + 4 * maxPacketBeats)",
    source:
      "B >= R * T_ack + L in beats, room for packets being written and being freed; a power of two for the address",
  },
  ["ackRoundTripCycles", "maxPacketBeats"],
  {},
  (n) => nextPow2(n.ackRoundTripCycles + 4 * n.maxPacketBeats),
);

const replayBytes = rule(
  "replayBytes",
  { unit: "bytes", formula: "replayDepthBeats * beatBytes", source: "size of the replay memory" },
  ["replayDepthBeats", "beatBytes"],
  {},
  (n) => n.replayDepthBeats * n.beatBytes,
);

const replayEntries = rule(
  "replayEntries",
  {
    unit: "packets",
    formula: "replayDepthBeats",
    source: "a packet takes a beat at least, so that the packet list never fills before the memory",
  },
  ["replayDepthBeats"],
  {},
  (n) => n.replayDepthBeats,
);

const sequenceBits = rule(
  "sequenceBits",
  { unit: "bits", formula: "wireBits", source: "Ultra Ethernet LLR: 20-bit sequence number in the preamble" },
  [],
  { wireBits: [20, "bits"] },
  (n) => n.wireBits,
);

const outstandingSeqMax = rule(
  "outstandingSeqMax",
  {
    unit: "packets",
    formula: "min(replayEntries - 1, 2 ** (sequenceBits - 1))",
    source:
      "Ultra Ethernet LLR outstanding_seq_max: at most half the number space; one list entry stays free",
  },
  ["replayEntries", "sequenceBits"],
  {},
  (n) => min(n.replayEntries - 1, 2 ** (n.sequenceBits - 1)),
);

const outstandingDataMax = rule(
  "outstandingDataMax",
  {
    unit: "bytes",
    formula: "replayBytes",
    source: "Ultra Ethernet LLR outstanding_data_max: the replay memory",
  },
  ["replayBytes"],
  {},
  (n) => n.replayBytes,
);

const replayTimerCycles = rule(
  "replayTimerCycles",
  {
    unit: "cycles",
    formula: "ceil((3 * ackRoundTripNs + marginNs) * clockMHz / 1000)",
    source: "replay timer of shipping LLR links: 3 round trips + 500 ns (PCI Express: 3 ACK latencies)",
  },
  ["ackRoundTripNs", "clockMHz"],
  { marginNs: [500, "ns"] },
  (n) => ceil(((3 * n.ackRoundTripNs + n.marginNs) * n.clockMHz) / 1000),
);

const replayCountMax = rule(
  "replayCountMax",
  {
    unit: "replays",
    formula:
      "min(mostReplays, max(advisedReplays, ceil(2 * realignNs * clockMHz / 1000 / replayTimerCycles)))",
    source:
      "Ultra Ethernet LLR replay_ct_max, 0 ... 255, 255 = no limit; replays without progress before FLUSH: twice as long as the far end's PCS takes to find its lanes again, of which this end is told nothing",
  },
  ["realignNs", "clockMHz", "replayTimerCycles"],
  { advisedReplays: [64, "replays"], mostReplays: [254, "replays"] },
  (n) =>
    min(
      n.mostReplays,
      max(n.advisedReplays, ceil((2 * n.realignNs * n.clockMHz) / 1000 / n.replayTimerCycles)),
    ),
);

const dataAgeCycles = rule(
  "dataAgeCycles",
  {
    unit: "cycles",
    formula: "(replayCountMax + 1) * (replayTimerCycles + replayDepthBeats)",
    source: "Ultra Ethernet LLR data_age_timer: later than the replay count gives up by itself; 0 = off",
  },
  ["replayCountMax", "replayTimerCycles", "replayDepthBeats"],
  {},
  (n) => (n.replayCountMax + 1) * (n.replayTimerCycles + n.replayDepthBeats),
);

const linkLostCycles = rule(
  "linkLostCycles",
  {
    unit: "cycles",
    formula: "ceil(timeoutNs * clockMHz / 1000)",
    source: "InfiniBand vol. 1, port state ActDefer: 10 ms",
  },
  ["clockMHz"],
  { timeoutNs: [10_000_000, "ns"] },
  (n) => ceil((n.timeoutNs * n.clockMHz) / 1000),
);

const initIntervalCycles = rule(
  "initIntervalCycles",
  {
    unit: "cycles",
    formula: "max(leastCycles, ceil(ackRoundTripCycles / 4))",
    source: "INIT is repeated until its echo arrives: four tries a round trip",
  },
  ["ackRoundTripCycles"],
  { leastCycles: [64, "cycles"] },
  (n) => max(n.leastCycles, ceil(n.ackRoundTripCycles / 4)),
);

/** Numbers that mean nothing to a link without retry. */
export const retryOnlyIds: ReadonlySet<DerivedId> = new Set([
  "replayDepthBeats",
  "replayBytes",
  "replayEntries",
  "sequenceBits",
  "outstandingSeqMax",
  "outstandingDataMax",
  "replayTimerCycles",
  "replayCountMax",
  "dataAgeCycles",
]);

/** The replay buffer, its window and its timers. */
export const retryRules: readonly Rule<DerivedId>[] = [
  replayDepthBeats,
  replayBytes,
  replayEntries,
  sequenceBits,
  outstandingSeqMax,
  outstandingDataMax,
  replayTimerCycles,
  replayCountMax,
  dataAgeCycles,
  linkLostCycles,
  initIntervalCycles,
];

import type { DerivedId } from "../design/link.ts";
import { creditLimitBlocks } from "./credits.ts";
import { latencyStages, sumCycles } from "./latency.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil, min } = Math;

const txPipelineCycles = rule(
  "txPipelineCycles",
  {
    unit: "cycles",
    formula: "txStages + macTxStages",
    source: "latency budget: crossbar to MII out, idle link",
  },
  ["macTxStages"],
  { txStages: [sumCycles(latencyStages.switchTx), "cycles"] },
  (n) => n.txStages + n.macTxStages,
);

const rxPipelineCycles = rule(
  "rxPipelineCycles",
  { unit: "cycles", formula: "rxStages", source: "latency budget: MII in to the buffer of the ingress" },
  [],
  { rxStages: [sumCycles(latencyStages.switchRx), "cycles"] },
  (n) => n.rxStages,
);

const creditsPerVl = rule(
  "creditsPerVl",
  {
    unit: "blocks",
    formula:
      "min(creditLimit, ceil(creditLoopBytes / creditBlockBytes) + voqHeadroomPackets * maxPacketBlocks)",
    source:
      "one lane alone can fill the wire while packets for busy outputs wait; at most 2048 blocks (InfiniBand vol. 1, flow control)",
  },
  ["creditLoopBytes", "creditBlockBytes", "voqHeadroomPackets", "maxPacketBlocks"],
  { creditLimit: [creditLimitBlocks, "blocks"] },
  (n) =>
    min(
      n.creditLimit,
      ceil(n.creditLoopBytes / n.creditBlockBytes) + n.voqHeadroomPackets * n.maxPacketBlocks,
    ),
);

const txQueueBeats = rule(
  "txQueueBeats",
  {
    unit: "beats",
    formula: "4 * maxPacketBeats + flightBeats",
    source:
      "one longest packet leaves, one waits, one arrives, one has been granted; the crossbar cannot be stopped",
  },
  ["maxPacketBeats", "flightBeats"],
  {},
  (n) => 4 * n.maxPacketBeats + n.flightBeats,
);

const txQueue15Beats = rule(
  "txQueue15Beats",
  {
    unit: "beats",
    formula: "4 * ceil(vl15PacketBytes / beatBytes) + flightBeats",
    source: "one longest VL15 packet leaves, one waits, one arrives, one has been granted",
  },
  ["vl15PacketBytes", "beatBytes", "flightBeats"],
  {},
  (n) => 4 * ceil(n.vl15PacketBytes / n.beatBytes) + n.flightBeats,
);

const txRoomBeats = rule(
  "txRoomBeats",
  {
    unit: "beats",
    formula: "2 * maxPacketBeats + flightBeats",
    source: "a queue asks for a packet where one that is granted, the next, and what is in flight fit",
  },
  ["maxPacketBeats", "flightBeats"],
  {},
  (n) => 2 * n.maxPacketBeats + n.flightBeats,
);

const txRoom15Beats = rule(
  "txRoom15Beats",
  {
    unit: "beats",
    formula: "2 * ceil(vl15PacketBytes / beatBytes) + flightBeats",
    source: "the same for the queue of VL15",
  },
  ["vl15PacketBytes", "beatBytes", "flightBeats"],
  {},
  (n) => 2 * ceil(n.vl15PacketBytes / n.beatBytes) + n.flightBeats,
);

const queueDescriptors = rule(
  "queueDescriptors",
  {
    unit: "packets",
    formula: "packets",
    source: "packets that a transmit queue holds at once; small ones come from many inputs",
  },
  [],
  { packets: [32, "packets"] },
  (n) => n.packets,
);

/** Rules that a port of a switch has instead of those of a stand-alone link. */
export const switchPortRules: readonly Rule<DerivedId>[] = [
  txPipelineCycles,
  rxPipelineCycles,
  creditsPerVl,
  txQueueBeats,
  txQueue15Beats,
  txRoomBeats,
  txRoom15Beats,
  queueDescriptors,
];

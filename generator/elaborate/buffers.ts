import type { DerivedId } from "../design/link.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil, max } = Math;

const beatsPerBlock = rule(
  "beatsPerBlock",
  {
    unit: "beats",
    formula: "max(1, creditBlockBytes / beatBytes)",
    source: "buffers are kept in whole beats: a block smaller than a beat still takes one",
  },
  ["creditBlockBytes", "beatBytes"],
  {},
  (n) => max(1, n.creditBlockBytes / n.beatBytes),
);

const vlBufferBeats = rule(
  "vlBufferBeats",
  {
    unit: "beats",
    formula: "creditsPerVl * beatsPerBlock + 2 * maxPacketBeats",
    source:
      "every block promised has a place; one packet more for a damaged one that took none of the promise, one more as a packet is let in only where a longest one fits",
  },
  ["creditsPerVl", "beatsPerBlock", "maxPacketBeats"],
  {},
  (n) => n.creditsPerVl * n.beatsPerBlock + 2 * n.maxPacketBeats,
);

const vl15BufferBeats = rule(
  "vl15BufferBeats",
  {
    unit: "beats",
    formula: "packets * ceil(vl15PacketBytes / beatBytes)",
    source: "VL15 is not flow controlled: room for eight packets, the rest is dropped and counted",
  },
  ["vl15PacketBytes", "beatBytes"],
  { packets: [8, "packets"] },
  (n) => n.packets * ceil(n.vl15PacketBytes / n.beatBytes),
);

const txQueueBeats = rule(
  "txQueueBeats",
  {
    unit: "beats",
    formula: "3 * maxPacketBeats",
    source: "one longest packet leaves, one waits, one arrives",
  },
  ["maxPacketBeats"],
  {},
  (n) => 3 * n.maxPacketBeats,
);

const txQueue15Beats = rule(
  "txQueue15Beats",
  {
    unit: "beats",
    formula: "3 * ceil(vl15PacketBytes / beatBytes)",
    source: "one longest VL15 packet leaves, one waits, one arrives",
  },
  ["vl15PacketBytes", "beatBytes"],
  {},
  (n) => 3 * ceil(n.vl15PacketBytes / n.beatBytes),
);

const txRoomBeats = rule(
  "txRoomBeats",
  {
    unit: "beats",
    formula: "maxPacketBeats",
    source: "a queue takes a packet where a longest one fits",
  },
  ["maxPacketBeats"],
  {},
  (n) => n.maxPacketBeats,
);

const txRoom15Beats = rule(
  "txRoom15Beats",
  {
    unit: "beats",
    formula: "ceil(vl15PacketBytes / beatBytes)",
    source: "the queue of VL15 takes a packet where a longest one fits",
  },
  ["vl15PacketBytes", "beatBytes"],
  {},
  (n) => ceil(n.vl15PacketBytes / n.beatBytes),
);

const queueDescriptors = rule(
  "queueDescriptors",
  { unit: "packets", formula: "packets", source: "packets that a transmit queue holds at once" },
  [],
  { packets: [16, "packets"] },
  (n) => n.packets,
);

/** Buffers of both directions. */
export const bufferRules: readonly Rule<DerivedId>[] = [
  beatsPerBlock,
  vlBufferBeats,
  vl15BufferBeats,
  txQueueBeats,
  txQueue15Beats,
  txRoomBeats,
  txRoom15Beats,
  queueDescriptors,
];

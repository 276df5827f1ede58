import type { DerivedId } from "../design/link.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil, floor } = Math;

const columnsPerBeat = rule(
  "columnsPerBeat",
  { unit: "columns", formula: "datapathBits / columnBits", source: "MII: a column is 8 bytes" },
  ["datapathBits"],
  { columnBits: [64, "bits"] },
  (n) => n.datapathBits / n.columnBits,
);

const beatBytes = rule(
  "beatBytes",
  { unit: "bytes", formula: "datapathBits / 8", source: "one beat is one cycle of the datapath" },
  ["datapathBits"],
  {},
  (n) => n.datapathBits / 8,
);

const maxPacketBytes = rule(
  "maxPacketBytes",
  {
    unit: "bytes",
    formula: "4 * floor((mtuBytes + headerBytes) / 4) + vcrcBytes",
    source: "InfiniBand vol. 1, PktLen: at most (MTU + 124) / 4 words, LRH through ICRC, then the VCRC",
  },
  ["mtuBytes"],
  { headerBytes: [124, "bytes"], vcrcBytes: [2, "bytes"] },
  (n) => 4 * floor((n.mtuBytes + n.headerBytes) / 4) + n.vcrcBytes,
);

const maxPacketBeats = rule(
  "maxPacketBeats",
  {
    unit: "beats",
    formula: "ceil(maxPacketBytes / beatBytes)",
    source: "a packet starts at byte 0 of a beat",
  },
  ["maxPacketBytes", "beatBytes"],
  {},
  (n) => ceil(n.maxPacketBytes / n.beatBytes),
);

const vl15PacketBytes = rule(
  "vl15PacketBytes",
  {
    unit: "bytes",
    formula: "lrhBytes + bthBytes + dethBytes + payloadBytes + icrcBytes + vcrcBytes",
    source: "InfiniBand vol. 1, VL15: UD without GRH, payload at most 256 bytes",
  },
  [],
  {
    lrhBytes: [8, "bytes"],
    bthBytes: [12, "bytes"],
    dethBytes: [8, "bytes"],
    payloadBytes: [256, "bytes"],
    icrcBytes: [4, "bytes"],
    vcrcBytes: [2, "bytes"],
  },
  (n) => n.lrhBytes + n.bthBytes + n.dethBytes + n.payloadBytes + n.icrcBytes + n.vcrcBytes,
);

const controlSpacingBytes = rule(
  "controlSpacingBytes",
  {
    unit: "bytes",
    formula: "advisedBytes",
    source: "Ultra Ethernet LLR: control sets inside a frame, 400 ... 17296 bytes apart, 2048 advised",
  },
  [],
  { advisedBytes: [2048, "bytes"] },
  (n) => n.advisedBytes,
);

const controlSpacingBeats = rule(
  "controlSpacingBeats",
  {
    unit: "beats",
    formula: "ceil(controlSpacingBytes / beatBytes)",
    source: "the transmitter counts whole beats",
  },
  ["controlSpacingBytes", "beatBytes"],
  {},
  (n) => ceil(n.controlSpacingBytes / n.beatBytes),
);

const linkEfficiencyPercent = rule(
  "linkEfficiencyPercent",
  {
    unit: "percent",
    formula:
      "100 * mtuBytes / (columnBytes * (1 + ceil((mtuBytes + headerBytes + terminateBytes) / columnBytes)))",
    source: "payload over wire columns of a full packet: LRH, BTH, ICRC, VCRC, start column, terminate byte",
  },
  ["mtuBytes"],
  { headerBytes: [26, "bytes"], terminateBytes: [1, "bytes"], columnBytes: [8, "bytes"] },
  (n) => {
    const columns = 1 + ceil((n.mtuBytes + n.headerBytes + n.terminateBytes) / n.columnBytes);
    return (100 * n.mtuBytes) / (n.columnBytes * columns);
  },
);

/** Sizes of packets and of their parts. */
export const packetRules: readonly Rule<DerivedId>[] = [
  columnsPerBeat,
  beatBytes,
  maxPacketBytes,
  maxPacketBeats,
  vl15PacketBytes,
  controlSpacingBytes,
  controlSpacingBeats,
  linkEfficiencyPercent,
];

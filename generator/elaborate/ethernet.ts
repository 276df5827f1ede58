/** Numbers of an Ethernet port: bytes of headers, buffers, thresholds of pause frames. */
import type { EthernetDerivedId, EthernetDesign } from "../design/ethernet.ts";
import type { NicDesign } from "../design/nic.ts";
import { nextPow2 } from "./formula-functions.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil, min } = Math;

const roce = "RoCE v2 (InfiniBand annex A17), IEEE 802.3 clause 3";

const frameOverheadBytes = rule(
  "frameOverheadBytes",
  {
    unit: "bytes",
    formula: "preamble + ethernet + ipv4 + udp + bth + icrc + fcs + gap",
    source: `${roce}: what a packet in the middle of a message has on the wire beside its payload, with IPv4; 20 more with IPv6`,
  },
  [],
  {
    preamble: [8, "bytes"],
    ethernet: [14, "bytes"],
    ipv4: [20, "bytes"],
    udp: [8, "bytes"],
    bth: [12, "bytes"],
    icrc: [4, "bytes"],
    fcs: [4, "bytes"],
    gap: [12, "bytes"],
  },
  (n) => n.preamble + n.ethernet + n.ipv4 + n.udp + n.bth + n.icrc + n.fcs + n.gap,
);

const maxIpBytes = rule(
  "maxIpBytes",
  {
    unit: "bytes",
    formula: "ipv6 + udp + bth + extension + mtuBytes + icrc",
    source: `${roce}: IPv6, and RETH and ImmDt in front of the payload`,
  },
  ["mtuBytes"],
  {
    ipv6: [40, "bytes"],
    udp: [8, "bytes"],
    bth: [12, "bytes"],
    extension: [20, "bytes"],
    icrc: [4, "bytes"],
  },
  (n) => n.ipv6 + n.udp + n.bth + n.extension + n.mtuBytes + n.icrc,
);

const maxFrameBytes = rule(
  "maxFrameBytes",
  { unit: "bytes", formula: "ethernet + tag + maxIpBytes + fcs", source: `${roce}: with a VLAN tag` },
  ["maxIpBytes"],
  { ethernet: [14, "bytes"], tag: [4, "bytes"], fcs: [4, "bytes"] },
  (n) => n.ethernet + n.tag + n.maxIpBytes + n.fcs,
);

const goodputBoundGbps = rule(
  "goodputBoundGbps",
  {
    unit: "Gb/s",
    formula: "rateGbps * mtuBytes / (mtuBytes + frameOverheadBytes)",
    source: "what a wire full of longest packets carries of payload, with IPv4",
  },
  ["rateGbps", "mtuBytes", "frameOverheadBytes"],
  {},
  (n) => (n.rateGbps * n.mtuBytes) / (n.mtuBytes + n.frameOverheadBytes),
);

const ethernetPacketBeats = rule(
  "ethernetPacketBeats",
  {
    unit: "beats",
    formula:
      "ceil((lrh + (addressHandles > 0 ? ipv6 + udp : 0) + bth + extension + mtuBytes) / (datapathBits / 8))",
    source:
      "the longest packet as the buffers hold it: an LRH in the place of the headers of Ethernet; with UD those of IP and UDP are kept when it is received",
  },
  ["mtuBytes", "datapathBits", "addressHandles"],
  {
    lrh: [8, "bytes"],
    ipv6: [40, "bytes"],
    udp: [8, "bytes"],
    bth: [12, "bytes"],
    extension: [28, "bytes"],
  },
  (n) =>
    ceil(
      (n.lrh + (n.addressHandles > 0 ? n.ipv6 + n.udp : 0) + n.bth + n.extension + n.mtuBytes) /
        (n.datapathBits / 8),
    ),
);

const transmitBufferBeats = rule(
  "transmitBufferBeats",
  {
    unit: "beats",
    formula: "nextPow2((dataLanes > 1 ? 7 : 2) * ethernetPacketBeats + slack)",
    source:
      "of a lane. A frame has no gaps, so that a packet is whole before it leaves: one leaves while the next one comes. Of several lanes each has room for what is between the engines and the wire, too",
  },
  ["ethernetPacketBeats", "dataLanes"],
  { slack: [8, "beats"] },
  (n) => nextPow2((n.dataLanes > 1 ? 7 : 2) * n.ethernetPacketBeats + n.slack),
);

const pauseStopCycles = rule(
  "pauseStopCycles",
  {
    unit: "cycles",
    formula:
      "receive + (datapathBits / 8 > partedBytes ? rows : 0) + ceil((maxFrameBytes + pauseBytes + stages * datapathBits / 8) * 8 * clockMHz / (1000 * rateGbps))",
    source:
      "from the last column of a pause frame to the last column of that priority: the pipeline in, in front of which rows wait where two frames can start in one; a frame that had begun, or was chosen as the end of another one left; beats of the pipeline out, and a pause frame among them",
  },
  ["maxFrameBytes", "datapathBits", "clockMHz", "rateGbps"],
  {
    receive: [12, "cycles"],
    partedBytes: [80, "bytes"],
    rows: [30, "cycles"],
    pauseBytes: [104, "bytes"],
    stages: [24, "beats"],
  },
  (n) =>
    n.receive +
    (n.datapathBits / 8 > n.partedBytes ? n.rows : 0) +
    ceil(
      ((n.maxFrameBytes + n.pauseBytes + (n.stages * n.datapathBits) / 8) * 8 * n.clockMHz) /
        (1000 * n.rateGbps),
    ),
);

const peerPauseQuanta = rule(
  "peerPauseQuanta",
  {
    unit: "quanta",
    formula: "rateGbps <= 10 ? 60 : rateGbps <= 40 ? 118 : rateGbps <= 100 ? 394 : 905",
    source: "IEEE 802.3 annex 31B.3.7: by then, in quanta of 512 bits, a peer starts no more frames",
  },
  ["rateGbps"],
  {},
  (n) => (n.rateGbps <= 10 ? 60 : n.rateGbps <= 40 ? 118 : n.rateGbps <= 100 ? 394 : 905),
);

const pauseHeadroomBeats = rule(
  "pauseHeadroomBeats",
  {
    unit: "beats",
    formula:
      "ceil((2 * (maxFrameBytes + gapBytes) + peerPauseQuanta * quantumBytes + 2 * (cableMeters * nsPerMeter + phyLatencyNs) * rateGbps / 8) / min(datapathBits / 8, leastBytes)) + stages",
    source:
      "IEEE 802.1Q annex N: what still comes after a pause was due: a frame in front of the pause frame, one that the peer had begun, its reaction, cable and PHYs both ways; a frame of 64 bytes takes a beat however wide that is",
  },
  ["maxFrameBytes", "peerPauseQuanta", "cableMeters", "phyLatencyNs", "rateGbps", "datapathBits"],
  {
    gapBytes: [20, "bytes"],
    quantumBytes: [64, "bytes"],
    nsPerMeter: [5, "ns/m"],
    leastBytes: [84, "bytes"],
    stages: [32, "beats"],
  },
  (n) =>
    ceil(
      (2 * (n.maxFrameBytes + n.gapBytes) +
        n.peerPauseQuanta * n.quantumBytes +
        (2 * (n.cableMeters * n.nsPerMeter + n.phyLatencyNs) * n.rateGbps) / 8) /
        min(n.datapathBits / 8, n.leastBytes),
    ) + n.stages,
);

const receiveBufferBeats = rule(
  "receiveBufferBeats",
  {
    unit: "beats",
    formula: "nextPow2(pauseHeadroomBeats + packets * ethernetPacketBeats)",
    source: "the headroom of a pause, and room for some packets before one is asked for",
  },
  ["pauseHeadroomBeats", "ethernetPacketBeats"],
  { packets: [4, "packets"] },
  (n) => nextPow2(n.pauseHeadroomBeats + n.packets * n.ethernetPacketBeats),
);

const pauseXoffBeats = rule(
  "pauseXoffBeats",
  {
    unit: "beats",
    formula: "receiveBufferBeats - pauseHeadroomBeats",
    source: "a pause is asked for when as much is taken up: what is left is the headroom",
  },
  ["receiveBufferBeats", "pauseHeadroomBeats"],
  {},
  (n) => n.receiveBufferBeats - n.pauseHeadroomBeats,
);

const pauseXonBeats = rule(
  "pauseXonBeats",
  {
    unit: "beats",
    formula: "pauseXoffBeats - ethernetPacketBeats",
    source: "a longest packet below, so that one packet does not bring a pause frame each",
  },
  ["pauseXoffBeats", "ethernetPacketBeats"],
  {},
  (n) => n.pauseXoffBeats - n.ethernetPacketBeats,
);

/** What the numbers of an Ethernet port add to those of the port's description. */
export const ethernetRules: readonly Rule<EthernetDerivedId>[] = [
  frameOverheadBytes,
  maxIpBytes,
  maxFrameBytes,
  goodputBoundGbps,
  ethernetPacketBeats,
  transmitBufferBeats,
  pauseStopCycles,
  peerPauseQuanta,
  pauseHeadroomBeats,
  receiveBufferBeats,
  pauseXoffBeats,
  pauseXonBeats,
];

/** The Ethernet port of an adapter that has one. */
export function ethernetOf({ ethernet }: Pick<NicDesign, "ethernet">): EthernetDesign {
  if (ethernet === null) throw new TypeError("this adapter has native frames");
  return ethernet;
}

import type { SwitchDerivedId } from "../design/switch.ts";
import { nextPow2 } from "./formula-functions.ts";
import { coreStages, sumCycles } from "./latency.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil, log2 } = Math;

/** Pages of an input buffer beyond the shares of its lanes. */
export const sparePages = 4;

const internalPorts = rule(
  "internalPorts",
  {
    unit: "ports",
    formula: "ports + 1",
    source: "InfiniBand vol. 1, switches: port 0 is the management port",
  },
  ["ports"],
  {},
  (n) => n.ports + 1,
);

const portBits = rule(
  "portBits",
  { unit: "bits", formula: "ceil(log2(internalPorts))", source: "number of a port, 0 ... ports" },
  ["internalPorts"],
  {},
  (n) => ceil(log2(n.internalPorts)),
);

const crossbarStages = rule(
  "crossbarStages",
  {
    unit: "cycles",
    formula: "internalPorts <= tile ? 1 : internalPorts <= tile * tile ? 2 : 3",
    source: "at most eight inputs to a multiplexer between two registers",
  },
  ["internalPorts"],
  { tile: [8, "inputs"] },
  (n) => (n.internalPorts <= n.tile ? 1 : n.internalPorts <= n.tile * n.tile ? 2 : 3),
);

const flightBeats = rule(
  "flightBeats",
  {
    unit: "beats",
    formula: "crossbarStages + requestStages + pickStages",
    source:
      "from the request for a packet, where room is looked at, to its beats' place in the transmit queue",
  },
  ["crossbarStages", "requestStages"],
  { pickStages: [7, "cycles"] },
  (n) => n.crossbarStages + n.requestStages + n.pickStages,
);

const voqHeadroomPackets = rule(
  "voqHeadroomPackets",
  {
    unit: "packets",
    formula: "ceil(waitingPackets / dataLanes)",
    source:
      "longest packets that wait at an input for busy outputs while others pass: 16, shared by the lanes",
  },
  ["dataLanes"],
  { waitingPackets: [16, "packets"] },
  (n) => ceil(n.waitingPackets / n.dataLanes),
);

/** Internal ports up to which a period is long enough for all rivals of a starving pair: docs/proofs.md. */
const boundedPorts = 17;

const starvationCycles = rule(
  "starvationCycles",
  {
    unit: "cycles",
    formula:
      "nextPow2(max(4 * internalPorts * maxPacketBeats, internalPorts > bounded ? 0 : (islip ? internalPorts * internalPorts : 2 * internalPorts - 1) * (2 * (maxPacketBeats + ends) + 6)))",
    source:
      "four rounds of longest packets from every input, and two turns of each rival: who waits longer is starving and goes first",
  },
  ["internalPorts", "maxPacketBeats", "islip"],
  { bounded: [boundedPorts, "ports"], ends: [4, "cycles"] },
  (n) => {
    const rivals = n.islip ? n.internalPorts * n.internalPorts : 2 * n.internalPorts - 1;
    const bound = n.internalPorts > n.bounded ? 0 : rivals * (2 * (n.maxPacketBeats + n.ends) + 6);
    return nextPow2(Math.max(4 * n.internalPorts * n.maxPacketBeats, bound));
  },
);

const pageBeats = rule(
  "pageBeats",
  {
    unit: "beats",
    formula: "beatsPerBlock",
    source: "a page holds a credit block, so that credits and pages never disagree",
  },
  ["beatsPerBlock"],
  {},
  (n) => n.beatsPerBlock,
);

const pagesPerPort = rule(
  "pagesPerPort",
  {
    unit: "pages",
    formula: "dataLanes * ceil(vlBufferBeats / pageBeats) + ceil(vl15BufferBeats / pageBeats) + spare",
    source:
      "every lane's buffer in whole pages; four more: the write side holds two, and the ring of free pages never runs empty",
  },
  ["dataLanes", "vlBufferBeats", "vl15BufferBeats", "pageBeats"],
  { spare: [sparePages, "pages"] },
  (n) => n.dataLanes * ceil(n.vlBufferBeats / n.pageBeats) + ceil(n.vl15BufferBeats / n.pageBeats) + n.spare,
);

const managementPages = rule(
  "managementPages",
  {
    unit: "pages",
    formula: "3 * ceil(maxPacketBeats / pageBeats)",
    source: "of a data lane of port 0, which promises no credits: one packet leaves, one waits, one arrives",
  },
  ["maxPacketBeats", "pageBeats"],
  {},
  (n) => 3 * ceil(n.maxPacketBeats / n.pageBeats),
);

const multicastCopies = rule(
  "multicastCopies",
  {
    unit: "copies",
    formula: "2 * internalPorts",
    source: "of each lane: one packet's copies leave while the next one's are made",
  },
  ["internalPorts"],
  {},
  (n) => 2 * n.internalPorts,
);

const portToPortCycles = rule(
  "portToPortCycles",
  {
    unit: "cycles",
    formula: "rxPipelineCycles + coreStages + requestStages + crossbarStages + txPipelineCycles",
    source: "latency budget: MII in to MII out, cut-through, idle switch",
  },
  ["rxPipelineCycles", "requestStages", "crossbarStages", "txPipelineCycles"],
  { coreStages: [sumCycles(coreStages), "cycles"] },
  (n) => n.rxPipelineCycles + n.coreStages + n.requestStages + n.crossbarStages + n.txPipelineCycles,
);

const aggregateGbps = rule(
  "aggregateGbps",
  {
    unit: "Gb/s",
    formula: "ports * rateGbps",
    source: "all external ports together, one direction",
  },
  ["ports", "rateGbps"],
  {},
  (n) => n.ports * n.rateGbps,
);

const packetMemoryBits = rule(
  "packetMemoryBits",
  {
    unit: "bits",
    formula:
      "(ports * pagesPerPort + dataLanes * managementPages + ceil(vl15BufferBeats / pageBeats) + spare) * pageBeats * datapathBits",
    source: "packet bytes that the ingress buffers of the device hold; marks and code bits not counted",
  },
  ["ports", "pagesPerPort", "dataLanes", "managementPages", "vl15BufferBeats", "pageBeats", "datapathBits"],
  { spare: [sparePages, "pages"] },
  (n) =>
    (n.ports * n.pagesPerPort +
      n.dataLanes * n.managementPages +
      ceil(n.vl15BufferBeats / n.pageBeats) +
      n.spare) *
    n.pageBeats *
    n.datapathBits,
);

/** What the numbers of a switch's port rest on. */
export const switchFrontRules: readonly Rule<SwitchDerivedId>[] = [
  internalPorts,
  portBits,
  crossbarStages,
  flightBeats,
  voqHeadroomPackets,
];

/** What rests on the numbers of a switch's port. */
export const switchBackRules: readonly Rule<SwitchDerivedId>[] = [
  portToPortCycles,
  starvationCycles,
  pageBeats,
  pagesPerPort,
  managementPages,
  multicastCopies,
  aggregateGbps,
  packetMemoryBits,
];

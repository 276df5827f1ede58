import type { Problem } from "../description/index.ts";
import type { SwitchDesign } from "../design/switch.ts";
import { largestTable, tableBits } from "../elaborate/index.ts";
import { round } from "./rate.ts";

/** External ports up to which the wavefront goes without a warning. */
const wavefrontPorts = 16;

/** The wavefront runs through all ports within a cycle. */
export function checkScheduler(design: SwitchDesign): readonly Problem[] {
  const { scheduler, ports, clockMHz } = design;
  if (scheduler.kind !== "wavefront" || ports <= wavefrontPorts) return [];
  const cells = 2 * design.derived.internalPorts.value;
  return [
    {
      code: "LW_WAVEFRONT_CHAIN",
      severity: "warning",
      message: `the wavefront is one combinational chain of ${cells} cells (2 * internalPorts), within a cycle of ${round(1000 / clockMHz)} ns`,
      value: `${ports} ports, ${round(1e6 / clockMHz / cells)} ps a cell`,
      limit: `${wavefrontPorts} ports, ${2 * (wavefrontPorts + 1)} cells`,
      remedy: 'write scheduler: { kind: "islip" }, or lower clockMHz',
      path: ["scheduler", "kind"],
      uses: ["scheduler", "ports", "clockMHz"],
    },
  ];
}

/** Tables reach every port, and stay small beside the packets. */
export function checkTables(design: SwitchDesign): readonly Problem[] {
  const { unicastEntries } = design.tables;
  const problems: Problem[] = [];
  const lids = unicastEntries - 1;
  const needed = design.ports + 1;
  if (lids < needed) {
    problems.push({
      code: "LW_SMALL_FORWARDING_TABLE",
      severity: "warning",
      message: `the forwarding table has ${lids} LIDs; a node at every port and the switch itself take ${needed}`,
      value: `${unicastEntries} rows, LIDs 1 ... ${lids}`,
      limit: `at least ${64 * Math.ceil((needed + 1) / 64)} rows`,
      remedy: `set tables.unicastEntries to ${64 * Math.ceil((needed + 1) / 64)} or more`,
      path: ["tables", "unicastEntries"],
      uses: ["tables", "ports"],
    });
  }
  const bits = tableBits(design);
  const packets = design.derived.packetMemoryBits.value;
  if (bits > packets) {
    problems.push({
      code: "LW_LARGE_TABLES",
      severity: "warning",
      message: `the tables take more memory than the packets: each input keeps its own copy of them, in two banks`,
      value: `${megabits(bits)} of tables, ${megabits(packets)} of packets`,
      limit: "no more than the packets",
      remedy: `lower tables.${largestTable(design)}, or accept it`,
      path: ["tables"],
      uses: ["tables", "ports", "virtualLanes", "mtuBytes", "derived"],
    });
  }
  return problems;
}

/** Packet memory that a large die has room for beside its logic, bits. */
const largestMemory = 2 ** 30;

/** Ports times rate times round trip: memory that somebody has to pay for. */
export function checkPacketMemory(design: SwitchDesign): readonly Problem[] {
  const bits = design.derived.packetMemoryBits.value;
  if (bits <= largestMemory) return [];
  const { pagesPerPort, pageBeats, aggregateGbps } = design.derived;
  const ofPort = pagesPerPort.value * pageBeats.value * design.datapathBits;
  const { data } = design.port.virtualLanes;
  return [
    {
      code: "LW_LARGE_PACKET_MEMORY",
      severity: "warning",
      message: `${design.ports} ports with ${data} lossless lanes each, ${round(aggregateGbps.value / 1000)} Tb/s together, take ${megabits(bits)} of packet memory`,
      value: `${megabits(bits)}, ${megabits(ofPort)} a port (${pagesPerPort.value} pages)`,
      limit: `${megabits(largestMemory)}, what a large die has room for`,
      remedy: "lower ports.cableMeters, mtuBytes, virtualLanes.data or ports.count, or accept it",
      path: ["ports"],
      uses: ["ports", "virtualLanes", "mtuBytes", "clockMHz", "datapathBits", "derived"],
    },
  ];
}

function megabits(bits: number): string {
  return `${round(bits / 1e6)} Mbit`;
}

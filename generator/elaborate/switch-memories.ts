import type { MemoryBlock } from "../design/link.ts";
import type { SwitchDesign } from "../design/switch.ts";
import { protectedBits } from "../math/secded.ts";
import { ingressCounters } from "./ingress-registers.ts";
import { memoryBlock } from "./memories.ts";

type Device = Omit<SwitchDesign, "memories">;

const { ceil, log2, max, min } = Math;

/** Bits of an index into `count` things; at least 1. */
const indexBits = (count: number): number => max(1, ceil(log2(count)));

/** The tables of all internal ports: each has its own, so that all look up at once. */
export function tableMemories(device: Device): readonly MemoryBlock[] {
  const ports = device.derived.internalPorts.value;
  const { unicastEntries, multicastEntries, partitionKeys } = device.tables;
  const parity = device.memoryProtection === "secded" ? 1 : 0;
  const groups = ceil(ports / 32);
  const multicast =
    multicastEntries > 0
      ? [memoryBlock("multicast_table (2 banks)", ports * 2 * multicastEntries, ports + groups * parity)]
      : [];
  return [
    memoryBlock("unicast_table (2 banks)", ports * 2 * unicastEntries, 8 + parity),
    ...multicast,
    memoryBlock("sl_to_vl", ports * 16 * ports, 4 + parity),
    memoryBlock("partition_keys", ports * partitionKeys, 17),
  ];
}

/** Bits of all tables of a device. */
export function tableBits(device: Device): number {
  return tableMemories(device).reduce((sum, { bits }) => sum + bits, 0);
}

/** The packet buffers of all internal ports, and the lists that keep their packets in order. */
function bufferMemories(device: Device): readonly MemoryBlock[] {
  const { internalPorts, pageBeats, pagesPerPort, multicastCopies } = device.derived;
  const { datapathBits, virtualLanes, derived } = device.port;
  const ports = internalPorts.value;
  const pages = pagesPerPort.value;
  const lanes = virtualLanes.data + 1;
  const slots = multicastCopies.value * lanes;
  const pageBits = indexBits(pages);
  const framingBits = pageBits + 2;
  const rowBits = framingBits + indexBits(datapathBits / 32) + datapathBits;
  const secded = device.memoryProtection === "secded";
  const row = (bits: number, firmBits: number) => (secded ? protectedBits(bits, firmBits) : bits);
  // Port 0 promises no credits and has fewer pages for data.
  const saved = device.derived.managementPages.value - ceil(derived.vlBufferBeats.value / pageBeats.value);
  const allPages = ports * pages + virtualLanes.data * saved;
  const beatBits = ceil(log2(derived.maxPacketBeats.value + 1));
  const ticketBits = 1 + indexBits(slots) + pageBits + indexBits(lanes) + beatBits;
  const groupBits = 4 + indexBits(max(2, device.tables.multicastEntries)) + ceil(log2(ports + 1));
  return [
    memoryBlock("voq_memory", allPages * pageBeats.value, row(rowBits, framingBits)),
    memoryBlock("voq_pages (free pages)", allPages, pageBits),
    memoryBlock("voq_lists", ports * (pages + slots), max(8, min(12, pageBits)) + ticketBits),
    memoryBlock("multicast_copier (groups, uses)", ports * pages, groupBits),
    memoryBlock("multicast_copier (free places)", ports * slots, indexBits(slots)),
    memoryBlock(
      "management_memory",
      derived.txQueueBeats.value,
      row(datapathBits + indexBits(datapathBits / 32) + indexBits(ports) + 6, 1),
    ),
  ];
}

/** Memories of the whole device: of its internal ports, and of the links of its external ones. */
export function switchMemories(device: Device): MemoryBlock[] {
  const links = device.port.memories.map((one) =>
    memoryBlock(one.module, device.ports * one.words, one.bitsPerWord),
  );
  const { internalPorts } = device.derived;
  const counters = 2 ** ceil(log2(ingressCounters({ ...device, memories: [] }).length));
  return [
    ...bufferMemories(device),
    ...tableMemories(device),
    memoryBlock("ingress_counters", internalPorts.value * counters, device.port.derived.counterBits.value),
    ...links,
  ];
}

/** The largest part of the tables, by its key in a description. */
export function largestTable(device: Device): "unicastEntries" | "multicastEntries" {
  const [unicast, multicast] = tableMemories(device);
  return (multicast?.bits ?? 0) > (unicast?.bits ?? 0) && device.tables.multicastEntries > 0
    ? "multicastEntries"
    : "unicastEntries";
}

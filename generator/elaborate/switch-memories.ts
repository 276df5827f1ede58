import type { Derived, MemoryBlock } from "../design/link.ts";
import type { SwitchDerivedId, SwitchDesign } from "../design/switch.ts";
import { protectedBits } from "../math/secded.ts";
import { memoryBlock } from "./memories.ts";

type Device = Pick<SwitchDesign, "ports" | "tables" | "memoryProtection" | "port"> & {
  readonly derived: Readonly<Record<SwitchDerivedId, Derived>>;
};

const { ceil, log2, max } = Math;

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

/** The packet buffers of all internal ports, and the lists that keep them in order. */
function bufferMemories(device: Device): readonly MemoryBlock[] {
  const { internalPorts, pageBeats, pagesPerPort, multicastCopies } = device.derived;
  const ports = internalPorts.value;
  const pages = pagesPerPort.value;
  const lanes = device.port.virtualLanes.data + 1;
  const secded = device.memoryProtection === "secded";
  const pageBits = indexBits(pages);
  const rowBits = device.port.datapathBits + indexBits(device.port.datapathBits / 32) + 2 + pageBits;
  const entries = pages + (device.tables.multicastEntries > 0 ? multicastCopies.value * lanes : 0);
  return [
    memoryBlock("voq_memory", ports * pages * pageBeats.value, secded ? protectedBits(rowBits) : rowBits),
    memoryBlock("voq_pages (free pages)", ports * pages, pageBits),
    memoryBlock("voq_lists", ports * entries, indexBits(entries)),
  ];
}

/** Memories of the whole device: of its internal ports, and of the links of its external ones. */
export function switchMemories(device: Device): MemoryBlock[] {
  const links = device.port.memories.map((one) =>
    memoryBlock(one.module, device.ports * one.words, one.bitsPerWord),
  );
  return [...bufferMemories(device), ...tableMemories(device), ...links];
}

/** The largest part of the tables, by its key in a description. */
export function largestTable(device: Device): "unicastEntries" | "multicastEntries" {
  const [unicast, multicast] = tableMemories(device);
  return (multicast?.bits ?? 0) > (unicast?.bits ?? 0) && device.tables.multicastEntries > 0
    ? "multicastEntries"
    : "unicastEntries";
}

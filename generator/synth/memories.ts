import type { MemoryBlock } from "../design/link.ts";
import { isBlockRam, isClocked, isLutMemory, isMemory } from "./cells.ts";
import type { ArrayOfModule } from "./elaborated.ts";
import type { Netlist } from "./netlist.ts";
import type { MemoryHome, MemoryResult } from "./types.ts";

/** A memory of the design: the modules and arrays of the Verilog that hold it. */
interface BlockRule {
  readonly block: string;
  /** Module without the device's name in front, and array. */
  readonly module: string;
  readonly array: RegExp;
  /** True where it is read without a clock, for LUT memory. */
  readonly unclocked?: boolean;
}

/** Where each memory of `elaborate/memories.ts` and `elaborate/switch-memories.ts` stands in the Verilog. */
const blockRules: readonly BlockRule[] = [
  { block: "vl_tx_buffer", module: "vl_tx_memory", array: /^mem$/ },
  { block: "vl_rx_buffer", module: "vl_rx_memory", array: /^mem$/ },
  { block: "replay_buffer", module: "replay_memory", array: /^mem$/ },
  { block: "replay_buffer (index)", module: "replay_index", array: /^mem$/ },
  { block: "link_counters", module: "link_counters", array: /^memory$/ },
  { block: "icrc_rx", module: "icrc_rx", array: /./, unclocked: true },
  { block: "voq_memory", module: "voq_memory", array: /^mem$/ },
  { block: "voq_pages (free pages)", module: "voq_pages", array: /^ring$/ },
  { block: "voq_lists", module: "voq_lists", array: /^next_mem$/ },
  { block: "multicast_copier (groups, uses)", module: "multicast_copier", array: /^(group|uses)_mem$/ },
  {
    block: "multicast_copier (free places)",
    module: "multicast_copier",
    array: /^slot_ring$/,
    unclocked: true,
  },
  { block: "management_memory", module: "management_memory", array: /^mem$/ },
  { block: "unicast_table (2 banks)", module: "table_memory", array: /^mem$/ },
  { block: "multicast_table (2 banks)", module: "table_memory", array: /^mem$/ },
  { block: "sl_to_vl", module: "sl_to_vl", array: /^mem$/, unclocked: true },
  { block: "ingress_counters", module: "ingress_counters", array: /^memory$/ },
];

/** Memories that are registers by intent: compared with all at once. */
const registerBlocks: ReadonlySet<string> = new Set(["partition_keys"]);

/** Arrays of more bits than this that the design does not list are memories all the same. */
const smallBits = 1024;

/**
 * Where each array of a module ended up. `mustBeMemory` is set for the memories of the design, and for large arrays that
 * it does not list; not for those that are read without a clock on a target without LUT memory.
 */
export function memoriesOf(
  blocks: readonly MemoryBlock[],
  module: string,
  arrays: readonly ArrayOfModule[],
  netlist: Netlist,
  instances: number,
  hasLutMemory: boolean,
): readonly MemoryResult[] {
  const known = new Set(blocks.map((block) => block.module));
  return arrays.flatMap(({ name, words, bitsPerWord }) => {
    const home = homeOf(name, netlist);
    if (home === undefined) return [];
    const rule = blockRules.find((one) => one.module === module && one.array.test(name));
    const block = rule !== undefined && known.has(rule.block) ? rule.block : "";
    const listed = block !== "" || words * bitsPerWord > smallBits;
    const mustBeMemory =
      listed &&
      (hasLutMemory || rule?.unclocked === false || (rule !== undefined && rule.unclocked !== true));
    return [{ block, module, array: name, words, bitsPerWord, instances, home, mustBeMemory }];
  });
}

/** Undefined where nothing of the array is left, as nobody reads it. */
function homeOf(array: string, { cells, names }: Netlist): MemoryHome | undefined {
  const mine = cells.filter(({ name }) => name === array || name.startsWith(`${array}.`));
  if (mine.some(({ type }) => isBlockRam(type))) return "block";
  if (mine.some(({ type }) => isLutMemory(type))) return "lut";
  const [left] = mine.filter(({ type }) => isMemory(type));
  if (left !== undefined) return isClocked(left) ? "block" : "lut";
  return Object.values(names).some((name) => name.startsWith(`${array}[`)) ? "flip-flops" : undefined;
}

/** Names of the design's memories for which no array of the device was found. */
export function blocksWithoutArray(
  blocks: readonly MemoryBlock[],
  found: readonly MemoryResult[],
): readonly MemoryBlock[] {
  const there = new Set(found.map(({ module, array }) => `${module}/${array}`));
  return blocks.filter(({ module: block }) => {
    if (registerBlocks.has(block)) return false;
    const rules = blockRules.filter((rule) => rule.block === block);
    return !rules.some((rule) =>
      found.some(
        ({ module, array }) =>
          module === rule.module && rule.array.test(array) && there.has(`${module}/${array}`),
      ),
    );
  });
}

import type { MemoryBlock } from "../design/link.ts";
import type { Diagnostic } from "../diagnostics.ts";
import { isBlockRam, isClocked, isLutMemory, isMemory } from "./cells.ts";
import type { ArrayOfModule } from "./elaborated.ts";
import type { Netlist } from "./netlist.ts";
import type { MemoryHome, MemoryResult, Target } from "./types.ts";

/** A memory of the design: the modules and arrays of the Verilog that hold it. */
interface BlockRule {
  readonly block: string;
  /** Module without the device's name in front, and array. */
  readonly module: string;
  readonly array: RegExp;
  /** True where it is read without a clock, for LUT memory. */
  readonly unclocked?: boolean;
}

/**
 * Where each memory of `elaborate/memories.ts` and `elaborate/switch-memories.ts` stands in the Verilog. Those of
 * `elaborate/nic-tables.ts` have the names of their modules, which hold nothing else.
 */
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
  { block: "async_fifo (transmit)", module: "async_fifo", array: /^mem$/ },
  { block: "async_fifo (receive)", module: "async_fifo", array: /^mem$/ },
  { block: "pcs_deskew", module: "pcs_deskew_lane", array: /^mem$/ },
  { block: "rs_decoder", module: "rs_decoder", array: /^delay_mem$/ },
  { block: "pcs_rx", module: "pcs_rx", array: /^mem$/ },
  { block: "ingress_counters", module: "ingress_counters", array: /^memory$/ },
];

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
    const own = known.has(module) ? { block: module, unclocked: false } : undefined;
    const rule = blockRules.find((one) => one.module === module && one.array.test(name)) ?? own;
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

/** The problem of memories that became flip-flops, one each. */
export function memoryProblems(memories: readonly MemoryResult[], target: Target): readonly Diagnostic[] {
  return memories
    .filter(({ home, mustBeMemory }) => mustBeMemory && home === "flip-flops")
    .map((one) => memoryProblem(one.module, one.block, { ...one, name: one.array }, target));
}

/** A memory that is none on a target. @param block name in the design's list, or nothing */
export function memoryProblem(
  module: string,
  block: string,
  { name, words, bitsPerWord }: ArrayOfModule,
  target: string,
): Diagnostic {
  return {
    code: "LW_MEMORY_FLIPFLOPS",
    severity: "error",
    message: `the memory ${name} of ${module}${block === "" ? "" : ` (${block})`} became flip-flops on ${target}`,
    value: `${words} words of ${bitsPerWord} bits, ${(words * bitsPerWord).toLocaleString("en-US")} flip-flops`,
    limit: "block RAM or LUT memory",
    remedy:
      "give it one port to write and one to read, and a read register that has no reset and no other source",
  };
}

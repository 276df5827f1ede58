import type { BaseRDerivedId, BaseRDesign, BaseRFormat } from "../design/base-r.ts";
import type { MemoryBlock } from "../design/link.ts";
import type { AnyDerivedId } from "../design/switch.ts";
import { baseRFormatOf } from "./base-r-formats.ts";
import { baseRRules } from "./base-r-rules.ts";
import { memoryBlock } from "./memories.ts";
import type { PcsBasis } from "./pcs.ts";
import { derivePcs, latencyRules, type Stage, type Stages } from "./pcs-budget.ts";
import type { Rule } from "./rule.ts";

type Numbers = Readonly<Record<BaseRDerivedId, number>>;

const blockBits = 66;

/**
 * A PCS without FEC with everything decided; undefined when the rate has none, or none over so many lanes.
 * @param overrides derived numbers set by hand; `laneBits` chooses the SerDes
 */
export function elaborateBaseR(
  link: Omit<PcsBasis, "fec">,
  overrides: Readonly<Partial<Record<AnyDerivedId, number>>> = {},
): BaseRDesign | undefined {
  const { rateGbps, clockMHz, datapathBits, lanes } = link;
  const format = baseRFormatOf(rateGbps);
  const serdesBits = format?.laneBits[format.laneCounts.indexOf(lanes.count)];
  if (format === undefined || serdesBits === undefined) return undefined;
  const { pcsLanes, berWindowUs } = format;
  const ofFormat = { laneCount: lanes.count, pcsLanes, serdesBits, berWindowUs };
  const { numbers, derived, latencyBudget } = derivePcs<BaseRDerivedId>(
    baseRRules,
    (n) => stagesOf(format, n),
    { rateGbps, clockMHz, datapathBits, ...ofFormat },
    overrides,
  );
  return { kind: "base-r", lanes, format, derived, latencyBudget, memories: memoriesOf(format, numbers) };
}

/** Every rule of such a PCS, for documents: cycles of the stages are those of no particular width. */
export function baseRRulesOf(format: BaseRFormat): readonly Rule<BaseRDerivedId>[] {
  const none = Object.fromEntries(baseRRules.map(({ id }) => [id, 1])) as Record<BaseRDerivedId, number>;
  return [...baseRRules, ...latencyRules(stagesOf(format, none), format.pcsLanes)];
}

/** Stages in the order in which a column meets them; the way through a FIFO is that of a word that finds it empty. */
function stagesOf({ pcsLanes }: BaseRFormat, n: Numbers): Stages {
  const lane = "lane_clk" as const;
  const many = pcsLanes > 1;
  /** Clocks in which the lanes carry so many blocks. */
  const clocks = (blocks: number): number => Math.ceil((blocks * blockBits) / n.lineBits);
  const row = clocks(pcsLanes);
  const tx: Stage[] = [
    { module: "pcs_encode", what: "64B/66B encode", clock: "clk", cycles: 1 },
    { module: "async_fifo", what: "cross into the lanes' clock", clock: lane, cycles: 4 },
    {
      module: "async_fifo",
      what: "words kept there, so that the lanes find one whenever they need it",
      clock: lane,
      cycles: clocks((n.crossingWords / 4) * n.blocksPerWord),
    },
    {
      module: "pcs_scrambler",
      what: "scramble",
      clock: lane,
      cycles: many ? clocks(2 * n.blocksPerWord) : 2,
    },
  ];
  const rx: Stage[] = [
    {
      module: "pcs_block_sync",
      what: "cut into blocks",
      clock: lane,
      cycles: Math.ceil((n.syncBlocks * blockBits) / n.pcsLaneBits),
    },
  ];
  if (many) {
    tx.push({ module: "pcs_tx_rows", what: "deal to the PCS lanes", clock: lane, cycles: row });
    tx.push({ module: "pcs_tx_markers", what: "markers in", clock: lane, cycles: 1 });
    rx.push({ module: "pcs_marker_lock", what: "look for markers", clock: lane, cycles: 2 });
    rx.push({ module: "pcs_deskew", what: "deskew, reorder", clock: lane, cycles: 3 });
  }
  const gather = many ? Math.ceil(pcsLanes / n.blocksPerWord) : clocks(n.blocksPerWord);
  tx.push({ module: "pcs_tx_gearbox", what: "cut into words of the lanes", clock: lane, cycles: 1 });
  rx.push(
    { module: "pcs_rx_words", what: "gather a word", clock: lane, cycles: gather },
    { module: "pcs_descrambler", what: "descramble", clock: lane, cycles: 1 },
    { module: "async_fifo", what: "cross into the device's clock", clock: "clk", cycles: 4 },
    { module: "pcs_decode", what: "decode", clock: "clk", cycles: 2 },
  );
  return { tx, rx };
}

function memoriesOf({ pcsLanes }: BaseRFormat, n: Numbers): MemoryBlock[] {
  return [
    memoryBlock("async_fifo (transmit)", n.crossingWords, blockBits * n.blocksPerWord),
    ...(pcsLanes > 1 ? [memoryBlock("pcs_deskew", pcsLanes * n.deskewWords, blockBits)] : []),
    memoryBlock("async_fifo (receive)", n.crossingWords, (blockBits + 1) * n.blocksPerWord),
  ];
}

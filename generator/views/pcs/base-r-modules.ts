import { hex, range } from "../../render/verilog.ts";
import { header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { type BaseRHost, blockBits, counted, sizesOf, vector } from "./base-r-host.ts";
import { lanesModules } from "./base-r-lanes.ts";
import { recordModules } from "./base-r-record.ts";
import { descramblerModule, regroupModule, scramblerModule, txGearboxModule } from "./base-r-streams.ts";
import { berModule, blockSyncModule } from "./base-r-sync.ts";
import type { PcsHost } from "./host.ts";
import { errorBlock } from "./tx-blocks.ts";
import { pcsEncodeBlockView } from "./tx-encode.ts";

/** The modules of a PCS without FEC, sub-modules first; `pcs_encode`, `pcs_tx`, `pcs_rx` and `pcs_decode` are its tops. */
export function baseRModules(host: BaseRHost): readonly ModuleFile[] {
  return [...baseRTxModules(host), ...baseRRxModules(host)];
}

/** From the MII to the lanes. */
export function baseRTxModules(host: BaseRHost): readonly ModuleFile[] {
  const { columns, wordBlocks, pcsLanes } = sizesOf(host);
  const rows = regroupModule(host, "pcs_tx_rows", wordBlocks, pcsLanes);
  return [
    // of the host, that of a block reads the name only
    ["pcs_encode_block", "pcs/pcs_encode_block", pcsEncodeBlockView(host as unknown as PcsHost)],
    regroupModule(host, "pcs_tx_gather", columns, wordBlocks),
    encodeModule(host),
    scramblerModule(host),
    ...(pcsLanes > 1 ? [rows, lanesModules(host).markers] : []),
    txGearboxModule(host),
    txModule(host),
  ];
}

/** From the lanes to the MII. */
export function baseRRxModules(host: BaseRHost): readonly ModuleFile[] {
  const { columns, wordBlocks, rowBlocks, pcsLanes } = sizesOf(host);
  const { markerLock, deskew } = lanesModules(host);
  const blockName = "pcs_decode_block";
  return [
    blockSyncModule(host),
    ...(pcsLanes > 1 ? [markerLock, deskew] : []),
    berModule(host),
    regroupModule(host, "pcs_rx_words", rowBlocks, wordBlocks),
    descramblerModule(host),
    rxModule(host),
    ...recordModules(host),
    [
      blockName,
      `pcs/${blockName}`,
      {
        header: header(host, "Decodes a block of 66 bits into a column of the MII."),
        module: moduleName(host, blockName),
      },
    ],
    regroupModule(host, "pcs_rx_cut", wordBlocks, columns, blockBits + 1),
    decodeModule(host),
  ];
}

function encodeModule(host: BaseRHost): ModuleFile {
  const { columns, wordBlocks } = sizesOf(host);
  return [
    "pcs_encode",
    "pcs/base_r_encode",
    {
      header: header(host, "Encodes columns of the MII into blocks of 66 bits."),
      module: moduleName(host, "pcs_encode"),
      encode_module: moduleName(host, "pcs_encode_block"),
      gather_module: moduleName(host, "pcs_tx_gather"),
      columns: counted(columns, "column"),
      blocks: counted(wordBlocks, "block"),
      count: String(columns),
      gathers: wordBlocks > columns,
      data_range: range(host.datapathBits),
      flags_range: range(host.datapathBits / 8),
      beat_range: range(blockBits * columns),
      word_range: range(blockBits * wordBlocks),
    },
  ];
}

function decodeModule(host: BaseRHost): ModuleFile {
  const { columns, wordBlocks } = sizesOf(host);
  return [
    "pcs_decode",
    "pcs/base_r_decode",
    {
      header: header(host, "Decodes blocks of 66 bits into columns of the MII."),
      module: moduleName(host, "pcs_decode"),
      decode_module: moduleName(host, "pcs_decode_block"),
      cut_module: moduleName(host, "pcs_rx_cut"),
      blocks: counted(wordBlocks, "block"),
      block_count: String(wordBlocks),
      count: String(columns),
      data_range: range(host.datapathBits),
      flags_range: range(host.datapathBits / 8),
      word_range: range(blockBits * wordBlocks),
      marks_range: vector(wordBlocks),
      marked_word_range: range((blockBits + 1) * wordBlocks),
      marked_beat_range: range((blockBits + 1) * columns),
    },
  ];
}

function txModule(host: BaseRHost): ModuleFile {
  const { wordBlocks, pcsLanes, lineBits } = sizesOf(host);
  const stages = host.pcs.latencyBudget.tx.filter((stage) => stage.clock === "lane_clk");
  const many = pcsLanes > 1;
  return [
    "pcs_tx",
    "pcs/base_r_tx",
    {
      header: header(host, "Transmit side of the lanes, without FEC."),
      module: moduleName(host, "pcs_tx"),
      many,
      latency: String(
        stages.filter(({ module }) => module !== "async_fifo").reduce((sum, { cycles }) => sum + cycles, 0),
      ),
      scrambler_module: moduleName(host, "pcs_scrambler"),
      rows_module: moduleName(host, "pcs_tx_rows"),
      markers_module: moduleName(host, "pcs_tx_markers"),
      gearbox_module: moduleName(host, "pcs_tx_gearbox"),
      last: many ? "marked" : "scrambled",
      gearbox_ready: many ? "marked_ready" : "pull",
      error_block: hex((errorBlock << 2n) | 0b01n, blockBits),
      blocks: String(wordBlocks),
      word_range: range(blockBits * wordBlocks),
      row_range: range(blockBits * pcsLanes),
      line_range: range(lineBits),
    },
  ];
}

function rxModule(host: BaseRHost): ModuleFile {
  const { wordBlocks, rowBlocks, badBits, pcsLanes, mux, laneBits, bits, lineBits, numberBits } =
    sizesOf(host);
  return [
    "pcs_rx",
    "pcs/base_r_rx",
    {
      header: header(host, "Receive side of the lanes, without FEC."),
      module: moduleName(host, "pcs_rx"),
      many: pcsLanes > 1,
      sync_module: moduleName(host, "pcs_block_sync"),
      marker_module: moduleName(host, "pcs_marker_lock"),
      deskew_module: moduleName(host, "pcs_deskew"),
      ber_module: moduleName(host, "pcs_ber"),
      words_module: moduleName(host, "pcs_rx_words"),
      descrambler_module: moduleName(host, "pcs_descrambler"),
      line_range: range(lineBits),
      word_range: range(blockBits * wordBlocks),
      marks_range: vector(wordBlocks),
      lanes_range: vector(pcsLanes),
      sum_range: range(badBits),
      blocks_range: range(blockBits * pcsLanes),
      numbers_range: range(numberBits * pcsLanes),
      row_range: range(blockBits * rowBlocks),
      row_bad_range: vector(rowBlocks),
      params: [
        localparam("LANES", pcsLanes, "PCS lanes"),
        localparam("MUX", mux, "PCS lanes on a physical lane"),
        localparam("LANE", laneBits, "bits of a physical lane in a clock"),
        localparam("BITS", bits, "bits of a PCS lane in a clock"),
        localparam("NUMBER", numberBits, "bits: number of a PCS lane"),
      ],
    },
  ];
}

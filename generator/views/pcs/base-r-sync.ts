import { dec, range } from "../../render/verilog.ts";
import { bitsFor, derivedParam, header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { type BaseRHost, blockBits, sizesOf, vector } from "./base-r-host.ts";

/** Good sync headers in a row that are the lock, at all rates. */
const goodHeaders = 64;

/** `templates/pcs/base_r_block_sync.v.hbs`, one for each PCS lane. */
export function blockSyncModule(host: BaseRHost): ModuleFile {
  const { bits, syncBlocks } = sizesOf(host);
  const { pcsLanes, lockErrors, lockWindow } = host.pcs.format;
  const unit = blockBits * syncBlocks;
  const all = unit + bits;
  const totalBits = bitsFor(unit - 1 + bits);
  const windowBits = bitsFor(lockWindow / syncBlocks - 1);
  const errorsBits = bitsFor(lockErrors + syncBlocks);
  const pad = (by: number): string => (by > 0 ? `${by}'d0, ` : "");
  return [
    "pcs_block_sync",
    "pcs/base_r_block_sync",
    {
      header: header(host, "Finds the blocks in the bits of a PCS lane."),
      module: moduleName(host, "pcs_block_sync"),
      clause: pcsLanes > 1 ? "82" : "49",
      alone: pcsLanes === 1,
      good: String(goodHeaders),
      limit: String(lockErrors),
      window: String(lockWindow),
      per_clock:
        syncBlocks > 1 ? `The headers of the ${syncBlocks} blocks of a clock are judged together.` : "",
      bits: String(bits),
      unit: String(unit),
      bits_range: range(bits),
      unit_range: range(unit),
      hold_range: range(unit),
      bad_range: vector(syncBlocks),
      all_range: range(all),
      fill_zero: dec(0, totalBits),
      total_range: range(totalBits),
      total_one: dec(1, totalBits),
      word_pad: pad(unit),
      hold_pad: pad(bits),
      hold_rest: `{ ${pad(unit - bits)}all[${all - 1}:${unit}]}`,
      bad_at: `{${errorsBits - 1}'d0, bad[at]}`,
      window_range: range(windowBits),
      window_zero: dec(0, windowBits),
      window_one: dec(1, windowBits),
      errors_range: range(errorsBits),
      errors_zero: dec(0, errorsBits),
      params: [
        localparam("UNIT", unit, "bits of the blocks that are cut out together"),
        derivedParam("BLOCKS", host.pcs, "syncBlocks"),
        localparam(
          `${range(totalBits)} COMING`,
          dec(bits, totalBits),
          "bits of a PCS lane in a clock, as counted",
        ),
        localparam(`${range(totalBits)} FULL`, dec(unit, totalBits), "UNIT as counted"),
        localparam(
          `${range(windowBits)} GOOD_LAST`,
          dec(goodHeaders / syncBlocks - 1, windowBits),
          "good units that are the lock, less 1",
        ),
        localparam(
          `${range(windowBits)} WINDOW_LAST`,
          dec(lockWindow / syncBlocks - 1, windowBits),
          "units of the window, less 1",
        ),
        localparam(
          `${range(errorsBits)} LIMIT`,
          dec(lockErrors, errorsBits),
          "bad headers of a window that are the loss",
        ),
      ],
    },
  ];
}

/** `templates/pcs/base_r_ber.v.hbs`. */
export function berModule(host: BaseRHost): ModuleFile {
  const { rowBlocks, badBits } = sizesOf(host);
  const { berErrors, berWindowUs } = host.pcs.format;
  const window = host.pcs.derived.berWindowClocks.value;
  const timeBits = bitsFor(window);
  const countBits = bitsFor(berErrors);
  const totalBits = Math.max(countBits, badBits) + 1;
  const at = "s_bad[at]";
  return [
    "pcs_ber",
    "pcs/base_r_ber",
    {
      header: header(host, "Bit error rate of the lanes, by their sync headers."),
      module: moduleName(host, "pcs_ber"),
      limit: String(berErrors),
      window_us: String(berWindowUs),
      bad_range: vector(rowBlocks),
      sum_range: range(badBits),
      sum_zero: dec(0, badBits),
      bad_at: badBits === 1 ? at : `{${badBits - 1}'d0, ${at}}`,
      time_range: range(timeBits),
      time_zero: dec(0, timeBits),
      time_one: dec(1, timeBits),
      count_range: range(countBits),
      count_zero: dec(0, countBits),
      total_range: range(totalBits),
      count_pad: `${totalBits - countBits}'d0, `,
      sum_pad: `${totalBits - badBits}'d0, `,
      params: [
        localparam("HEADERS", rowBlocks, "sync headers that come together"),
        localparam(
          `${range(timeBits)} WINDOW`,
          dec(window, timeBits),
          `cycles: ${host.pcs.derived.berWindowClocks.formula}`,
        ),
        localparam(`${range(totalBits)} LIMIT`, dec(berErrors, totalBits), "bad sync headers of a window"),
      ],
    },
  ];
}

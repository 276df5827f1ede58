import { dec, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, derivedParam, header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { type BaseRHost, blockBits, counted, gcd, sizesOf, vector } from "./base-r-host.ts";

/**
 * `templates/pcs/base_r_regroup.v.hbs`: `from` blocks of `bits` bits in, `to` out. Where lanes may take or give a row in
 * each of two clocks in a row, it takes words as long as it could run dry; else it is enough that one goes out in between.
 */
export function regroupModule(
  host: BaseRHost,
  suffix: string,
  from: number,
  to: number,
  bits = blockBits,
): ModuleFile {
  const step = gcd(from, to);
  const { pcsLanes, bits: laneBits } = sizesOf(host);
  const limit = pcsLanes > 1 && 2 * laneBits > blockBits ? 2 * to - step : to;
  const countBits = bitsFor((from + limit) / step);
  const count = (blocks: number): string => dec(blocks / step, countBits);
  return [
    suffix,
    "pcs/base_r_regroup",
    {
      header: header(host, `Regroups ${counted(from, "block")} to ${counted(to, "block")}.`),
      module: moduleName(host, suffix),
      in_count: counted(from, "block"),
      out_count: counted(to, "block"),
      delay: "1",
      in_range: range(from * bits),
      out_range: range(to * bits),
      hold_range: range((from + limit) * bits),
      count_range: range(countBits),
      zero: dec(0, countBits),
      params: [
        localparam("PIECE", step * bits, "bits: the step by which words move"),
        localparam("IN", from / step, "pieces of a word in"),
        localparam("OUT", to / step, "pieces of a word out"),
        localparam(`${range(countBits)} IN_STEP`, count(from), "the same as counted"),
        localparam(`${range(countBits)} OUT_STEP`, count(to), "the same as counted"),
        localparam("LIMIT", limit / step, "pieces beside which there is room for a word"),
        localparam(`${range(countBits)} LIMIT_STEP`, count(limit), "the same as counted"),
      ],
    },
  ];
}

/** From a word that goes in to the same that comes out. */
const scramblerCycles = 2;

/** `templates/pcs/base_r_scrambler.v.hbs`, for words that cross. */
export function scramblerModule(host: BaseRHost): ModuleFile {
  const { wordBlocks, pcsLanes } = sizesOf(host);
  const payload = 64 * wordBlocks;
  const stages: View[] = [];
  for (let at = 0; 39 * 2 ** at < payload; at++) {
    const back = 58 * 2 ** at;
    stages.push({
      from: String(at),
      to: String(at + 1),
      back: String(back),
      near: String(19 * 2 ** at),
      history_range: range(back),
      span_range: range(back + payload),
      payload_range: range(payload),
      top: String(back + payload - 1),
    });
  }
  const loop = 58 * 2 ** stages.length;
  return [
    "pcs_scrambler",
    "pcs/base_r_scrambler",
    {
      header: header(host, `Scrambles words of ${counted(wordBlocks, "block")}.`),
      module: moduleName(host, "pcs_scrambler"),
      waits: pcsLanes > 1,
      stage_count: counted(stages.length, "stage"),
      stages,
      last: String(stages.length),
      word_range: range(blockBits * wordBlocks),
      payload_range: range(payload),
      headers_range: range(2 * wordBlocks),
      loop_range: range(loop),
      loop_near: String(19 * 2 ** stages.length),
      loop_next: loop > payload ? `{sent, sent_reg[LOOP - 1:PAYLOAD]}` : "sent",
      params: [
        derivedParam("BLOCKS", host.pcs, "blocksPerWord"),
        localparam("PAYLOAD", payload, "bits: 64 * BLOCKS"),
        localparam("LOOP", loop, "bits: the history of the loop, 58 * 2^stages"),
      ],
    },
  ];
}

/** `templates/pcs/base_r_descrambler.v.hbs`. */
export function descramblerModule(host: BaseRHost): ModuleFile {
  const { wordBlocks } = sizesOf(host);
  const payload = 64 * wordBlocks;
  return [
    "pcs_descrambler",
    "pcs/base_r_descrambler",
    {
      header: header(host, `Descrambles words of ${counted(wordBlocks, "block")}.`),
      module: moduleName(host, "pcs_descrambler"),
      word_range: range(blockBits * wordBlocks),
      payload_range: range(payload),
      span_range: range(payload + 58),
      marks_range: vector(wordBlocks),
      marks: wordBlocks === 1 ? "bad | fresh_reg" : `bad | {{BLOCKS-1{1'b0}}, fresh_reg}`,
      params: [
        derivedParam("BLOCKS", host.pcs, "blocksPerWord"),
        localparam("PAYLOAD", payload, "bits: 64 * BLOCKS"),
      ],
    },
  ];
}

/** `templates/pcs/base_r_tx_gearbox.v.hbs`. */
export function txGearboxModule(host: BaseRHost): ModuleFile {
  const { wordBlocks, pcsLanes, mux, laneBits, bits, lineBits } = sizesOf(host);
  const unit = blockBits * (pcsLanes > 1 ? 1 : wordBlocks);
  const all = unit + bits - gcd(unit, bits);
  const fillBits = bitsFor(Math.max(all, bits));
  return [
    "pcs_tx_gearbox",
    "pcs/base_r_tx_gearbox",
    {
      header: header(host, `Cuts blocks into words of the lanes, ${laneBits} bits each.`),
      module: moduleName(host, "pcs_tx_gearbox"),
      ahead: pcsLanes === 1,
      ahead_cycles: String(scramblerCycles),
      bits: String(bits),
      unit: String(unit),
      units_range: range(unit * pcsLanes),
      line_range: range(lineBits),
      fill_range: range(fillBits),
      fill_zero: dec(0, fillBits),
      all_range: range(all),
      pad: all > unit ? `${all - unit}'d0, ` : "",
      params: [
        localparam("LANES", pcsLanes, "PCS lanes"),
        localparam("MUX", mux, "PCS lanes on a physical lane"),
        derivedParam("LANE", host.pcs, "laneBits"),
        derivedParam("BITS", host.pcs, "pcsLaneBits"),
        localparam("UNIT", unit, "bits of a PCS lane that come together"),
        localparam("ALL", all, "bits of a PCS lane that are there at most: UNIT + BITS - gcd(UNIT, BITS)"),
        localparam(`${range(fillBits)} FULL`, dec(bits, fillBits), "BITS as counted"),
        localparam(
          `${range(fillBits)} REST`,
          dec((unit - bits + 2 ** fillBits) % 2 ** fillBits, fillBits),
          "UNIT - BITS as counted",
        ),
      ],
    },
  ];
}

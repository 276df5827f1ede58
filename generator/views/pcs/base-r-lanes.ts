import { dec, hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, derivedParam, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { type BaseRHost, blockBits, sizesOf } from "./base-r-host.ts";

/**
 * M0, M1, M2 of each PCS lane, M0 first on the wire (IEEE Std 802.3 tables 82-2 and 82-3); M4-6 are their complement.
 * That of 100GBASE-R stands so in two independent public transcriptions (the parameters of a vendor's hard MAC, whose M4-6
 * are the complement, and LiteEth's model); that of 40GBASE-R in two (CESNET's and a private implementation).
 */
const marks: Readonly<Record<number, readonly string[]>> = {
  4: ["907647", "f0c4e6", "c5659b", "a2793d"],
  20: [
    ...["c16821", "9d718e", "594be8", "4d957b", "f50709", "dd14c2", "9a4a26", "7b4566", "a02476", "68c9fb"],
    ...["fd6c99", "b99155", "5cb9b2", "1af8bd", "83c7ca", "3536cd", "c4314c", "add6b7", "5f662a", "c0f0e5"],
  ],
};

/** Markers in a row that are not there when they are due: the lane is lost. */
const missesToLose = 4;

/** M0-2 of a lane as 24 bits, M0 in the low ones. */
function markOf(bytes: string): string {
  const octets = bytes.match(/../gu) ?? [];
  return hex(Number.parseInt(octets.reverse().join(""), 16), 24);
}

/** The modules that only several PCS lanes need. */
export function lanesModules(host: BaseRHost): {
  readonly markers: ModuleFile;
  readonly markerLock: ModuleFile;
  readonly deskew: ModuleFile;
} {
  const { pcsLanes, numberBits } = sizesOf(host);
  const period = host.pcs.derived.markerPeriodBlocks.value;
  const depth = host.pcs.derived.deskewWords.value;
  const countBits = bitsFor(period);
  const missesBits = bitsFor(missesToLose - 1);
  const addressBits = indexBits(depth);
  const shared: View = {
    period: String(period),
    row_range: range(blockBits * pcsLanes),
    blocks_range: range(blockBits * pcsLanes),
    lanes_range: range(pcsLanes),
    numbers_range: range(numberBits * pcsLanes),
    number_range: range(numberBits),
    number_zero: dec(0, numberBits),
    count_range: range(countBits),
    count_zero: dec(0, countBits),
    count_one: dec(1, countBits),
    misses: String(missesToLose),
    misses_range: range(missesBits),
    misses_zero: dec(0, missesBits),
    misses_one: dec(1, missesBits),
    depth: String(depth),
    address_range: range(addressBits),
    address_zero: dec(0, addressBits),
    address_one: dec(1, addressBits),
    lanes: (marks[pcsLanes] ?? []).map((bytes, at) => ({ number: String(at), mark: markOf(bytes) })),
  };
  const lanes = localparam("LANES", pcsLanes, "PCS lanes");
  const periodParam = localparam(
    `${range(countBits)} PERIOD`,
    dec(period, countBits),
    "blocks of a PCS lane from one marker to the next",
  );
  const moduleOf = (
    suffix: string,
    template: string,
    purpose: string,
    params: readonly View[],
  ): ModuleFile => [
    suffix,
    template,
    { ...shared, header: header(host, purpose), module: moduleName(host, suffix), params },
  ];
  return {
    markers: moduleOf("pcs_tx_markers", "pcs/base_r_markers", "Puts markers between the rows.", [
      lanes,
      periodParam,
    ]),
    markerLock: moduleOf("pcs_marker_lock", "pcs/base_r_marker_lock", "Finds the markers of a PCS lane.", [
      lanes,
      periodParam,
      localparam(
        `${range(missesBits)} MISSES_LAST`,
        dec(missesToLose - 1, missesBits),
        "missing markers in a row that are the loss, less 1",
      ),
    ]),
    deskew: moduleOf("pcs_deskew", "pcs/base_r_deskew", "Aligns the PCS lanes and puts them in order.", [
      lanes,
      localparam("NUMBER", numberBits, "bits: number of a PCS lane"),
      periodParam,
      derivedParam("DEPTH", host.pcs, "deskewWords"),
    ]),
  };
}

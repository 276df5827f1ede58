import { dec, range } from "../../render/verilog.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import type { PcsHost } from "./host.ts";

/** `pcs/pcs_decode` and the module of one block: from groups of 257 bits to the MII, at the clock of the device. */
export function decodeModules(host: PcsHost): readonly ModuleFile[] {
  const { datapathBits } = host;
  const groups = host.pcs.derived.groupsPerWord.value;
  const columns = datapathBits / 64;
  const beats = (4 * groups) / columns;
  if (!Number.isInteger(beats)) {
    throw new RangeError(`${groups} groups are no whole number of beats of ${datapathBits} bits`);
  }
  const beatBits = indexBits(beats);
  return [
    [
      "pcs_decode_block",
      "pcs/pcs_decode_block",
      {
        header: header(host, "Decodes a block of 66 bits into a column of the MII."),
        module: moduleName(host, "pcs_decode_block"),
      },
    ],
    [
      "pcs_decode",
      "pcs/pcs_decode",
      {
        header: header(host, "Makes columns of the MII out of 257-bit groups."),
        module: moduleName(host, "pcs_decode"),
        block_module: moduleName(host, "pcs_decode_block"),
        split: beats > 1,
        word_range: range(257 * groups),
        groups_range: `[${groups - 1}:0]`,
        data_range: range(datapathBits),
        flags_range: range(datapathBits / 8),
        beat_range: range(beatBits),
        beat_zero: dec(0, beatBits),
        params: [
          localparam("G", groups, "groups of 257 bits in a word"),
          localparam("C", columns, "columns of 8 bytes in a beat of the MII"),
          ...(beats > 1
            ? [localparam(`${range(beatBits)} LAST_BEAT`, dec(beats - 1, beatBits), "of a word")]
            : []),
        ],
      },
    ],
  ];
}

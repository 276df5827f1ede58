import { bin, hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { PcsHost } from "./host.ts";
import { blockTypes, controlCodes, errorBlock } from "./tx-blocks.ts";

const octet = (name: string, value: number, comment: string): View =>
  localparam(`[7:0] ${name}`, hex(value, 8), comment);

/** `templates/pcs/pcs_encode_block.v.hbs`. */
export function pcsEncodeBlockView(host: PcsHost): View {
  const { idle, lpi, error } = controlCodes;
  return {
    header: header(host, "64B/66B encode of a column of the MII."),
    module: moduleName(host, "pcs_encode_block"),
    params: [
      octet("IDLE", idle.octet, "control characters of the MII"),
      octet("LPI", lpi.octet, "low power idle"),
      octet("ERROR", error.octet, "error"),
      octet("START", 0xfb, "start, in byte 0"),
      octet("TERMINATE", 0xfd, "terminate"),
      octet("SEQUENCE", 0x9c, "sequence ordered set, in byte 0"),
      octet("SIGNAL", 0x5c, "signal ordered set or control set, in byte 0"),
      octet("TYPE_IDLE", blockTypes.idle, "block types: eight control characters"),
      octet("TYPE_START", blockTypes.start, "start"),
      octet("TYPE_ORDERED", blockTypes.ordered, "ordered set"),
      localparam("[6:0] LPI_CODE", hex(lpi.code, 7), "code of low power idle; that of idle is 0"),
      localparam("[6:0] ERROR_CODE", hex(error.code, 7), "code of error"),
      localparam("[3:0] CONTROL_O_CODE", hex(6, 4), "low half of byte 4 of a control set"),
    ],
    errorBlock: hex(errorBlock, 64),
    ends: blockTypes.terminate.map((type, byte) => ({ select: bin(1 << byte, 8), type: hex(type, 8) })),
  };
}

/** `templates/pcs/pcs_encode.v.hbs`. */
export function pcsEncodeView(host: PcsHost): View {
  const { datapathBits } = host;
  const groups = host.pcs.derived.groupsPerWord.value;
  const beats = (256 * groups) / datapathBits;
  const beatBits = indexBits(beats);
  return {
    header: header(
      host,
      `Encodes the MII into words of ${groups} group${groups === 1 ? "" : "s"} of 257 bits.`,
    ),
    module: moduleName(host, "pcs_encode"),
    blockModule: moduleName(host, "pcs_encode_block"),
    collects: beats > 1,
    r: {
      data: range(datapathBits),
      flags: range(datapathBits / 8),
      groups: range(257 * groups),
    },
    params: [
      localparam("C", datapathBits / 64, "columns of a beat"),
      localparam("G", groups, "groups of a word, each of 4 columns"),
      ...(beats > 1
        ? [
            localparam("NB", beatBits, "bits: beats of a word"),
            localparam(`${range(beatBits)} LAST_BEAT`.trim(), beats - 1, "beats of a word: 4 * G / C"),
          ]
        : []),
    ],
  };
}

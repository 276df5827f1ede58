import type { LinkDesign } from "../design/link.ts";
import { range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { bitsFor, header, localparam, moduleName } from "./common.ts";
import { constantControlSet, messageCodes } from "./control-sets.ts";

/** Rule 2 of the transmitter (`docs/wire-format.md`): bytes from a start column to the first message inside. */
const firstMessageBytes = 256;

/** `templates/mac/mac_tx.v.hbs`. */
export function macTxView(design: LinkDesign): View {
  const columns = design.datapathBits / 64;
  const beatBytes = design.datapathBits / 8;
  return {
    header: header(design, "Frames packets into MII columns and puts control sets between and inside them."),
    module: moduleName(design, "mac_tx"),
    data_range: range(design.datapathBits),
    bytes_range: range(bitsFor(beatBytes)),
    flags_range: range(beatBytes),
    params: [
      localparam("W", design.datapathBits, "bits: width of a beat and of the MII"),
      localparam("C", columns, "columns a beat: W / 64"),
      localparam("CB", bitsFor(2 * columns + 2), "bits: columns of residue and beat, 0 ... 2 * C + 2"),
      localparam("BB", bitsFor(beatBytes), "bits: bytes of a beat, 0 ... W / 8"),
      localparam(
        "FIRST_MESSAGE",
        Math.max(1, firstMessageBytes / beatBytes),
        "beats from a start to the first message inside the packet: 256 bytes / (W / 8), at least 1",
      ),
    ],
    staged: design.pipeline.macTx > 0,
    rowFull: rowFull(columns),
    fill: constantControlSet(messageCodes.fill),
    poison: constantControlSet(messageCodes.poison),
  };
}

/** Text: do the columns in work, with up to two in front of the body, fill a row of `columns`? */
function rowFull(columns: number): string {
  if (columns === 1) return "base_columns != NONE || head_columns != 2'd0";
  const or = "\n                   || ";
  const second = columns === 2 ? "head_columns[1]" : "(head_columns[1] && with_beat >= STRETCHED - ONE)";
  return [
    "!accept ? residue_full : with_beat >= BEAT_COLUMNS",
    "(head_columns != 2'd0 && with_beat >= STRETCHED)",
    second,
  ].join(or);
}

import type { LinkDesign } from "../design/link.ts";
import { range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { bitsFor, header, localparam, moduleName } from "./common.ts";
import { constantControlSet, crc8View, messageCodes } from "./control-sets.ts";

/**
 * Beats that wait while a packet's end makes two of them in a cycle. A transmitter of the same width takes in one beat a
 * cycle, so that what it can bring too many of at once is what it has in hand itself: 4 rows and less than two more, of at
 * most 2 beats in C + 2 columns each.
 */
const queueBeats = 16;

interface Widths {
  readonly columns: number;
  readonly beatBytes: number;
  /** Bits of a count of columns, 0 … columns. */
  readonly countBits: number;
}

function widths(design: LinkDesign): Widths {
  const columns = design.datapathBits / 64;
  return {
    columns,
    beatBytes: design.datapathBits / 8,
    countBits: bitsFor(columns),
  };
}

function commonRanges(design: LinkDesign): View {
  const { beatBytes, countBits } = widths(design);
  return {
    data_range: range(design.datapathBits),
    flags_range: range(beatBytes),
    bytes_range: range(bitsFor(beatBytes)),
    count_range: range(countBits),
  };
}

function commonParams(design: LinkDesign): readonly View[] {
  const { columns, countBits } = widths(design);
  return [
    localparam("W", design.datapathBits, "bits: width of a beat and of the MII"),
    localparam("C", columns, "columns a beat: W / 64"),
    localparam("CB", countBits, "bits: count of columns, 0 ... C"),
  ];
}

/** `templates/mac/mac_rx.v.hbs`. */
export function macRxView(design: LinkDesign): View {
  return {
    ...commonRanges(design),
    header: header(design, "Takes control sets and packets out of the columns of the MII."),
    module: moduleName(design, "mac_rx"),
    plain: false,
    retry: design.retry === "llr",
    align_module: moduleName(design, "mac_rx_align"),
    params: commonParams(design),
    fill: constantControlSet(messageCodes.fill),
    poison: constantControlSet(messageCodes.poison),
    message_crc: crc8View(6),
  };
}

/** `templates/mac/mac_rx_align.v.hbs`. */
export function macRxAlignView(design: LinkDesign): View {
  const { beatBytes } = widths(design);
  const byteBits = bitsFor(beatBytes);
  const maxBeats = design.derived.maxPacketBeats.value + 1;
  const beatBits = design.datapathBits + byteBits + (design.retry === "llr" ? 27 : 7);
  return {
    ...commonRanges(design),
    header: header(design, "Moves packets from any column to the start of a beat."),
    module: moduleName(design, "mac_rx_align"),
    retry: design.retry === "llr",
    params: [
      ...commonParams(design),
      localparam("BB", byteBits, "bits: bytes of a beat, 0 ... W / 8"),
      localparam(`${range(byteBits)} BEAT_BYTES`, beatBytes, "bytes a beat: W / 8"),
      localparam("BEAT_BITS", beatBits, "bits: a beat with all that goes along"),
      localparam("QUEUE_BEATS", queueBeats, "beats: what wait while a cycle makes two of them"),
      localparam("QB", Math.log2(queueBeats), "bits: place of a beat in the queue, log2(QUEUE_BEATS)"),
      localparam("MAX_BEATS", maxBeats, "beats of the longest packet taken: maxPacketBeats + 1"),
      localparam("MB", bitsFor(maxBeats), "bits: beats of a packet, 0 ... MAX_BEATS"),
    ],
    start_crc: crc8View(5),
  };
}

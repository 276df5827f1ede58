/** Received packets without their headers of IP and UDP, and what goes in front of the payload of a datagram. */
import type { NicDesign } from "../../design/nic.ts";
import { bin, dec, hex } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam } from "../common.ts";
import { nicSizes } from "../nic/sizes.ts";
import { ethView, wordMask } from "./sizes.ts";

/** LRH and 40 bytes: what goes in front, in words. */
const frontWords = (8 + 40) / 4;

/** How a packet with `lost` words of headers too many moves. */
function layout(design: NicDesign, lost: number): View {
  const { W, words, wordBits } = nicSizes(design);
  const at = lost % words;
  return {
    skip: dec(Math.floor(lost / words), 3),
    shift: dec(at, wordBits),
    own: wordMask(words, 0, words - at),
    moved: at === 0 ? "s_tdata" : `{s_tdata[${32 * at - 1}:0], s_tdata[${W - 1}:${32 * at}]}`,
  };
}

export function roceUnwrapView(design: NicDesign): View {
  const { W, BB, words, wordBits } = nicSizes(design);
  const parts = Math.ceil(frontWords / words);
  const bits = 32 * frontWords;
  return {
    ...ethView(design, "roce_unwrap"),
    header: header(design, "Takes the headers of IP and UDP off received packets."),
    four: layout(design, 20 / 4 + 2),
    six: layout(design, 40 / 4 + 2),
    heads: Array.from({ length: parts }, (_, index) => {
      const low = index * W;
      const high = Math.min(bits, low + W);
      return {
        index: dec(index, 3),
        to: parts === 1 ? "" : `[${high - 1}:${low}]`,
        from: high - low === W ? "" : `[${high - low - 1}:0]`,
      };
    }),
    front: W > bits ? `{${dec(0, W - bits)}, front}` : frontBeats(W, bits),
    params: [
      localparam("W", W, "bits of a beat"),
      localparam("KEEP", BB, "bytes of a beat: W / 8"),
      localparam("WORDS", words, "4-byte words of a beat: W / 32"),
      localparam("WORD_BITS", wordBits, "bits that count them"),
      localparam(`[${wordBits - 1}:0] BEAT_WORDS`, dec(words, wordBits), "words: a full beat"),
      localparam(
        `[${wordBits - 1}:0] PART_WORDS`,
        dec(frontWords - (parts - 1) * words, wordBits),
        "words: the last beat of what goes in front",
      ),
      localparam("[1:0] LAST_PART", dec(parts - 1, 2), "beats: those before that one"),
      localparam("[7:0] UD_SEND", hex(0x64, 8), "opcodes of datagrams"),
      localparam("[7:0] UD_SEND_IMM", hex(0x65, 8), "the same with immediate data"),
      localparam("[7:0] LNH_LOCAL", bin(2n, 8), "byte 1 of an LRH: a BTH follows"),
      localparam("[7:0] LNH_GLOBAL", bin(3n, 8), "the same: a GRH follows"),
    ],
  };
}

/** The beat that `part_reg` tells, of several. */
function frontBeats(W: number, bits: number): string {
  const rest = bits % W;
  return W === 128
    ? "front[128*part_reg +: 128]"
    : `part_end ? {${dec(0, W - rest)}, front[${bits - 1}:${W}]} : front[${W - 1}:0]`;
}

import type { LinkDesign } from "../design/link.ts";
import { goodResidue } from "../math/crc.ts";
import { hex, range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { bitsFor, header, localparam, moduleName } from "./common.ts";
import { type CrcOptions, crcCommonParams, crcCommonView, crcSpec, wordsSelector } from "./crc-tables.ts";

/** `templates/link/crc_check.v.hbs`, once for each CRC: `<device>_vcrc_check` and `<device>_icrc_check`. */
export function crcCheckView(design: LinkDesign, options: CrcOptions): View {
  const { kind, endpoint = false } = options;
  const spec = crcSpec(kind);
  const beatBytes = design.datapathBits / 8;
  const beatWords = beatBytes / 4;
  const byteBits = Math.log2(beatBytes);
  // a good packet ends with the VCRC half-way in a word, with the ICRC at a word's end
  const odd = kind === "vcrc" ? 2 : 0;
  return {
    ...crcCommonView(design.datapathBits, options),
    header: header(
      design,
      `Checks the ${spec.name} of packets, one beat of ${design.datapathBits} bits a cycle.`,
    ),
    module: moduleName(design, `${kind}_check`),
    bytes_range: range(bitsFor(beatBytes)),
    // without m_bytes only the position within a beat of full ones matters
    bytes1_range: endpoint ? range(byteBits) : range(bitsFor(beatBytes)),
    bytes1: endpoint ? `s_bytes${range(byteBits)}` : "s_bytes",
    halves_range: range(byteBits),
    word_range: range(byteBits - 1),
    ends: kind === "vcrc" ? "4n+2 bytes" : "4n bytes",
    alignment: kind === "vcrc" ? "2'd2" : "2'd0",
    residues: Array.from({ length: beatWords }, (_, at) => {
      const words = (at + 1) % beatWords;
      const used = words === 0 && odd === 0 ? beatBytes : 4 * words + odd;
      return {
        words: wordsSelector(words, beatWords),
        value: hex(goodResidue(spec, beatBytes - used), spec.bits),
      };
    }),
    params: [
      localparam("WORDS", beatWords, "words a beat: datapath bits / 32"),
      localparam("BYTE_BITS", byteBits, "bits: index of a byte of the beat"),
      ...crcCommonParams(design.datapathBits, kind),
    ],
  };
}

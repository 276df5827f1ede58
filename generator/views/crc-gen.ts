import type { LinkDesign } from "../design/link.ts";
import { undoZeroWords } from "../math/crc.ts";
import { dec, range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { bitsFor, header, localparam, moduleName } from "./common.ts";
import {
  type CrcOptions,
  crcCommonParams,
  crcCommonView,
  crcSpec,
  matrixRows,
  wordsSelector,
} from "./crc-tables.ts";

/**
 * `templates/link/crc_gen.v.hbs`, once for each CRC: `<device>_vcrc_gen` counts its output in bytes (`m_bytes`),
 * `<device>_icrc_gen` in 4-byte words (`m_words`), as its packets are whole words and the VCRC generator takes words.
 */
export function crcGenView(design: LinkDesign, options: CrcOptions): View {
  const { kind } = options;
  const spec = crcSpec(kind);
  const beatWords = design.datapathBits / 32;
  const wordBits = Math.log2(beatWords);
  const wordsBits = bitsFor(beatWords);
  const inBytes = kind === "vcrc";
  const sizeBits = inBytes ? wordsBits + 2 : wordsBits;
  const full = inBytes ? 4 * beatWords : beatWords;
  const unit = inBytes ? "bytes" : "words";
  return {
    ...crcCommonView(design.datapathBits, options),
    header: header(
      design,
      `Appends the ${spec.name} to packets, one beat of ${design.datapathBits} bits a cycle.`,
    ),
    module: moduleName(design, `${kind}_gen`),
    words_range: range(wordsBits),
    tail_range: `[${beatWords - 1}:1]`,
    size_range: range(sizeBits),
    size_port: inBytes ? "m_bytes" : "m_words",
    size_comment: inBytes ? "m_bytes valid bytes" : "m_words valid 4-byte words",
    size_value: inBytes ? "{words1_reg, 2'b00}" : "words1_reg",
    crc_word: spec.bits === 32 ? "crc" : `{${dec(0, 32 - spec.bits)}, crc}`,
    undo: undoZeroWords(spec, beatWords)
      .map((matrix, zeros) => ({
        words: wordsSelector((beatWords - zeros) % beatWords, beatWords),
        rows: matrixRows(matrix),
      }))
      .reverse(),
    params: [
      localparam("WORDS", beatWords, "words a beat: datapath bits / 32"),
      localparam("WORD_BITS", wordBits, "bits: index of a word of the beat"),
      ...crcCommonParams(design.datapathBits, kind),
      localparam(
        `${range(sizeBits)} CRC_SIZE`,
        dec(spec.bits / (inBytes ? 8 : 32), sizeBits),
        `${unit}: the CRC`,
      ),
      ...(options.endpoint === true
        ? []
        : [localparam(`${range(sizeBits)} FULL_SIZE`, dec(full, sizeBits), `${unit}: a full beat`)]),
    ],
  };
}

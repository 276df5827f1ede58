import { bitMatrix, remainderMatrix } from "../../math/reed-solomon.ts";
import { dec, range } from "../../render/verilog.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import type { PcsHost } from "./host.ts";
import { networkModule } from "./rs-network.ts";
import { codeText, type RsShape, rsShapeOf } from "./rs-shape.ts";

/** `templates/pcs/rs_encoder.v.hbs` of a PCS, and what it is made of. */
export function rsEncoderModules(host: PcsHost): readonly ModuleFile[] {
  return rsEncoderOf(rsShapeOf(host));
}

/** The same for any code. The module is called `rs_encoder`; its latency is 2 cycles. */
export function rsEncoderOf(shape: RsShape): readonly ModuleFile[] {
  const { code, symbolsPerClock: symbols } = shape;
  const { n, k, field } = code;
  const { bits } = field;
  const words = n / symbols;
  const messageWords = Math.ceil(k / symbols);
  const tail = k % symbols;
  const dataBits = bits * symbols;
  const tailBits = bits * tail;
  const parityBits = bits * (n - k);
  const sentBits = tail === 0 ? 0 : dataBits - tailBits;
  const wide = messageWords === words && tail > 0;
  const positionBits = indexBits(words + 1);
  const network = "rs_encoder_network";
  const zeros = (count: number): string => `{${count}{1'b0}}`;
  const view = {
    header: header(shape, `Appends the parity of ${codeText(shape)} to messages.`),
    module: moduleName(shape, "rs_encoder"),
    network: moduleName(shape, network),
    symbols: String(symbols),
    words: String(words),
    data_range: range(dataBits),
    parity_range: range(parityBits),
    parity_zero: zeros(parityBits),
    position_range: range(positionBits),
    position_zero: dec(0, positionBits),
    tail: tail > 0,
    tail_symbols: String(tail),
    tail_bits: `s_data[${tailBits - 1}:0]`,
    rest: `data1_reg[${dataBits - 1}:${tailBits}]`,
    rest_range: range(Math.max(1, dataBits - tailBits)),
    rest_zero: zeros(dataBits - tailBits),
    wide,
    merge:
      dataBits > parityBits ? `{${zeros(dataBits - parityBits)}, remainder}` : `remainder[${dataBits - 1}:0]`,
    first_parity: `remainder_reg[${Math.max(1, sentBits) - 1}:0]`,
    last_message: `data1_reg[${tailBits - 1}:0]`,
    more_parity: `remainder_reg[${Math.min(dataBits, parityBits) - 1}:0]`,
    params: [
      ...(wide
        ? []
        : [
            localparam("DATA_BITS", dataBits, "bits: symbols of a word"),
            localparam("SENT_BITS", sentBits, "bits: parity in the last word of the message"),
            localparam(
              `${range(positionBits)} MESSAGE_WORDS`,
              dec(messageWords, positionBits),
              `words: the message, ${k} symbols / ${symbols}`,
            ),
          ]),
      localparam(
        `${range(positionBits)} LAST_MESSAGE`,
        dec(messageWords - 1, positionBits),
        "the last word with symbols of the message",
      ),
    ],
  };
  return [
    networkModule(
      shape,
      network,
      `Remainder of ${symbols} symbols by the generator polynomial of ${codeText(shape)}.`,
      bitMatrix(field, remainderMatrix(code, symbols)),
    ),
    ["rs_encoder", "pcs/rs_encoder", view],
  ];
}

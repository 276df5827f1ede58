import type { LinkDesign } from "../design/link.ts";
import { dec, range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { bitsFor, header, localparam, moduleName } from "./common.ts";

/** A field that the ICRC sees as ones: `bits` bits from bit `lsb` of byte `byte` of the packet on, upwards. */
interface MaskedField {
  readonly packets: "is_local" | "is_global";
  readonly byte: number;
  readonly lsb: number;
  readonly bits: number;
  readonly what: string;
}

/** InfiniBand vol. 1, invariant CRC: fields that may change between the end nodes. */
const maskedFields: readonly MaskedField[] = [
  { packets: "is_local", byte: 0, lsb: 4, bits: 4, what: "LRH: VL" },
  { packets: "is_local", byte: 12, lsb: 0, bits: 8, what: "BTH: FECN, BECN, reserved" },
  { packets: "is_global", byte: 0, lsb: 0, bits: 64, what: "LRH" },
  { packets: "is_global", byte: 8, lsb: 0, bits: 4, what: "GRH: TClass, high half" },
  { packets: "is_global", byte: 9, lsb: 0, bits: 24, what: "GRH: TClass, low half, FlowLabel" },
  { packets: "is_global", byte: 15, lsb: 0, bits: 8, what: "GRH: HopLmt" },
  { packets: "is_global", byte: 52, lsb: 0, bits: 8, what: "BTH: FECN, BECN, reserved" },
];

/** `templates/link/icrc_mask.v.hbs`: the image of a packet that its ICRC is taken over. */
export function icrcMaskView(design: LinkDesign): View {
  const beatBytes = design.datapathBits / 8;
  const beatOf = (field: MaskedField): number => Math.floor(field.byte / beatBytes);
  const beats = [...new Set(maskedFields.map(beatOf))].sort((a, b) => a - b);
  const last = Math.max(...beats) + 1;
  const beatBits = bitsFor(last);
  return {
    header: header(design, "Replaces the fields of a packet that its ICRC leaves out by ones."),
    module: moduleName(design, "icrc_mask"),
    data_range: range(design.datapathBits),
    beat_range: `[${beatBits - 1}:0]`,
    beat_first: dec(0, beatBits),
    beat_one: dec(1, beatBits),
    spread: last > 1,
    beats: beats.map((beat) => ({
      when: beat === 0 ? "first" : `beat_reg == ${dec(beat, beatBits)}`,
      packets: (["is_local", "is_global"] as const)
        .map((packets) => ({
          when: packets,
          fields: maskedFields
            .filter((field) => field.packets === packets && beatOf(field) === beat)
            .map((field) => {
              const lsb = 8 * (field.byte - beat * beatBytes) + field.lsb;
              return {
                msb: String(lsb + field.bits - 1),
                lsb: String(lsb),
                ones: `{${field.bits}{1'b1}}`,
                what: field.what,
              };
            }),
        }))
        .filter(({ fields }) => fields.length > 0),
    })),
    params: [
      localparam(
        `[${beatBits - 1}:0] LAST_BEAT`,
        dec(last, beatBits),
        "beats: the first one without a masked field",
      ),
      localparam("[1:0] LNH_LOCAL", "2'd2", "LRH: BTH follows the LRH"),
      localparam("[1:0] LNH_GLOBAL", "2'd3", "LRH: GRH follows the LRH"),
    ],
  };
}

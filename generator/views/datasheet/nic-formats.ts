/** Formats of an adapter: the headers of the transport on the wire, and what stands in host memory. */
import type { NicDesign } from "../../design/nic.ts";
import {
  type FormatField as HostField,
  type Format as HostFormat,
  nicFormats,
} from "../../elaborate/nic-formats.ts";
import type { View } from "../../render/view.ts";
import type { Format } from "./formats.ts";
import { code, esc, figure, heading, table, text } from "./html.ts";
import { type BitField, drawBits } from "./wavedrom.ts";

/** Headers behind the BTH (InfiniBand vol. 1, 9.2); which of them a packet has its opcode says. */
export const extensionHeaders: readonly Format[] = [
  {
    id: "reth",
    title: "RDMA extended transport header (RETH)",
    about: "In the first packet of a WRITE, and in a READ request.",
    fields: [
      ["VA", 64, "address at the peer, as its key knows it"],
      ["R_Key", 32, "key of the peer's region"],
      ["DMALen", 32, "bytes of the whole message"],
    ],
  },
  {
    id: "atomic-eth",
    title: "Atomic extended transport header (AtomicETH)",
    about: "In compare-and-swap and fetch-and-add requests.",
    fields: [
      ["VA", 64, "address at the peer, a multiple of 8"],
      ["R_Key", 32, "key of the peer's region"],
      ["SwapAdd", 64, "what is written when the comparison holds, or what is added"],
      ["Compare", 64, "what is compared; 0 of fetch-and-add"],
    ],
  },
  {
    id: "aeth",
    title: "ACK extended transport header (AETH)",
    about: "In acknowledgements, and in the first and the last packet of a READ response.",
    fields: [
      ["Syndrome", 8, "ACK with credits, RNR NAK with its timer, or NAK with its code"],
      ["MSN", 24, "messages completed by the responder"],
    ],
  },
  {
    id: "atomic-ack-eth",
    title: "Atomic ACK extended transport header (AtomicAckETH)",
    about: "Behind the AETH in the answer of an atomic.",
    fields: [["Original", 64, "what stood at the address before"]],
  },
  {
    id: "imm-dt",
    title: "Immediate data (ImmDt), and the key to invalidate (IETH)",
    about: "Four bytes for the completion of the peer, or the R_Key that it makes invalid.",
    fields: [["ImmDt", 32, "immediate data, or an R_Key"]],
  },
];

/** A field as it is drawn, from the lowest bit on: a letter where its name does not fit. */
interface Drawn extends BitField {
  readonly letter: string;
  readonly field: string;
}

const rowBits = 32;
/** Width of a letter against that of a bit, in the drawing. */
const lettersPerBit = 2.9;

/** Fields in their places. Of those that share bits the shorter one is drawn, and the rest of the longer one. */
export function drawnFields({ bytes, fields }: HostFormat): readonly Drawn[] {
  const start = ({ word, lsb }: HostField): number => 8 * word + lsb;
  const inOrder = fields.toSorted((a, b) => start(a) - start(b) || a.bits - b.bits);
  const drawn: Drawn[] = [];
  let at = 0;
  let letters = 0;
  const gap = (bits: number): void => {
    if (bits > 0) drawn.push({ name: "", bits, letter: "", field: "" });
  };
  for (const field of inOrder) {
    const [from, end] = [Math.max(at, start(field)), start(field) + field.bits];
    if (end <= at) continue;
    gap(from - at);
    const bits = end - from;
    const fits = field.name.length <= Math.min(bits, rowBits) * lettersPerBit;
    const letter = fits ? "" : String.fromCharCode(97 + letters++);
    drawn.push({ name: fits ? field.name : letter, bits, letter, field: field.name });
    at = end;
  }
  gap(8 * bytes - at);
  return drawn;
}

/** Work requests, completions and rows, as they stand in the memory of a little-endian host. */
export function hostFormatParts(design: NicDesign): readonly View[] {
  return [
    text(
      `Below, what host and adapter exchange through memory and through the table window: little-endian, bit 0 at the right, the first four bytes on top. The header ${code(`sw/${design.name}_wqe.h`)} has the same for C, values of fields with it.`,
    ),
    ...nicFormats(design).flatMap(hostFormat),
  ];
}

function hostFormat(format: HostFormat): readonly View[] {
  const { id, title, bytes, text: about, fields } = format;
  const drawn = drawnFields(format);
  const letterOf = new Map(drawn.map(({ field, letter }) => [field, letter]));
  const anchor = id.toLowerCase().replaceAll("_", "-");
  return [
    heading(title, `format-${anchor}`),
    text(esc(about)),
    figure(drawBits(title, drawn, { rowBits, lowFirst: true }), `${title}: ${bytes} bytes`, `bits-${anchor}`),
    table({
      caption: `Fields: ${title}`,
      quiet: true,
      columns: [
        { head: "field" },
        { head: "byte", number: true },
        { head: "bit", number: true },
        { head: "bits", number: true },
        { head: "meaning" },
      ],
      rows: fields.map((field) => {
        const letter = letterOf.get(field.name) ?? "";
        return [
          `${code(field.name)}${letter === "" ? "" : ` (${letter})`}`,
          String(field.word + Math.floor(field.lsb / 8)),
          String(field.lsb % 8),
          String(field.bits),
          esc(field.text),
        ];
      }),
    }),
  ];
}

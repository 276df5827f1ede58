/** Formats of work requests, completions and rows: for C, and as a page. */
import type { NicDesign } from "../../design/nic.ts";
import { type Format, type FormatField, nicFormatCodes, nicFormats } from "../../elaborate/nic-formats.ts";
import type { View } from "../../render/view.ts";
import type { FileOfDesign } from "../files.ts";

type Define = readonly [name: string, value: string];

/** Names padded to one width, so that the values stand below each other. */
function aligned(defines: readonly Define[]): View[] {
  const columns = Math.max(...defines.map(([name]) => name.length));
  return defines.map(([name, value]) => ({ name: name.padEnd(columns), value }));
}

const c = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, "0")}u`;

function fieldDefines(prefix: string, { name, word, lsb, bits }: FormatField): Define[] {
  const field = `${prefix}_${name}`;
  return [
    [`${field}_OFFSET`, c(word, 2)],
    ...(bits > 32
      ? []
      : ([
          [`${field}_SHIFT`, `${lsb}u`],
          [`${field}_MASK`, c((2 ** bits - 1) * 2 ** lsb, 8)],
        ] as const)),
  ];
}

/** View of `deliverables/wqe.h.hbs`: the C header `sw/<name>_wqe.h`. */
export function wqeHeaderView(design: NicDesign): View {
  const prefix = design.name.toUpperCase();
  return {
    device: design.name,
    prefix,
    formats: nicFormats(design).map(({ id, title, text, bytes, fields }) => ({
      title,
      text,
      defines: aligned([
        [`${prefix}_${id}_BYTES`, `${bytes}u`],
        ...fields.flatMap((field) => fieldDefines(`${prefix}_${id}`, field)),
      ]),
    })),
    codes: nicFormatCodes.map(({ id, title, codes }) => {
      const defines = aligned(codes.map(({ name, value }) => [`${prefix}_${id}_${name}`, `${value}u`]));
      return { title, defines: defines.map((one, at) => ({ ...one, text: codes[at]!.text })) };
    }),
  };
}

/** Where a field stands, in words. */
function placeOf({ word, lsb, bits }: FormatField): string {
  const first = word + Math.floor(lsb / 8);
  if (bits === 64) return `${first} … ${first + 7}`;
  const low = lsb % 8;
  const last = first + Math.ceil((low + bits) / 8) - 1;
  if (low === 0 && bits % 8 === 0) return first === last ? `${first}` : `${first} … ${last}`;
  return `${first}, ${bits === 1 ? `bit ${low}` : `bits ${low} … ${low + bits - 1}`}`;
}

function pageOfFormat({ title, text, bytes, fields }: Format): string {
  const rows = fields.map((field) => `| ${placeOf(field)} | \`${field.name}\` | ${field.text} |`);
  return `## ${title}\n\n${bytes} bytes. ${text}\n\n| bytes | field | meaning |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}

/** The formats as a page of Markdown, \`doc/formats.md\` of the output. */
export function formatsPage(design: NicDesign): string {
  const codes = nicFormatCodes.map(({ title, id, codes: list }) => {
    const rows = list.map(({ name, value, text }) => `| ${value} | \`${name}\` | ${text} |`);
    return `## ${title}\n\n\`${id}_…\` of the C header.\n\n| value | name | meaning |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  const intro = `# Formats of ${design.name}\n\nLittle-endian. Bytes that no field has are 0.\n`;
  return [intro, ...nicFormats(design).map(pageOfFormat), ...codes].join("\n");
}

/** The formats for C and for people, beside the register documents. */
export function formatDocuments(design: NicDesign): readonly FileOfDesign[] {
  return [
    { path: "doc/formats.md", template: "deliverables/formats.md.hbs", view: { page: formatsPage(design) } },
    { path: `sw/${design.name}_wqe.h`, template: "deliverables/wqe.h.hbs", view: wqeHeaderView(design) },
  ];
}

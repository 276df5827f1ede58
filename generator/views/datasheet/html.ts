import type { View } from "../../render/view.ts";

/** Text as HTML has it. */
export function esc(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Text with `code` between backticks, as the documents have it. */
export function marked(text: string): string {
  return esc(text.replaceAll("\\|", "|")).replace(/`([^`]+)`/gu, "<code>$1</code>");
}

export function code(text: string): string {
  return `<code>${esc(text)}</code>`;
}

/** A number with commas between thousands and at most `digits` digits behind the point. */
export function num(value: number, digits = 2): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** Bits as people say them: 29.6 Mbit. */
export function bitsText(bits: number): string {
  if (bits >= 1e6) return `${num(bits / 1e6, 1)} Mbit`;
  return bits >= 1e4 ? `${num(bits / 1e3, 1)} kbit` : `${num(bits)} bits`;
}

/** A column: its head, and whether it holds numbers, which stand to the right. */
export interface Column {
  readonly head: string;
  readonly number?: boolean;
}

export interface TableOptions {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Cells as HTML. */
  readonly rows: readonly (readonly string[])[];
  /** Rows become cards where the page is narrow. */
  readonly stack?: boolean;
  /** The caption is read out only: the heading above says the same. */
  readonly quiet?: boolean;
  /** Classes of single rows, by their place. */
  readonly kinds?: Readonly<Record<number, string>>;
}

const nothing = {
  heading: "",
  id: "",
  text: "",
  list: false,
  figure: false,
  table: false,
  note: "",
} as const;

/** A paragraph; HTML. */
export function text(html: string): View {
  return { ...nothing, text: html };
}

/** A remark in small letters; HTML. */
export function note(html: string): View {
  return { ...nothing, note: html };
}

export function heading(title: string, id: string): View {
  return { ...nothing, heading: esc(title), id };
}

/** Items as HTML. */
export function list(items: readonly string[]): View {
  return { ...nothing, list: items };
}

/** A drawing with what it shows. `wide` ones keep their size where the page is narrow and are scrolled. */
export function figure(svg: string, caption: string, id = ""): View {
  return { ...nothing, figure: { svg, caption: esc(caption), id } };
}

export function table({
  caption,
  columns,
  rows,
  stack = false,
  quiet = false,
  kinds = {},
}: TableOptions): View {
  return {
    ...nothing,
    table: {
      caption: esc(caption),
      stack,
      quiet,
      heads: columns.map(({ head, number = false }) => ({ head: esc(head), number })),
      rows: rows.map((row, at) => ({
        kind: kinds[at] ?? "",
        cells: row.map((html, column) => ({
          html,
          head: esc(columns[column]?.head ?? ""),
          number: columns[column]?.number ?? false,
          first: column === 0,
        })),
      })),
    },
  };
}

/** A chapter of the page. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly parts: readonly View[];
}

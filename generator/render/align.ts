/**
 * Lines up what a careful hand would line up in Verilog: ports of a module, declarations, connections and
 * localparam lines that stand together. Only blanks change, and a comment that would pass the line limit moves
 * above its line.
 */

const longestLine = 100;

interface Row {
  readonly indent: string;
  /** The columns of the line; a column is padded to the widest of its group. */
  readonly cells: readonly string[];
  readonly comment: string;
}

type Matcher = (line: string) => Row | null;

const port: Matcher = (line) => {
  const found = /^(\s+)(input|output)\s+(wire|reg)\s*(\[[^\]]+\])?\s*(\w+)(,?)\s*(\/\/.*)?$/.exec(line);
  if (found === null) return null;
  const [, indent, direction, kind, range, name, comma, comment] = found;
  return {
    indent: indent!,
    cells: [direction!, kind!, range ?? "", `${name}${comma}`],
    comment: comment ?? "",
  };
};

const declaration: Matcher = (line) => {
  const found = /^(\s+)(wire|reg)\s*(\[[^\]]+\])?\s*(\w+(?: \[[^\]]+\])?)\s*(=[^;]*)?;\s*(\/\/.*)?$/.exec(
    line,
  );
  if (found === null) return null;
  const [, indent, kind, range, name, value, comment] = found;
  const tail = value === undefined ? [`${name};`] : [name!, `${value};`];
  return { indent: indent!, cells: [kind!, range ?? "", ...tail], comment: comment ?? "" };
};

const constant: Matcher = (line) => {
  const found = /^(\s+)localparam\s+(\[[^\]]+\])?\s*(\w+)\s*=\s*([^;]+);\s*(\/\/.*)?$/.exec(line);
  if (found === null) return null;
  const [, indent, range, name, value, comment] = found;
  return {
    indent: indent!,
    cells: ["localparam", range ?? "", name!, `= ${value};`],
    comment: comment ?? "",
  };
};

const connection: Matcher = (line) => {
  const found = /^(\s+)\.(\w+)\s*\((.*)\)(,?)$/.exec(line);
  if (found === null) return null;
  const [, indent, name, value, comma] = found;
  return { indent: indent!, cells: [`.${name}`, `(${value})${comma}`], comment: "" };
};

/** Ports are lined up over blank lines and comments, so that a module has one column of names. */
const kinds: readonly { readonly match: Matcher; readonly bridges: boolean }[] = [
  { match: port, bridges: true },
  { match: declaration, bridges: false },
  { match: constant, bridges: false },
  { match: connection, bridges: false },
];

/**
 * The text with its groups lined up; lines end in `\n`. Blanks inside of braces, which only keep a template's `{ {` apart
 * from a Handlebars expression, go out first.
 */
export function alignVerilog(text: string): string {
  const tight = text.replace(/\{ (?=\S)/g, "{").replace(/(?<=\S) \}/g, "}");
  return kinds.reduce(align, tight.split("\n")).join("\n");
}

function align(lines: readonly string[], { match, bridges }: (typeof kinds)[number]): readonly string[] {
  const result: string[] = [];
  let at = 0;
  while (at < lines.length) {
    const first = match(lines[at]!);
    if (first === null) {
      result.push(lines[at]!);
      at += 1;
      continue;
    }
    const group: (Row | string)[] = [];
    while (at < lines.length) {
      const line = lines[at]!;
      const row = match(line);
      const between = bridges && /^\s*(\/\/.*)?$/.test(line);
      if (row === null && !between) break;
      if (row !== null && row.indent !== first.indent) break;
      group.push(row ?? line);
      at += 1;
    }
    result.push(...layOut(group));
  }
  return result;
}

function layOut(group: readonly (Row | string)[]): string[] {
  const rows = group.filter((row): row is Row => typeof row !== "string");
  const count = Math.max(...rows.map(({ cells }) => cells.length));
  const widths = Array.from({ length: count }, (_, cell) =>
    Math.max(
      // the last cell of a line does not push the others' columns apart
      ...rows.map(({ cells }) =>
        cell < cells.length - 1 || cell === count - 1 ? (cells[cell] ?? "").length : 0,
      ),
    ),
  );
  const code = (row: Row): string =>
    row.indent +
    row.cells
      .map((cell, at) => (at === row.cells.length - 1 ? cell : cell.padEnd(widths[at]!)))
      .filter((cell, at) => !(cell === "" && widths[at] === 0))
      .join(" ");
  const column = Math.max(0, ...rows.filter(({ comment }) => comment !== "").map((row) => code(row).length));
  return group.flatMap((row) => {
    if (typeof row === "string") return [row];
    if (row.comment === "") return [code(row)];
    const whole = `${code(row).padEnd(column)}  ${row.comment}`;
    return whole.length <= longestLine ? [whole] : [`${row.indent}${row.comment}`, code(row)];
  });
}

import Table from "cli-table3";
import pc from "picocolors";
import type { Change, Difference, NumberChange } from "../diff/index.ts";

const colors = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);

/** Rows of a section that are shown; `--json` has all of them. */
const mostRows = 60;

/** The tables of `lanewright diff`: a section for each kind of difference, and what is the same. */
export function diffText(names: readonly [string, string], difference: Difference): string {
  const { settings, numbers, ports, registers, files } = difference;
  if (difference.same) return `${names[0]} and ${names[1]} are the same device.`;
  const sections: readonly Section[] = [
    { one: "setting", rows: settings },
    { one: "derived number", rows: numbers.map(withReason) },
    { one: "port", rows: ports },
    { one: "register", rows: registers },
    { one: "file", rows: files },
  ];
  const different = sections.filter(({ rows }) => rows.length > 0);
  const same = sections.filter(({ rows }) => rows.length === 0).map(({ one }) => `${one}s`);
  const totals = different.map(({ one, rows }) => `${rows.length} ${one}${rows.length === 1 ? "" : "s"}`);
  const rest = same.length === 0 ? "" : ` No difference in ${same.join(", ")}.`;
  return [...different.map((section) => table(section, names)), `Differ: ${totals.join(", ")}.${rest}`].join(
    "\n\n",
  );
}

/** One kind of thing, and what of it differs. */
interface Section {
  readonly one: string;
  readonly rows: readonly Change[];
}

/** A number with its formula, and which of its inputs made it change. */
function withReason({ what, a, b, unit, formula, formulaBefore, set, inputs }: NumberChange): Change {
  const moved = inputs.map((one) => `${one.what} ${one.a ?? "-"} -> ${one.b ?? "-"}`).join(", ");
  const whose = { a: "set in the first", b: "set in the second", both: "set in both" };
  const why = [
    colors.cyan(formula),
    ...(formulaBefore === undefined ? [] : [`before: ${formulaBefore}`]),
    ...(moved === "" ? [] : [moved]),
    ...(set === undefined ? [] : [colors.yellow(whose[set])]),
  ];
  const value = (number: string | undefined): string | undefined =>
    number === undefined ? undefined : `${number} ${unit}`;
  const [before, after] = [value(a), value(b)];
  return {
    what: [what, ...why.map((line) => `  ${line}`)].join("\n"),
    ...(before !== undefined && { a: before }),
    ...(after !== undefined && { b: after }),
  };
}

/** Rows without lines between them. */
const compact = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };

function table({ one, rows }: Section, names: readonly [string, string]): string {
  const width = Math.max(100, Math.min(process.stdout.columns ?? 140, 180));
  const side = Math.floor((width - 10) * 0.27);
  const drawn = new Table({
    head: [one, ...names],
    colWidths: [width - 4 - 2 * side, side, side],
    wordWrap: true,
    chars: compact,
    style: { head: [], border: [] },
  });
  for (const { what, a, b } of rows.slice(0, mostRows)) {
    const mark = a === undefined ? colors.green("+") : b === undefined ? colors.red("-") : colors.yellow("~");
    drawn.push([
      `${mark} ${what}`,
      a === undefined ? "" : colors.red(a),
      b === undefined ? "" : colors.green(b),
    ]);
  }
  const more = rows.length - mostRows;
  return more > 0 ? `${drawn.toString()}\n... and ${more} more; --json has all of them` : drawn.toString();
}

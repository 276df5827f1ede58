/** Line and toggle coverage, from the files that a model built with `coverage` writes. */

/** What was counted in one file of Verilog. */
export interface FileCoverage {
  /** Times that each line with a statement was run: the most of one record, summed up over merged files. */
  readonly lines: Map<number, number>;
  /** Times that each side of an `if` was taken: "LINE if" and "LINE else". */
  readonly branches: Map<string, number>;
  /** Changes of each bit, the most that one instance saw. */
  readonly toggles: Map<string, number>;
}

export function noCoverage(): FileCoverage {
  return { lines: new Map(), branches: new Map(), toggles: new Map() };
}

/** A bit has toggled when it went up and came down again. */
export const bothWays = 2;

/** Reads a file of Verilator (`SystemC::Coverage-3`) and adds it to what is known, by name of the source file. */
export function addCoverage(text: string, into: Map<string, FileCoverage>): void {
  for (const record of text.split("\n")) {
    const found = /^C '(.*)' (\d+)$/u.exec(record);
    if (found === null) continue;
    const fields = new Map(
      found[1]!
        .split("\u0001")
        .filter((field) => field !== "")
        .map((field) => field.split("\u0002") as [string, string]),
    );
    const file = fields.get("f") ?? "";
    const one = into.get(file) ?? noCoverage();
    into.set(file, one);
    addPoint(one, fields, Number(found[2]));
  }
}

function addPoint(into: FileCoverage, fields: ReadonlyMap<string, string>, count: number): void {
  const page = fields.get("page") ?? "";
  const what = fields.get("o") ?? "";
  const line = Number(fields.get("l"));
  if (page.startsWith("v_toggle")) {
    into.toggles.set(what, Math.max(into.toggles.get(what) ?? 0, count));
    return;
  }
  // The condition itself is run whichever way it goes
  const lines = new Set([...(what === "block" ? [] : [line]), ...linesOf(fields.get("S") ?? "")]);
  const most = new Map([...lines].map((at) => [at, count]));
  for (const [at, times] of most) into.lines.set(at, Math.max(into.lines.get(at) ?? 0, times));
  if (what === "block") return;
  const side = `${line} ${what === "else" ? "else" : "if"}`;
  into.branches.set(side, (into.branches.get(side) ?? 0) + count);
}

/** "84,103-104" as numbers. */
function linesOf(text: string): number[] {
  return text.split(",").flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split("-").map(Number);
    return part === "" ? [] : Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/** Adds what was counted elsewhere in a file whose lines are the same ones. */
export function mergeCoverage(into: FileCoverage, other: FileCoverage): void {
  const sum = <Key>(a: Map<Key, number>, b: ReadonlyMap<Key, number>): void => {
    for (const [key, count] of b) a.set(key, (a.get(key) ?? 0) + count);
  };
  sum(into.lines, other.lines);
  sum(into.branches, other.branches);
  for (const [bit, count] of other.toggles)
    into.toggles.set(bit, Math.max(into.toggles.get(bit) ?? 0, count));
}

export interface Share {
  readonly covered: number;
  readonly of: number;
}

export interface Shares {
  readonly lines: Share;
  readonly branches: Share;
  readonly toggles: Share;
}

export function sharesOf({ lines, branches, toggles }: FileCoverage): Shares {
  const share = (counts: ReadonlyMap<unknown, number>, least: number): Share => ({
    covered: [...counts.values()].filter((count) => count >= least).length,
    of: counts.size,
  });
  return { lines: share(lines, 1), branches: share(branches, 1), toggles: share(toggles, bothWays) };
}

export function addShares(all: readonly Shares[]): Shares {
  const sum = (part: keyof Shares): Share => ({
    covered: all.reduce((total, one) => total + one[part].covered, 0),
    of: all.reduce((total, one) => total + one[part].of, 0),
  });
  return { lines: sum("lines"), branches: sum("branches"), toggles: sum("toggles") };
}

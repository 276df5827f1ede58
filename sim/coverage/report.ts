/** Coverage as one HTML page that needs nothing else, light or dark as the reader's system is. */
import { addShares, bothWays, type FileCoverage, type Share, type Shares, sharesOf } from "./lines.ts";
import type { CoverGroupResult } from "./points.ts";

export interface ModuleCoverage {
  readonly module: string;
  /** As it is emitted. */
  readonly text: string;
  readonly coverage: FileCoverage;
}

export interface CoverageReport {
  readonly title: string;
  /** What was run. */
  readonly about: string;
  readonly devices: readonly { readonly name: string; readonly modules: readonly ModuleCoverage[] }[];
  readonly groups: readonly CoverGroupResult[];
}

export function reportHtml(report: CoverageReport): string {
  const { title, about, devices, groups } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${html(title)}</h1>
<p>${html(about)}</p>
${devices.map(({ name, modules }) => deviceTable(name, modules)).join("\n")}
<h2>Functional points</h2>
${groups.map(groupTable).join("\n")}
<h2>Modules</h2>
<p>A line in <mark class="never">red</mark> was never run; at an <code>if</code> in <mark class="half">yellow</mark> one side was
never taken.</p>
${devices.flatMap(({ name, modules }) => modules.map((one) => moduleSource(name, one))).join("\n")}
</body>
</html>
`;
}

function deviceTable(device: string, modules: readonly ModuleCoverage[]): string {
  const shares = modules.map(({ coverage }) => sharesOf(coverage));
  const cells = ({ lines, branches, toggles }: Shares): string =>
    [lines, branches, toggles].map(shareCell).join("");
  const rows = modules.map(
    ({ module }, index) =>
      `<tr><td><a href="#${device}-${module}">${module}</a></td>${cells(shares[index]!)}</tr>`,
  );
  return `<h2>${html(device)}</h2>
<table>
<tr><th>module</th><th>lines</th><th></th><th>branches</th><th></th><th>toggles</th><th></th></tr>
${rows.join("\n")}
<tr class="sum"><td>all</td>${cells(addShares(shares))}</tr>
</table>`;
}

function shareCell(share: Share): string {
  if (share.of === 0) return `<td></td><td></td>`;
  const percent = percentOf(share);
  const bar = `<progress max="100" value="${percent.toFixed(1)}"></progress>`;
  return `<td class="n">${share.covered} of ${share.of}</td><td class="n">${percent.toFixed(1)} % ${bar}</td>`;
}

/** 0 … 100. */
export function percentOf({ covered, of }: Share): number {
  return of === 0 ? 100 : (100 * covered) / of;
}

function groupTable({ name, axes, points }: CoverGroupResult): string {
  const hit = points.filter(({ count }) => count > 0).length;
  const rows = points.map(({ values, count }) => {
    const cells = values.map((value) => `<td>${html(value)}</td>`).join("");
    return `<tr${count === 0 ? ' class="never"' : ""}>${cells}<td class="n">${count}</td></tr>`;
  });
  return `<details${hit < points.length ? " open" : ""}>
<summary>${html(name)}: ${hit} of ${points.length}</summary>
<table>
<tr>${axes.map((axis) => `<th>${html(axis)}</th>`).join("")}<th>times</th></tr>
${rows.join("\n")}
</table>
</details>`;
}

function moduleSource(device: string, { module, text, coverage }: ModuleCoverage): string {
  const { lines, branches, toggles } = coverage;
  const still = [...toggles].filter(([, count]) => count < bothWays).map(([bit]) => bit);
  const rows = text.split("\n").map((line, index) => {
    const number = index + 1;
    const count = lines.get(number);
    const missed = (["if", "else"] as const).filter((side) => branches.get(`${number} ${side}`) === 0);
    const kind = count === 0 ? "never" : missed.length > 0 ? "half" : count === undefined ? "" : "run";
    const note = kind === "half" ? ` <em>${missed[0] === "if" ? "never true" : "never false"}</em>` : "";
    const times = count === undefined ? "" : short(count);
    return `<tr${kind === "" ? "" : ` class="${kind}"`}><td class="n">${number}</td><td class="n">${times}</td><td><code>${html(line)}</code>${note}</td></tr>`;
  });
  const uncovered = [...lines.values()].filter((count) => count === 0).length;
  const bits =
    still.length === 0
      ? ""
      : `<p>Bits that did not go both ways: <code>${ranges(still).map(html).join(", ")}</code></p>`;
  return `<details id="${device}-${module}"${uncovered > 0 ? " open" : ""}>
<summary>${html(device)}: ${module}, ${uncovered} lines never run</summary>
${bits}
<table class="source">
${rows.join("\n")}
</table>
</details>`;
}

/** Bits of one signal in one word: `count[11:9]`, `count[3]`. */
export function ranges(bits: readonly string[]): string[] {
  const bySignal = new Map<string, number[]>();
  for (const bit of bits) {
    const [, signal = bit, index] = /^(.*)\[(\d+)\]$/u.exec(bit) ?? [];
    bySignal.set(signal, [...(bySignal.get(signal) ?? []), ...(index === undefined ? [] : [Number(index)])]);
  }
  return [...bySignal].flatMap(([signal, indexes]) => {
    const sorted = indexes.toSorted((a, b) => b - a);
    if (sorted.length === 0) return [signal];
    const runs: [number, number][] = [];
    for (const index of sorted) {
      const last = runs.at(-1);
      if (last?.[1] === index + 1) last[1] = index;
      else runs.push([index, index]);
    }
    return runs.map(([high, low]) => (high === low ? `${signal}[${high}]` : `${signal}[${high}:${low}]`));
  });
}

/** 1234567 as 1.2M. */
function short(count: number): string {
  if (count < 10_000) return String(count);
  return count < 1e6 ? `${(count / 1e3).toFixed(0)}k` : `${(count / 1e6).toFixed(1)}M`;
}

function html(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const style = `
:root { color-scheme: light dark; --never: #ffd5d5; --half: #fff0b8; --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --never: #6b1f1f; --half: #57470f; } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; }
td, th { padding: .1rem .6rem; text-align: left; border-bottom: 1px solid var(--line); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.sum { font-weight: bold; }
.never { background: var(--never); color: inherit; }
.half { background: var(--half); color: inherit; }
.source { width: 100%; font-size: 13px; }
.source td { border: 0; padding: 0 .6rem; }
.source code { white-space: pre-wrap; }
.source em { opacity: .75; }
progress { width: 6rem; vertical-align: middle; }
summary { cursor: pointer; }
`;

import { esc, num } from "./html.ts";

/** A part of a whole, in its order. */
export interface Segment {
  readonly label: string;
  readonly value: number;
  /** Number of a colour, 0 … 7. */
  readonly color: number;
}

const width = 860;

/** A drawing of the page's own style. */
function drawing(title: string, height: number, parts: readonly string[]): string {
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${esc(title)}">
${parts.join("\n")}
</svg>`;
}

/** At most one digit after the point: no finer than what can be seen. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function label(x: number, y: number, words: string, kind: string, anchor = "start"): string {
  return `<text class="${kind}" x="${n(x)}" y="${n(y)}" text-anchor="${anchor}">${esc(words)}</text>`;
}

function rule(x1: number, y1: number, x2: number, y2: number, kind = "grid"): string {
  return `<path class="${kind}" d="M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}"/>`;
}

/** Bars below each other, each made of segments with their numbers in them; all to one scale. */
export function stackedBars(
  title: string,
  unit: string,
  bars: readonly { readonly name: string; readonly segments: readonly Segment[] }[],
): string {
  const most = Math.max(...bars.map(({ segments }) => sum(segments)));
  const { high, ticks } = evenAxis(most);
  const [left, right, step, top] = [8, width - 96, 64, 8];
  const x = (value: number): number => left + ((right - left) * value) / high;
  const bottom = top + bars.length * step;
  const parts = [
    ...ticks.map((tick) => rule(x(tick), top, x(tick), bottom)),
    ...ticks.map((tick) => label(x(tick), bottom + 16, num(tick), "tick", tick === 0 ? "start" : "middle")),
    label(right + 60, bottom + 16, unit, "tick", "end"),
    ...bars.flatMap(({ name, segments }, row) => {
      const y = top + row * step;
      let at = 0;
      const boxes = segments.flatMap(({ label: what, value, color }, index) => {
        const [from, to] = [x(at), x(at + value)];
        at += value;
        const number = String(index + 1);
        return [
          `<rect class="c${color % 8}" x="${n(from)}" y="${y + 22}" width="${n(Math.max(to - from - 1, 0.6))}" height="26" rx="1"><title>${number}. ${esc(what)}: ${num(value)} ${esc(unit)}</title></rect>`,
          ...(to - from > 8 * number.length + 6
            ? [label((from + to) / 2, y + 39, number, "on-color", "middle")]
            : []),
        ];
      });
      return [
        label(left, y + 15, name, "name"),
        ...boxes,
        label(x(at) + 8, y + 40, `${num(at, at > 1000 ? 0 : 2)} ${unit}`, "value"),
      ];
    }),
  ];
  return drawing(title, bottom + 26, parts);
}

function sum(segments: readonly Segment[]): number {
  return segments.reduce((total, { value }) => total + value, 0);
}

/** An axis from 0 in even steps, a little beyond the largest value. */
function evenAxis(most: number): { readonly high: number; readonly ticks: readonly number[] } {
  const unit = 10 ** Math.floor(Math.log10(most / 5));
  const step = unit * ([1, 2, 5, 10].find((one) => one * unit >= most / 5) ?? 10);
  const count = Math.ceil(most / step);
  return { high: count * step, ticks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

/** Horizontal bars with their values; `of` is the value of a full bar. */
export function bars(
  title: string,
  unit: string,
  of: number,
  rows: readonly { readonly name: string; readonly value: number; readonly note: string }[],
): string {
  const [left, right, step] = [210, width - 200, 30];
  const parts = rows.flatMap(({ name, value, note }, row) => {
    const y = 6 + row * step;
    const long = ((right - left) * Math.min(value, of)) / of;
    return [
      label(left - 10, y + 17, name, "name", "end"),
      `<rect class="track" x="${left}" y="${y + 4}" width="${right - left}" height="18" rx="1"/>`,
      `<rect class="c0" x="${left}" y="${y + 4}" width="${n(long)}" height="18" rx="1"/>`,
      label(right + 8, y + 17, `${num(value)} ${unit}${note}`, "value"),
    ];
  });
  return drawing(title, 12 + rows.length * step, parts);
}

/** From least to 99 %, with the median, on a logarithmic scale. */
export function ranges(
  title: string,
  unit: string,
  rows: readonly {
    readonly name: string;
    readonly min: number;
    readonly median: number;
    readonly p99: number;
  }[],
): string {
  const [left, right, step, top] = [210, width - 24, 34, 8];
  const from = 10 ** Math.floor(Math.log10(Math.max(1, Math.min(...rows.map(({ min }) => min)))));
  const to = 10 ** Math.ceil(Math.log10(Math.max(10, ...rows.map(({ p99 }) => p99))));
  const x = (value: number): number =>
    left + ((right - left) * Math.log(Math.max(value, from) / from)) / Math.log(to / from);
  const bottom = top + rows.length * step;
  const ticks: number[] = [];
  for (let tick = from; tick <= to * 1.001; tick *= 10) ticks.push(tick);
  const parts = [
    ...ticks.map((tick) => rule(x(tick), top, x(tick), bottom)),
    ...ticks.map((tick) =>
      label(
        x(tick),
        bottom + 16,
        `${num(tick)}${tick === to ? ` ${unit}` : ""}`,
        "tick",
        tick === to ? "end" : "middle",
      ),
    ),
    ...rows.flatMap(({ name, min, median, p99 }, row) => {
      const y = top + row * step + 16;
      return [
        label(left - 10, y + 4, name, "name", "end"),
        `<rect class="c0 soft" x="${n(x(min))}" y="${y - 6}" width="${n(Math.max(x(p99) - x(min), 2))}" height="12" rx="1"><title>${num(min)} to ${num(p99)} ${esc(unit)}</title></rect>`,
        `<rect class="c0" x="${n(x(median) - 2)}" y="${y - 9}" width="4" height="18"><title>median ${num(median)} ${esc(unit)}</title></rect>`,
      ];
    }),
  ];
  return drawing(title, bottom + 24, parts);
}

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

/** A curve over a logarithmic axis of sizes, in per cent. */
export function percentCurve(
  title: string,
  xName: string,
  points: readonly CurvePoint[],
  marks: readonly CurvePoint[],
): string {
  const [left, right, top, bottom] = [48, width - 16, 14, 260];
  const sizes = points.map((point) => point.x);
  const [from, to] = [Math.min(...sizes), Math.max(...sizes)];
  const x = (value: number): number => left + ((right - left) * Math.log(value / from)) / Math.log(to / from);
  const y = (value: number): number => bottom - ((bottom - top) * value) / 100;
  const ticks = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192].filter((tick) => tick > from && tick < to);
  const path = thinned(points)
    .map((point, index) => `${index === 0 ? "M" : "L"}${n(x(point.x))} ${n(y(point.y))}`)
    .join("");
  return drawing(title, 300, [
    ...[0, 25, 50, 75, 100].flatMap((tick) => [
      rule(left, y(tick), right, y(tick)),
      label(left - 8, y(tick) + 4, `${tick} %`, "tick", "end"),
    ]),
    ...ticks.flatMap((tick) => [
      rule(x(tick), bottom, x(tick), bottom + 5),
      label(x(tick), bottom + 18, num(tick), "tick", "middle"),
    ]),
    label(right, bottom + 34, xName, "tick", "end"),
    `<path class="curve" d="${path}"/>`,
    ...marks.map(
      (mark) =>
        `<circle class="mark" cx="${n(x(mark.x))}" cy="${n(y(mark.y))}" r="3"><title>${num(mark.x)} bytes: ${num(mark.y, 1)} %</title></circle>`,
    ),
  ]);
}

/** Points in the middle of a level stretch say nothing. */
function thinned(points: readonly CurvePoint[]): readonly CurvePoint[] {
  return points.filter((point, at) => {
    const [before, after] = [points[at - 1], points[at + 1]];
    return before === undefined || after === undefined || before.y !== point.y || after.y !== point.y;
  });
}

/** Throughput and latency against offered load, as one SVG picture for light and dark surroundings. */

/** One run at one load. */
export interface LoadPoint {
  /** Per cent of the wire's time that was generated, and that came out. */
  readonly offeredPercent: number;
  readonly deliveredPercent: number;
  /** From generation to arrival, ns; null when nothing came. */
  readonly latencyNs: { readonly mean: number; readonly p99: number } | null;
  readonly saturated: boolean;
}

const width = 760;
const height = 352;
const panel = { top: 78, bottom: 300, width: 286 } as const;
const left = [58, 420] as const;

/**
 * Every picture paints its own background, so that it can be read where the surroundings do not follow the reader's
 * preference. The two lines differ in dashes and marks, not in colour alone.
 */
const style = `
    svg { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0; --one: #0969da; --two: #9a6700; }
    @media (prefers-color-scheme: dark) {
      svg { --paper: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --grid: #3d444d; --one: #4493f8; --two: #d29922; }
    }
    text { font: 12px system-ui, sans-serif; fill: var(--ink); }
    .head { font-weight: 600; font-size: 14px; }
    .faint { fill: var(--faint); font-size: 11px; }
    .grid { stroke: var(--grid); stroke-width: 1; }
    .ideal { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 2 3; }
    .one { stroke: var(--one); } .two { stroke: var(--two); stroke-dasharray: 6 3; }
    .line { fill: none; stroke-width: 2; }
    .mark.one { fill: var(--one); } .mark.two { fill: var(--two); stroke-dasharray: none; }
    .mark.open { fill: var(--paper); stroke-width: 1.5; }
    .label-one { fill: var(--one); } .label-two { fill: var(--two); }`;

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly ticks: readonly number[];
}

/** Draws the points of a sweep, in the order of their loads. */
export function drawChart(title: string, subtitle: string, points: readonly LoadPoint[]): string {
  const sorted = points.toSorted((a, b) => a.offeredPercent - b.offeredPercent);
  const offered: Axis = { low: 0, high: 100, log: false, ticks: [0, 20, 40, 60, 80, 100] };
  const timed = sorted.flatMap((point) =>
    point.latencyNs === null ? [] : [{ ...point, ...point.latencyNs }],
  );
  const latency = latencyAxis(timed.flatMap(({ mean, p99 }) => [mean, p99]));
  const parts = [
    text(14, 24, title, "head"),
    text(14, 42, subtitle, "faint"),
    ...frame(left[0], "delivered, % of the wire", offered, offered),
    segment(left[0], panel.bottom, left[0] + panel.width, panel.top, "ideal"),
    ...curve(left[0], offered, offered, "one", sorted, ({ deliveredPercent }) => deliveredPercent),
    ...frame(left[1], latency.log ? "latency, ns (logarithmic)" : "latency, ns", offered, latency),
    ...curve(left[1], offered, latency, "two", timed, ({ p99 }) => p99),
    ...curve(left[1], offered, latency, "one", timed, ({ mean }) => mean),
    ...legend(sorted.some(({ saturated }) => saturated)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
  <title>${escaped(title)}</title>
  <style>${style}
  </style>
  <rect width="${width}" height="${height}" style="fill: var(--paper)"/>
${parts.map((part) => `  ${part}`).join("\n")}
</svg>
`;
}

/** From 0 in even steps; by powers of ten where the largest is far beyond the smallest. */
function latencyAxis(values: readonly number[]): Axis {
  const [low, high] = [Math.min(...values, 1e9), Math.max(...values, 1)];
  if (values.length === 0 || high < 20 * low) {
    const step = niceStep(high / 5);
    const count = Math.ceil(high / step);
    const ticks = Array.from({ length: count + 1 }, (_, index) => index * step);
    return { low: 0, high: count * step, log: false, ticks };
  }
  const [from, to] = [Math.floor(Math.log10(Math.max(low, 1))), Math.ceil(Math.log10(high))];
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  return { low: 10 ** from, high: 10 ** to, log: true, ticks };
}

/** The next of 1, 2, 5, 10, 20 … */
function niceStep(least: number): number {
  const unit = 10 ** Math.floor(Math.log10(least));
  return unit * ([1, 2, 5].find((step) => step * unit >= least) ?? 10);
}

function part(axis: Axis, value: number): number {
  const clipped = Math.min(Math.max(value, axis.low), axis.high);
  return axis.log
    ? Math.log(clipped / axis.low) / Math.log(axis.high / axis.low)
    : (clipped - axis.low) / (axis.high - axis.low);
}

const xAt = (origin: number, axis: Axis, value: number): number => origin + panel.width * part(axis, value);
const yAt = (axis: Axis, value: number): number =>
  panel.bottom - (panel.bottom - panel.top) * part(axis, value);

function frame(origin: number, name: string, x: Axis, y: Axis): readonly string[] {
  return [
    text(origin - 44, panel.top - 8, name, "faint"),
    ...y.ticks.flatMap((tick) => [
      segment(origin, yAt(y, tick), origin + panel.width, yAt(y, tick), "grid"),
      text(origin - 6, yAt(y, tick) + 4, tick.toLocaleString("en-US"), "faint", "end"),
    ]),
    ...x.ticks.map((tick) => text(xAt(origin, x, tick), panel.bottom + 16, String(tick), "faint", "middle")),
    text(origin + panel.width, panel.bottom + 32, "offered, % of the wire", "faint", "end"),
  ];
}

function curve<T extends LoadPoint>(
  origin: number,
  x: Axis,
  y: Axis,
  kind: "one" | "two",
  points: readonly T[],
  value: (point: T) => number,
): readonly string[] {
  const places = points.map((point) => {
    return { x: xAt(origin, x, point.offeredPercent), y: yAt(y, value(point)), saturated: point.saturated };
  });
  const path = places.map((at, index) => `${index === 0 ? "M" : "L"}${n(at.x)} ${n(at.y)}`).join("");
  return [
    `<path class="line ${kind}" d="${path}"/>`,
    ...places.map(({ x: cx, y: cy, saturated }) => {
      const kinds = `mark ${kind}${saturated ? " open" : ""}`;
      return `<circle class="${kinds}" cx="${n(cx)}" cy="${n(cy)}" r="3"/>`;
    }),
  ];
}

function legend(saturated: boolean): readonly string[] {
  const y = panel.bottom + 32;
  return [
    text(left[1], y, "● mean", "faint label-one"),
    text(left[1] + 56, y, "╌ 99 %", "faint label-two"),
    ...(saturated ? [text(left[0], y, "○ queues grow without end", "faint")] : []),
  ];
}

function segment(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<path class="${kind}" d="M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}"/>`;
}

function text(x: number, y: number, content: string, kind: string, anchor = "start"): string {
  return `<text class="${kind}" x="${n(x)}" y="${n(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

/** At most one digit behind the point: no finer than what can be seen. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

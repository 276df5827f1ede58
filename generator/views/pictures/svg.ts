/** A point or a size in pixels of the picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/**
 * Colours of all pictures, for light and dark surroundings. Every picture paints its own background, so that it can be
 * read where the surroundings do not follow the reader's preference.
 */
const style = `
    svg { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #818b98; --fill: #f6f8fa;
          --main: #0969da; --main-fill: #ddf4ff; --bad: #cf222e; --good: #1a7f37; }
    @media (prefers-color-scheme: dark) {
      svg { --paper: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --line: #6e7681; --fill: #151b23;
            --main: #4493f8; --main-fill: #0c2d6b; --bad: #f85149; --good: #3fb950; }
    }
    text { font: 13px system-ui, sans-serif; fill: var(--ink); }
    .name { font: 600 13px ui-monospace, monospace; }
    .small { font-size: 11px; fill: var(--faint); }
    .head { font-weight: 600; font-size: 14px; }
    .box { fill: var(--fill); stroke: var(--line); }
    .box.main { fill: var(--main-fill); stroke: var(--main); }
    .box.outside { fill: var(--paper); stroke-dasharray: 4 3; }
    .line { fill: none; stroke: var(--line); stroke-width: 1; marker-end: url(#tip); }
    .line.main { stroke: var(--main); stroke-width: 2.6; marker-end: url(#tip-main); }
    .line.bad { stroke: var(--bad); stroke-width: 1.8; marker-end: none; }
    .line.good { stroke: var(--good); stroke-width: 1.8; marker-end: url(#tip-good); }
    .rule { stroke: var(--line); stroke-width: 1; }
    .bad-text { fill: var(--bad); } .good-text { fill: var(--good); } .main-text { fill: var(--main); }`;

const tips = (["", "-main", "-good"] as const)
  .map((kind) => {
    const color = kind === "" ? "--line" : `-${kind}`;
    const size = kind === "-main" ? 4 : 7;
    return `    <marker id="tip${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="${size}" markerHeight="${size}" orient="auto"><path d="M0 0 8 4 0 8z" style="fill: var(${color})"/></marker>`;
  })
  .join("\n");

/** A whole picture. `title` is read out by screen readers. */
export function picture(title: string, width: number, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">
  <title>${escapeXml(title)}</title>
  <defs>
    <style>${style}
    </style>
${tips}
  </defs>
  <rect width="${width}" height="${height}" style="fill: var(--paper)"/>
${parts.map((part) => `  ${part}`).join("\n")}
</svg>
`;
}

/** Rules of {@link style} but for the colours of `svg` itself, for a page that has them once for all of its pictures. */
export const innerStyle = style.slice(style.indexOf("    text {"));

/**
 * A picture for the middle of a page that brings style and tips along: it fits its place, is painted on what is there,
 * and its rules do not spill over the page.
 */
export function inlined(svg: string): string {
  return svg
    .replace(/ {2}<defs>[\s\S]*?<\/defs>\n/u, "")
    .replace(/ {2}<rect [^>]*var\(--paper\)"\/>\n/u, "")
    .replace('<svg xmlns="http://www.w3.org/2000/svg"', '<svg class="picture"')
    .trimEnd();
}

/** The tips of lines, once for a page. */
export const tipDefs = `<defs>\n${tips}\n</defs>`;

/** A rectangle with a name and, below it, lines in small letters, centred. */
export function labelledBox(box: Box, name: string, notes: readonly string[], kind = ""): readonly string[] {
  const lineHeight = 15;
  const top = box.y + (box.height - lineHeight * notes.length) / 2 + 5;
  const middle = box.x + box.width / 2;
  return [
    `<rect class="box ${kind}" x="${n(box.x)}" y="${n(box.y)}" width="${n(box.width)}" height="${n(box.height)}" rx="5"/>`,
    text({ x: middle, y: top }, name, "name", "middle"),
    ...notes.map((note, index) =>
      text({ x: middle, y: top + lineHeight * (index + 1) }, note, "small", "middle"),
    ),
  ];
}

export function text(at: Point, content: string, kind = "", anchor = "start"): string {
  const place = `x="${n(at.x)}" y="${n(at.y)}"`;
  return `<text class="${kind}" ${place} text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

/** A line through the points with a tip at its end. */
export function line(points: readonly Point[], kind = ""): string {
  const [first, ...rest] = points;
  if (!first) return "";
  return `<path class="line ${kind}" d="M${n(first.x)} ${n(first.y)}${rest.map(({ x, y }) => `L${n(x)} ${n(y)}`).join("")}"/>`;
}

/** Width that a text in small letters or as a name takes, a little more than needed. */
export function widthOf(name: string, notes: readonly string[]): number {
  return Math.ceil(Math.max(name.length * 8.2, ...notes.map((note) => note.length * 6.2)) + 18);
}

/** At most one digit after the point: what a layout gives is no finer than what can be seen. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escapeXml(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

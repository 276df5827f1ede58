/** WaveDrom's drawings of signals over time and of bit fields, in the colours of the page. */
import { createRequire } from "node:module";
import { esc } from "./html.ts";

/** One row: `wave` in WaveDrom's letters, a label for each box of a bus. */
export interface Signal {
  readonly name?: string;
  readonly wave?: string;
  readonly data?: readonly string[];
}

/** A field, from the lowest bit on. */
export interface BitField {
  readonly name: string;
  readonly bits: number;
}

type Node = readonly [string, ...unknown[]];

interface WaveDrom {
  readonly renderAny: (index: number, source: object, skin: object, notFirst: boolean) => Node;
  readonly waveSkin: { readonly default: Node };
  readonly onml: { readonly stringify: (node: Node) => string };
}

let loaded: WaveDrom | undefined;

function library(): WaveDrom {
  loaded ??= createRequire(import.meta.url)("wavedrom") as WaveDrom;
  return loaded;
}

/** Signals over time. The bricks that it is laid of are those of {@link waveBricks}. */
export function drawWaves(title: string, signals: readonly Signal[]): string {
  const { renderAny, waveSkin, onml } = library();
  // The first one of a page sets the sizes of the skin; it is drawn with each, so that no drawing depends on others.
  renderAny(0, { signal: [{ name: "", wave: "0" }] }, waveSkin, true);
  const drawn = onml.stringify(renderAny(1, { signal: signals, config: { hscale: 2 } }, waveSkin, true));
  return adopted(drawn, title).replaceAll('xlink:href="#', 'href="#w-');
}

/** Fields in rows of `rowBits`, the highest bit at the left, and on top unless the lowest row is to be `lowFirst`. */
export function drawBits(
  title: string,
  fields: readonly BitField[],
  { rowBits = 32, lowFirst = false }: { readonly rowBits?: number; readonly lowFirst?: boolean } = {},
): string {
  const { renderAny, waveSkin, onml } = library();
  const bits = fields.reduce((sum, field) => sum + field.bits, 0);
  const reg = fields.map(({ name, bits: count }) => (name === "" ? { bits: count } : { name, bits: count }));
  const lanes = Math.ceil(bits / rowBits);
  const config = { bits, lanes, hspace: 832, vspace: lanes > 8 ? 44 : 56, fontsize: 13, hflip: lowFirst };
  return adopted(onml.stringify(renderAny(0, { reg, config }, waveSkin, true)), title);
}

/** The drawing as a part of a page: with a title, without names of its own, colours and fonts from the page. */
function adopted(svg: string, title: string): string {
  const box = /viewBox="([^"]*)"/u.exec(svg)?.[1] ?? "0 0 100 100";
  const width = Number(box.split(" ")[2]);
  const body = svg
    .slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"))
    .replace(/<style[\s\S]*?<\/style>/gu, "")
    .replace(/<rect [^>]*style="stroke:none;fill:white"\/>/gu, "")
    .replace(/ (?:id|xmlns:xlink|xmlns|xml:space|field)="[^"]*"/gu, "")
    .replaceAll('stroke="black"', 'stroke="currentColor"')
    .replace(/ font-family="[^"]*"/gu, "")
    .replaceAll('style="stroke:#888;stroke-width:0.5;stroke-dasharray:1,3"', 'class="mark-line"');
  return `<svg class="wave" viewBox="${box}" style="width:${width}px" role="img" aria-label="${esc(title)}">${body}</svg>`;
}

/** The bricks that the given drawings are laid of, to be put in front of them once. */
export function waveBricks(drawings: readonly string[]): string {
  const used = new Set(
    drawings.flatMap((svg) => [...svg.matchAll(/href="#w-([^"]+)"/gu)].map(([, id]) => id)),
  );
  const { waveSkin, onml } = library();
  const skin = onml.stringify(waveSkin.default);
  const bricks = [...skin.matchAll(/<g id="([^"]+)">[\s\S]*?<\/g>/gu)].filter(([, id]) => used.has(id));
  const missing = [...used].filter((id) => !bricks.some(([, brick]) => brick === id));
  if (missing.length > 0) throw new Error(`WaveDrom's skin has no brick ${missing.join(", ")}`);
  const defs = bricks.map(([brick]) => brick.replace('id="', 'id="w-')).join("\n");
  return `<svg class="defs" width="0" height="0" aria-hidden="true"><defs>\n${defs}\n</defs></svg>`;
}

import { esc } from "./html.ts";
import type { Interface } from "./ports.ts";

const rowHeight = 19;
const nameWidth = 250;
const bodyWidth = 250;
const pin = 22;
const width = 2 * nameWidth + bodyWidth + 2 * pin;

/** Interfaces that stand at the wire's side, on the right. */
const rightKinds: readonly Interface["kind"][] = ["mii", "lanes", "status"];

/** The device as a box with its ports around it: the client's side on the left, the wire's on the right. */
export function drawSymbol(device: string, interfaces: readonly Interface[], others: string): string {
  const left = interfaces.filter(({ kind }) => !rightKinds.includes(kind));
  const right = interfaces.filter(({ kind }) => rightKinds.includes(kind));
  const rows = (side: readonly Interface[]): number =>
    side.reduce((sum, { ports }) => sum + ports.length + 1, 0);
  const height = Math.max(rows(left), rows(right) + (others === "" ? 0 : 2)) * rowHeight + 56;
  const [x0, x1] = [nameWidth + pin, nameWidth + pin + bodyWidth];
  const parts = [
    `<rect class="body" x="${x0}" y="8" width="${bodyWidth}" height="${height - 16}" rx="3"/>`,
    `<text class="device" x="${x0 + bodyWidth / 2}" y="32" text-anchor="middle">${esc(device)}</text>`,
    ...side(left, x0, -1),
    ...side(right, x1, 1),
    ...(others === ""
      ? []
      : [
          `<text class="tick" x="${x1 - 10}" y="${52 + rows(right) * rowHeight + 16}" text-anchor="end">${esc(others)}</text>`,
        ]),
  ];
  return `<svg class="chart symbol" viewBox="0 0 ${width} ${height}" role="img" aria-label="Ports of ${esc(device)}">
${parts.join("\n")}
</svg>`;
}

function side(interfaces: readonly Interface[], x: number, direction: -1 | 1): readonly string[] {
  let row = 0;
  const inner = direction === -1 ? "start" : "end";
  const outer = direction === -1 ? "end" : "start";
  return interfaces.flatMap(({ prefix, kind, ports }) => {
    const title = kind === "clock" ? "clock, reset" : kind === "status" || kind === "other" ? kind : prefix;
    const head = 52 + row * rowHeight;
    row += 1;
    return [
      `<text class="group" x="${x - 10 * direction}" y="${head}" text-anchor="${inner}">${esc(title)}</text>`,
      ...ports.map(({ name, output, bits }) => {
        const y = 52 + row * rowHeight;
        row += 1;
        const range = bits === 1 ? "" : `[${bits - 1}:0]`;
        const tip = x + pin * direction;
        const [from, to] = output ? [x, tip] : [tip, x];
        const head = from < to ? -5 : 5;
        const words = `${esc(name)}<tspan class="range">${range}</tspan>`;
        return [
          `<path class="pin${bits > 1 ? " bus" : ""}" d="M${from} ${y - 4}H${to}m${head} -3.5L${to} ${y - 4}l${head} 3.5"/>`,
          `<text class="port" data-port="${esc(name)}" x="${tip + 4 * direction}" y="${y}" text-anchor="${outer}">${words}</text>`,
        ].join("");
      }),
    ];
  });
}

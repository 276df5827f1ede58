import type { SwitchDesign } from "../../generator/design/switch.ts";
import { picture, text } from "../../generator/views/pictures/svg.ts";

const nameWidth = 530;
const cycleWidth = 22;
const rowHeight = 24;
const top = 40;

/** A packet's first beat on its way through an idle switch: a bar for each stage, one below the other, a cycle a step. */
export function drawSwitchLatency(design: SwitchDesign): string {
  const stages = design.latencyBudget.portToPort;
  const total = stages.reduce((sum, { cycles }) => sum + cycles, 0);
  const width = nameWidth + total * cycleWidth + 110;
  const height = top + stages.length * rowHeight + 34;
  const bottom = top + stages.length * rowHeight;
  const ticks = Array.from({ length: total + 1 }, (_, cycle) => {
    const x = nameWidth + cycle * cycleWidth;
    const number = cycle % 5 === 0 || cycle === total;
    return [
      `<path class="rule" style="opacity: ${number ? 0.45 : 0.15}" d="M${x} ${top - 6}V${bottom}"/>`,
      ...(number ? [text({ x, y: top - 12 }, String(cycle), "small", "middle")] : []),
    ];
  }).flat();
  let at = 0;
  const rows = stages.flatMap(({ module, what, cycles }, index) => {
    const x = nameWidth + at * cycleWidth;
    const y = top + index * rowHeight;
    at += cycles;
    const kind = /^(route_lookup|voq_buffer|scheduler|crossbar)$/.test(module) ? "main" : "";
    return [
      text({ x: 12, y: y + 16 }, module, "name"),
      text({ x: 122, y: y + 16 }, what, "small"),
      `<rect class="box ${kind}" x="${x}" y="${y + 4}" width="${cycles * cycleWidth}" height="${rowHeight - 8}" rx="3"/>`,
    ];
  });
  const ns = ((1000 * total) / design.clockMHz).toFixed(1);
  return picture(`A packet through an idle switch (${design.name}), cycle by cycle`, width, height, [
    text({ x: nameWidth - 10, y: top - 12 }, "cycle", "small", "end"),
    ...ticks,
    ...rows,
    text(
      { x: nameWidth + total * cycleWidth + 8, y: bottom - 8 },
      `${total} cycles, ${ns} ns`,
      "small main-text",
    ),
    text({ x: nameWidth, y: bottom + 22 }, "filled in blue: between the ports", "small"),
  ]);
}

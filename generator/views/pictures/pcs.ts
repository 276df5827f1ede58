import type { PcsDesign } from "../../design/pcs.ts";
import { type Box, labelledBox, line, type Point, picture, text } from "./svg.ts";

interface Block extends Box {
  readonly name: string;
  readonly notes: readonly string[];
  readonly kind?: "main" | "outside";
}

const width = 1240;
const height = 486;
const size = { width: 128, height: 76 };
/** Left edges of the columns, from the device's side to the lanes. */
const columns = [12, 160, 318, 476, 634, 792, 950, 1106];
const rows = { tx: 96, rx: 238, status: 372 };

/** A PCS from the MII to the lanes and back: its modules, where the clocks meet, and the numbers of the design. */
export function drawPcs(name: string, clockMHz: number, pcs: PcsDesign): string {
  const { derived: d, format, lanes } = pcs;
  const at = (
    column: number,
    row: keyof typeof rows,
    title: string,
    notes: readonly string[],
    kind?: Block["kind"],
  ): Block => ({
    ...{ x: columns[column]!, y: rows[row], ...size, name: title, notes },
    ...(kind ? { kind } : {}),
  });
  const { codewords, codewordSymbols: n, messageSymbols: k, pcsLanes, markerGroups } = format;
  const group = `${d.groupsPerWord.value} × 257 bits`;
  const line640 = `${d.lineBits.value} bits`;
  const serdes = `${lanes.count} × ${d.laneBits.value} bits`;
  const tx = [
    at(0, "tx", "MII", ["from mac_tx"], "outside"),
    at(1, "tx", "pcs_encode", ["64B/66B", "256B/257B"], "main"),
    at(2, "tx", "async_fifo", [group]),
    at(3, "tx", "pcs_scrambler", ["x⁵⁸ + x³⁹ + 1"]),
    at(4, "tx", "pcs_markers", [
      `${markerGroups} groups every`,
      `${d.markerPeriodCodewords.value} codewords`,
    ]),
    at(5, "tx", "pcs_tx_gearbox", [`to words of ${line640}`]),
    at(6, "tx", "rs_encoder", [`${codewords} × RS(${n},${k})`, "dealt to the lanes"], "main"),
    at(7, "tx", "lanes", [serdes, `${lanes.count} × ${lanes.gbps} Gb/s`], "outside"),
  ];
  const rx = [
    at(0, "rx", "MII", ["to mac_rx"], "outside"),
    at(1, "rx", "pcs_decode", ["257B/256B", "66B/64B"], "main"),
    at(2, "rx", "async_fifo", [group]),
    at(3, "rx", "pcs_rx", ["bad pair: errors", "markers out,", "descramble"]),
    at(
      4,
      "rx",
      "rs_decoder",
      [`${codewords} ×, corrects`, `${d.correctableSymbols.value} symbols of ${n}`],
      "main",
    ),
    at(5, "rx", "pcs_deskew", [`${d.deskewWords.value} words a lane`, "order of the lanes"]),
    at(6, "rx", "pcs_lane_lock", [`${pcsLanes} ×`, "finds the markers"]),
    at(7, "rx", "lanes", [serdes], "outside"),
  ];
  const status = [
    at(0, "status", "registers", ["counters, thresholds"], "outside"),
    at(1, "status", "pcs_status", ["link up", "increments"]),
    at(2, "status", "async_fifo", ["a record"]),
    at(3, "status", "pcs_monitor", ["counts, hi_ser,", "degrade"]),
  ];
  const right = ({ x, y }: Block): Point => ({ x: x + size.width, y: y + size.height / 2 });
  const left = ({ x, y }: Block): Point => ({ x, y: y + size.height / 2 });
  const chain = (blocks: readonly Block[], forward: boolean): readonly string[] =>
    blocks.slice(1).map((block, i) => {
      const before = blocks[i]!;
      return line(forward ? [right(before), left(block)] : [left(block), right(before)], "main");
    });
  const mhz = (value: number): string => `${Math.round(value * 100) / 100} MHz`;
  const monitor = status[3]!;
  const below = (block: Block): Point => ({ x: block.x + size.width / 2, y: block.y + size.height });
  return picture(`Blocks of a PCS (${name})`, width, height, [
    ...frame({ x: 148, y: 56, width: 234, height: 414 }, `clk, ${mhz(clockMHz)}`),
    ...frame({ x: 382, y: 56, width: 712, height: 132 }, `tx_lane_clk, ${mhz(d.laneClockMHz.value)}`),
    ...frame({ x: 382, y: 198, width: 712, height: 272 }, "rx_lane_clk, recovered from the lanes"),
    ...chain(tx, true),
    ...chain(rx, false),
    ...chain(status, false),
    line([below(rx[3]!), { x: below(monitor).x, y: monitor.y }]),
    line([
      { x: below(rx[5]!).x, y: below(rx[5]!).y },
      { x: below(rx[5]!).x, y: monitor.y + size.height / 2 },
      right(monitor),
    ]),
    ...[...tx, ...rx, ...status].flatMap((block) => labelledBox(block, block.name, block.notes, block.kind)),
  ]);
}

/** The part that runs at one clock; a FIFO stands on the border of two. */
function frame(box: Box, name: string): readonly string[] {
  const { x, y, width: w, height: h } = box;
  return [
    `<rect class="rule" x="${x}" y="${y}" width="${w}" height="${h}" rx="8" style="fill: none; opacity: 0.6"/>`,
    text({ x: x + 10, y: y + 18 }, name, "small"),
  ];
}

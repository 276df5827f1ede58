import type { SwitchDesign } from "../../design/switch.ts";
import { type Box, labelledBox, line, type Point, picture, text } from "./svg.ts";

interface Block extends Box {
  /** A module of the design, or what stands outside. */
  readonly name: string;
  readonly notes: readonly string[];
  readonly kind?: "main" | "outside";
}

const width = 1110;
const height = 540;

/**
 * A switch from MII to MII: what its packets go through, and what decides about them, with the sizes of the design.
 * @param texts of all modules of the device, by their names: nothing is drawn that is not there
 */
export function drawSwitch(design: SwitchDesign, texts: ReadonlyMap<string, string>): string {
  const blocks = blocksOf(design);
  for (const { name, kind } of Object.values(blocks)) {
    if (kind !== "outside" && !texts.has(`${design.name}_${name}`))
      throw new Error(`${design.name} has no module ${name}`);
  }
  const last = design.ports;
  return picture(`Blocks of a switch (${design.name})`, width, height, [
    ...frame({ x: 124, y: 66, width: 482, height: 186 }, `ports 1 … ${last}, each: switch_port`),
    ...frame({ x: 766, y: 66, width: 202, height: 186 }, "the same switch_port"),
    ...frame({ x: 124, y: 276, width: 482, height: 124 }, "port 0"),
    ...frame({ x: 766, y: 276, width: 202, height: 124 }, "port 0"),
    ...lines(blocks),
    ...Object.values(blocks).flatMap((block) => labelledBox(block, block.name, block.notes, block.kind)),
  ]);
}

type BlockId =
  | "miiIn"
  | "receive"
  | "lookUp"
  | "buffer"
  | "crossbar"
  | "transmit"
  | "miiOut"
  | "clientIn"
  | "managementIn"
  | "ingress0"
  | "managementOut"
  | "clientOut"
  | "scheduler"
  | "software"
  | "demux"
  | "csr";

function blocksOf(design: SwitchDesign): Readonly<Record<BlockId, Block>> {
  const { derived: d, tables, scheduler, port } = design;
  const p = port.derived;
  const internal = d.internalPorts.value;
  const lanes = port.virtualLanes.data + 1;
  const pageBytes = d.pageBeats.value * p.beatBytes.value;
  const rounds = `${scheduler.iterations} round${scheduler.iterations === 1 ? "" : "s"}`;
  const kind = scheduler.kind === "islip" ? `iSLIP, ${rounds}` : "wavefront";
  const at = (
    [x, y]: readonly [number, number],
    [w, h]: readonly [number, number],
    name: string,
    notes: readonly string[],
    kindOf?: Block["kind"],
  ): Block => ({ x, y, width: w, height: h, name, notes, ...(kindOf ? { kind: kindOf } : {}) });
  const wire = `${port.rateGbps} Gb/s`;
  return {
    miiIn: at([12, 132], [90, 58], "MII in", [wire], "outside"),
    receive: at(
      [138, 116],
      [168, 90],
      "link_port",
      ["receive side:", "MAC, CRC, retry:", "once and in order"],
      "main",
    ),
    lookUp: at([354, 86], [236, 72], "route_lookup", [
      `${tables.unicastEntries} unicast, ${tables.multicastEntries} multicast rows`,
      `SL to VL, ${tables.partitionKeys} P_Keys`,
    ]),
    buffer: at(
      [354, 174],
      [236, 66],
      "voq_buffer",
      [
        `${d.pagesPerPort.value} pages of ${pageBytes} bytes`,
        `a queue for each of ${internal} outputs × ${lanes} lanes`,
      ],
      "main",
    ),
    crossbar: at(
      [636, 66],
      [104, 334],
      "crossbar",
      [`${internal} × ${internal}`, `${design.datapathBits} bits`, stages(d.crossbarStages.value)],
      "main",
    ),
    transmit: at(
      [780, 102],
      [174, 118],
      "link_port",
      [
        "transmit side:",
        `${p.txQueueBeats.value} beats for each data lane`,
        "VL arbitration, credits",
        "VCRC, retry, MAC",
      ],
      "main",
    ),
    miiOut: at([1008, 132], [90, 58], "MII out", [wire], "outside"),
    clientIn: at([12, 318], [90, 58], "agent", ["AXI4-Stream"], "outside"),
    managementIn: at([138, 310], [168, 74], "management_port", ["output by DLID,", "or by tdest"], "main"),
    ingress0: at(
      [354, 310],
      [236, 74],
      "ingress",
      ["the same look-up and buffer,", `${d.managementPages.value} pages a lane`],
      "main",
    ),
    managementOut: at(
      [780, 310],
      [174, 74],
      "management_port",
      [`${p.txQueueBeats.value} beats, one queue`],
      "main",
    ),
    clientOut: at([1008, 318], [90, 58], "agent", ["AXI4-Stream"], "outside"),
    scheduler: at([560, 450], [180, 66], "scheduler", [kind, "a matching each cycle"]),
    software: at([12, 454], [90, 58], "software", ["AXI4-Lite, irq"], "outside"),
    demux: at([138, 454], [168, 58], "register_demux", [`${2 * internal} pages of 4 KiB`]),
    csr: at([336, 454], [168, 58], "switch_csr", ["tables, interrupts"]),
  };
}

function stages(cycles: number): string {
  return cycles === 1 ? "1 cycle" : `${cycles} cycles`;
}

/** A part of the switch that is there several times, or twice in the picture. */
function frame(box: Box, name: string): readonly string[] {
  const { x, y, width: w, height: h } = box;
  return [
    `<rect class="rule" x="${x}" y="${y}" width="${w}" height="${h}" rx="8" style="fill: none; opacity: 0.6"/>`,
    text({ x: x + 10, y: y + 15 }, name, "small"),
  ];
}

function lines(b: Readonly<Record<BlockId, Block>>): readonly string[] {
  const left = ({ x, y, height: h }: Box, share = 0.5): Point => ({ x, y: y + h * share });
  const right = ({ x, y, width: w, height: h }: Box, share = 0.5): Point => ({ x: x + w, y: y + h * share });
  /** To the right, with one bend where the heights differ. */
  const across = (from: Point, to: Point, bend = (from.x + to.x) / 2): readonly Point[] =>
    from.y === to.y ? [from, to] : [from, { x: bend, y: from.y }, { x: bend, y: to.y }, to];
  const level = (from: Point, box: Box): Point => ({ x: box.x, y: from.y });
  const main = (points: readonly Point[]): string => line(points, "main");
  const { scheduler, buffer, crossbar, transmit } = b;
  const top = 34;
  const below = (box: Box, x: number): Point => ({ x, y: box.y + box.height });
  return [
    main(across(right(b.miiIn), left(b.receive))),
    main(across(right(b.receive, 0.72), left(buffer), 330)),
    line(across(right(b.receive, 0.5), left(b.lookUp), 330)),
    line([below(b.lookUp, 472), { x: 472, y: buffer.y }]),
    main([right(buffer), level(right(buffer), crossbar)]),
    main([{ x: 740, y: left(transmit).y }, left(transmit)]),
    main(across(right(transmit), left(b.miiOut))),
    main(across(right(b.clientIn), left(b.managementIn))),
    main(across(right(b.managementIn), left(b.ingress0))),
    main([right(b.ingress0), level(right(b.ingress0), crossbar)]),
    main([{ x: 740, y: left(b.managementOut).y }, left(b.managementOut)]),
    main(across(right(b.managementOut), left(b.clientOut))),
    // Room of the transmit queues, over the crossbar to the input buffers
    line([
      { x: 867, y: transmit.y },
      { x: 867, y: top },
      { x: 612, y: top },
      { x: 612, y: 192 },
      { x: 590, y: 192 },
    ]),
    text({ x: 740, y: top - 8 }, "room of each lane", "small", "middle"),
    // Requests and matches
    line([
      { x: 590, y: 224 },
      { x: 620, y: 224 },
      { x: 620, y: scheduler.y },
    ]),
    line([
      { x: 578, y: scheduler.y },
      { x: 578, y: buffer.y + buffer.height },
    ]),
    text({ x: 626, y: 438 }, "requests", "small"),
    text({ x: 570, y: 424 }, "matches", "small", "end"),
    line([
      { x: 700, y: scheduler.y },
      { x: 700, y: crossbar.y + crossbar.height },
    ]),
    text({ x: 706, y: 424 }, "selects", "small"),
    // Credits
    line([
      { x: 354, y: 228 },
      { x: 250, y: 228 },
      { x: 250, y: 206 },
    ]),
    text({ x: 262, y: 242 }, "room, for credits", "small"),
    // Registers
    line(across(right(b.software), left(b.demux))),
    line(across(right(b.demux), left(b.csr))),
    line([
      { x: 222, y: b.demux.y },
      { x: 222, y: 404 },
    ]),
    text({ x: 214, y: 430 }, "each port's registers", "small", "end"),
    line([
      { x: 420, y: b.csr.y },
      { x: 420, y: 404 },
    ]),
    text({ x: 428, y: 438 }, "tables", "small"),
  ];
}

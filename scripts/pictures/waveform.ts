import { picture, text } from "../../generator/views/pictures/svg.ts";
import { Cable, type Model, modelMii, openDevice, taggedPacket } from "../../sim/index.ts";
import { columnKind, kindOfColumn } from "../../sim/reference/columns.ts";

/** The small link of the README. */
const description = {
  name: "my_link",
  clockMHz: 400,
  datapathBits: 64,
  rateGbps: 25,
  mtuBytes: 1024,
  cableMeters: 3,
  virtualLanes: { data: 2 },
} as const;

const packetBytes = 40;
/** Cycles on the wire: a cable much shorter than the described one, so that the picture stays small. */
const delayCycles = 1;
const readyCycle = 3000;
const shownCycles = 36;

interface Signal {
  readonly name: string;
  readonly note: string;
  /** One value a cycle: a bit, or the name of what is on a bus. */
  readonly values: (number | string)[];
}

/** A packet from the stream into one port to the stream out of the other, cycle by cycle, as simulated. */
export async function drawWaveform(): Promise<string> {
  const models = [
    await openDevice(description, { trace: true, quick: true }),
    await openDevice(description, { trace: true, quick: true }),
  ] as const;
  const [left, right] = models;
  for (const model of models) {
    model.reset();
    model.port("p0_rx_vl_enable").set(0xffff);
    model.port("p0_rx_tready").set(1);
  }
  const cable = new Cable(modelMii(left), modelMii(right), { ab: { delayCycles } });
  const step = () => {
    cable.tick();
    left.step();
    right.step();
  };
  for (let cycle = 0; cycle < readyCycle; cycle++) step();
  const signals = record(left, right, step);
  for (const model of models) model.close();
  return draw(signals);
}

function record(left: Model, right: Model, step: () => void): readonly Signal[] {
  const packet = taggedPacket({ source: 0, vl: 0, index: 0 }, packetBytes);
  const beats = packetBytes / 8;
  const bits = (model: Model, name: string, note: string): [Signal, () => number | string] => {
    const port = model.port(name);
    return [{ name, note, values: [] }, () => port.get()];
  };
  const columns = (model: Model, name: string, note: string): [Signal, () => number | string] => {
    const data = model.port(`p0_mii_${name}d`).bytes;
    const flags = model.port(`p0_mii_${name}c`).bytes;
    return [{ name: `p0_mii_${name}d`, note, values: [] }, () => labelOf(data, flags)];
  };
  const rows = [
    bits(left, "p0_tx_tvalid", "left port"),
    bits(left, "p0_tx_tlast", ""),
    columns(left, "tx", ""),
    columns(right, "rx", "right port"),
    bits(right, "p0_rx_tvalid", ""),
    bits(right, "p0_rx_tlast", ""),
    columns(right, "tx", "answer: ACK"),
  ];
  const [valid, last, keep, data] = ["tvalid", "tlast", "tkeep", "tdata"].map((name) =>
    left.port(`p0_tx_${name}`),
  );
  for (let cycle = 0; cycle < shownCycles; cycle++) {
    const beat = cycle - 2;
    const offered = beat >= 0 && beat < beats;
    valid?.set(offered ? 1 : 0);
    last?.set(offered && beat === beats - 1 ? 1 : 0);
    keep?.set(offered ? 0xff : 0);
    data?.bytes.set(offered ? packet.subarray(8 * beat, 8 * beat + 8) : new Uint8Array(8));
    for (const [signal, value] of rows) signal.values.push(value());
    step();
  }
  return rows.map(([signal]) => signal);
}

function labelOf(data: Uint8Array, flags: Uint8Array): string {
  switch (kindOfColumn(data, 0, flags[0] ?? 0)) {
    case columnKind.start:
      return "start";
    case columnKind.data:
      return "data";
    case columnKind.terminate:
      return "end";
    case columnKind.control:
      return "ctl";
    default:
      return "";
  }
}

const nameWidth = 200;
const cycleWidth = 19;
const rowHeight = 38;
const top = 36;

function draw(signals: readonly Signal[]): string {
  const width = nameWidth + shownCycles * cycleWidth + 16;
  const height = top + signals.length * rowHeight + 26;
  const ticks = Array.from({ length: Math.ceil(shownCycles / 4) }, (_, index) => {
    const x = nameWidth + 4 * index * cycleWidth;
    return [
      `<path class="rule" style="opacity: 0.35" d="M${x} ${top - 8}V${height - 28}"/>`,
      text({ x, y: top - 14 }, String(4 * index), "small", "middle"),
    ];
  }).flat();
  const title = `A packet of ${packetBytes} bytes through two 64-bit ports, one column a cycle`;
  return picture(title, width, height, [
    text({ x: 12, y: top - 14 }, "cycle", "small"),
    ...ticks,
    text({ x: nameWidth, y: height - 10 }, "S start, D data, E end, C control set, line: idle", "small"),
    ...signals.flatMap((signal, index) => drawSignal(signal, top + index * rowHeight)),
  ]);
}

function drawSignal({ name, note, values }: Signal, y: number): readonly string[] {
  const names = [
    text({ x: 12, y: y + 18 }, name, "name"),
    ...(note === "" ? [] : [text({ x: nameWidth - 10, y: y + 18 }, note, "small", "end")]),
  ];
  return [...names, ...(typeof values[0] === "number" ? drawBit(values, y) : drawBus(values, y))];
}

function drawBit(values: readonly (number | string)[], y: number): readonly string[] {
  const level = (value: number | string | undefined) => (value === 1 ? y + 4 : y + 24);
  const steps = values.map(
    (value, index) =>
      `${index === 0 ? "M" : "L"}${nameWidth + index * cycleWidth} ${level(value)}H${nameWidth + (index + 1) * cycleWidth}`,
  );
  return [`<path d="${steps.join("")}" style="fill: none; stroke: var(--main); stroke-width: 1.6"/>`];
}

function drawBus(values: readonly (number | string)[], y: number): readonly string[] {
  return values.flatMap((value, index) => {
    const x = nameWidth + index * cycleWidth;
    if (value === "") {
      return [`<path d="M${x} ${y + 14}h${cycleWidth}" style="stroke: var(--line); stroke-width: 1.6"/>`];
    }
    const middle = { x: x + cycleWidth / 2, y: y + 17.5 };
    return [
      `<rect class="box ${value === "data" ? "main" : ""}" x="${x}" y="${y + 4}" width="${cycleWidth}" height="20"/>`,
      text(middle, String(value).slice(0, 1).toUpperCase(), "small", "middle"),
    ];
  });
}

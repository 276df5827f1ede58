import { portOf } from "../../design/port-of.ts";
import type { AnyDesign } from "../../design/switch.ts";
import type { View } from "../../render/view.ts";

/** A clock of a device: a port of its top module. */
export interface Clock {
  readonly name: string;
  readonly MHz: number;
  /** What it is, for a comment. */
  readonly what: string;
}

/** The clocks of a device: its own, and with a PCS those of the lanes (a switch has none yet). */
export function clocksOf(design: AnyDesign): readonly Clock[] {
  const own = { name: "clk", MHz: design.clockMHz, what: `the device: ${design.clockMHz} MHz` };
  const { pcs } = portOf(design);
  if (pcs === null) return [own];
  const MHz = pcs.derived.laneClockMHz.value;
  return [
    own,
    { name: "p0_tx_lane_clk", MHz, what: `lanes, transmitter: ${MHz} MHz` },
    { name: "p0_rx_lane_clk", MHz, what: `lanes, receiver: ${MHz} MHz, recovered` },
  ];
}

/** A period in ns, rounded down to a picosecond. */
export function periodText(ns: number): string {
  return (Math.floor(ns * 1000) / 1000).toFixed(3);
}

/** What a device is, in one line. */
export function summary(design: AnyDesign): string {
  const { clockMHz, datapathBits } = design;
  const inside = `${datapathBits} bits at ${clockMHz} MHz`;
  if (design.kind === "switch") {
    return `Lossless switch of ${design.ports} ports of ${design.port.rateGbps} Gb/s, ${inside}`;
  }
  const { pcs, rateGbps } = portOf(design);
  const side = pcs === null ? "MII" : "lanes";
  if (design.kind === "nic") {
    return `RDMA network adapter of ${rateGbps} Gb/s, ${design.queuePairs} queue pairs, ${side}, ${inside}`;
  }
  return `Lossless link port of ${rateGbps} Gb/s to its ${side}, ${inside}`;
}

/** Rows of a view that are text alone. */
export function texts(all: readonly string[]): View[] {
  return all.map((text) => ({ text }));
}

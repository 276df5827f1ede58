import type { AnyPcsDesign } from "../design/any-pcs.ts";
import type { LinkDesign } from "../design/link.ts";
import type { AnyDesign } from "../design/switch.ts";
import type { View } from "../render/view.ts";
import type { FileOfDesign } from "./files.ts";

type Clock = "clk" | "p0_tx_lane_clk" | "p0_rx_lane_clk";
type Crossing = readonly [instance: string, from: Clock, to: Clock];
type Level = readonly [target: string, what: string];

/** Where the PCS stands below the top. */
const place = "port0/pcs";

/** What `templates/pcs/pcs.v.hbs` has between its clocks. */
function crossingsOf({ kind, format }: AnyPcsDesign) {
  const fec = kind !== "base-r";
  const interleaved = kind === "clause119";
  const fifos: readonly Crossing[] = [
    ["tx_fifo", "clk", "p0_tx_lane_clk"],
    ["rx_fifo", "p0_rx_lane_clk", "clk"],
    ["record_fifo", "p0_rx_lane_clk", "clk"],
    ...optional<Crossing>(fec, ["pcs_settings/crossing", "clk", "p0_rx_lane_clk"]),
  ];
  const counts: readonly Crossing[] = [
    ["underrun_sync", "p0_tx_lane_clk", "clk"],
    ...optional<Crossing>(interleaved, ["dropped_sync", "p0_rx_lane_clk", "clk"]),
    ["overrun_sync", "p0_rx_lane_clk", "clk"],
  ];
  const map = "lanes in the order received: stands still while it means something";
  const degraded = "the receiver is degraded, for the markers of the transmitter";
  const levels: readonly Level[] = [
    ["tx_reset/ask", "the reset of the transmitter's lanes"],
    ["tx_reset/answer", "has been seen"],
    ["rx_reset/ask", "the reset of the receiver's lanes"],
    ["rx_reset/answer", "has been seen"],
    ...optional<Level>(fec && format.pcsLanes > 1, ["lane_map", map]),
    ...optional<Level>(interleaved, ["degraded_sync", degraded]),
  ];
  return { fifos, counts, levels };
}

function optional<Row>(there: boolean, row: Row): readonly Row[] {
  return there ? [row] : [];
}

/** Constraints of a device with several clocks; one that has a single clock has none. */
export function constraintFiles(design: AnyDesign): readonly FileOfDesign[] {
  if (design.kind !== "link" || design.pcs === null) return [];
  const view = constraintsView(design, design.pcs);
  return ["xdc", "sdc"].map((ending) => ({
    path: `constraints/${design.name}.${ending}`,
    template: `deliverables/constraints.${ending}.hbs`,
    view,
  }));
}

function constraintsView({ name, clockMHz }: LinkDesign, pcs: AnyPcsDesign): View {
  const { derived } = pcs;
  const { fifos, counts, levels } = crossingsOf(pcs);
  const lanesMHz = derived.laneClockMHz.value;
  const period = (clock: Clock): number => 1000 / (clock === "clk" ? clockMHz : lanesMHz);
  const shorter = (one: Clock, other: Clock): string => periodText(Math.min(period(one), period(other)));
  const clocks: readonly (readonly [Clock, string])[] = [
    ["clk", `the device: ${clockMHz} MHz`],
    ["p0_tx_lane_clk", `lanes, transmitter: ${lanesMHz} MHz`],
    ["p0_rx_lane_clk", `lanes, receiver: ${lanesMHz} MHz, recovered`],
  ];
  const names = clocks.map(([clock]) => clock);
  return {
    device: name,
    clocks: clocks.map(([clock, comment]) => ({ name: clock, comment, period: periodText(period(clock)) })),
    pairs: names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to }))),
    fifos: fifos.map(([instance, from, to]) => {
      const pointer = (register: string, synchronizer: string) => ({
        source: `${place}/${instance}/${register}`,
        target: `${place}/${instance}/${synchronizer}/first_reg`,
        period: shorter(from, to),
      });
      return {
        ...{ instance, from, to },
        pointers: [pointer("wr_gray_reg", "wr_pointer"), pointer("rd_gray_reg", "rd_pointer")],
        memory: `${place}/${instance}/rd_data_reg`,
        readPeriod: periodText(period(to)),
      };
    }),
    counts: counts.map(([instance, from, to]) => ({
      ...{ instance, from, to },
      source: `${place}/${instance}/gray_reg`,
      target: `${place}/${instance}/count/first_reg`,
      period: shorter(from, to),
    })),
    levels: levels.map(([target, what]) => ({ target: `${place}/${target}/first_reg`, what })),
  };
}

/** A period in ns, rounded down to a picosecond. */
function periodText(ns: number): string {
  return (Math.floor(ns * 1000) / 1000).toFixed(3);
}

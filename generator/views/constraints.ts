import type { AnyPcsDesign } from "../design/any-pcs.ts";
import { portOf } from "../design/port-of.ts";
import type { AnyDesign } from "../design/switch.ts";
import type { View } from "../render/view.ts";
import type { FileOfDesign } from "./files.ts";
import { clocksOf, periodText } from "./hand-off/pieces.ts";

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

/** Constraints of a device for Vivado, for Quartus, and for tools that read plain SDC. */
export function constraintFiles(design: AnyDesign): readonly FileOfDesign[] {
  const view = constraintsView(design);
  return ["xdc", "sdc", "quartus.sdc"].map((ending) => ({
    path: `constraints/${design.name}.${ending}`,
    template: `deliverables/constraints.${ending}.hbs`,
    view,
  }));
}

function constraintsView(design: AnyDesign): View {
  const clocks = clocksOf(design);
  const names = clocks.map(({ name }) => name);
  const { pcs } = portOf(design);
  return {
    device: design.name,
    several: clocks.length > 1,
    lanes: pcs !== null,
    clocks: clocks.map(({ name, what, MHz }) => ({ name, comment: what, period: periodText(1000 / MHz) })),
    pairs: names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to }))),
    ...(pcs === null ? { fifos: [], counts: [], levels: [] } : crossingViews(pcs, clocks)),
  };
}

/** A cell of the PCS as tools name it: with `/` between instances, in Quartus with `|`. */
function cell(path: string): { readonly slashes: string; readonly bars: string } {
  const slashes = `${place}/${path}`;
  return { slashes, bars: slashes.replaceAll("/", "|") };
}

function crossingViews(pcs: AnyPcsDesign, clocks: readonly { name: string; MHz: number }[]) {
  const { fifos, counts, levels } = crossingsOf(pcs);
  const period = (clock: Clock): number => 1000 / (clocks.find(({ name }) => name === clock)?.MHz ?? 1);
  const shorter = (one: Clock, other: Clock): string => periodText(Math.min(period(one), period(other)));
  return {
    fifos: fifos.map(([instance, from, to]) => {
      const pointer = (register: string, synchronizer: string) => ({
        source: cell(`${instance}/${register}`),
        target: cell(`${instance}/${synchronizer}/first_reg`),
        period: shorter(from, to),
      });
      return {
        ...{ instance, from, to },
        pointers: [pointer("wr_gray_reg", "wr_pointer"), pointer("rd_gray_reg", "rd_pointer")],
        memory: cell(`${instance}/rd_data_reg`),
        readPeriod: periodText(period(to)),
      };
    }),
    counts: counts.map(([instance, from, to]) => ({
      ...{ instance, from, to },
      source: cell(`${instance}/gray_reg`),
      target: cell(`${instance}/count/first_reg`),
      period: shorter(from, to),
    })),
    levels: levels.map(([target, what]) => ({ target: cell(`${target}/first_reg`), what })),
  };
}

/** What joins the two clocks of a PCS beside its FIFOs, both clocks driven by the bench. */
import type { LinkDesign } from "../../generator/design/link.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { unsureText } from "./async-fifo-bench.ts";
import { buildTexts } from "./build.ts";
import { linkTexts, portsOf } from "./link-bench.ts";

export const crossings = ["reset_sync", "event_sync", "pcs_settings"] as const;
export const settingBits = 96;

const top = (device: string): string => `module bench_top (
    input  wire this_clk, input wire rst, input wire other_clk,
    output wire this_rst, output wire other_rst,
    input  wire s_event, output wire [7:0] m_events,
    input  wire [${settingBits - 1}:0] s_settings, output wire [${settingBits - 1}:0] m_settings
);
    ${device}_reset_sync resets (
        .clk(this_clk), .rst(rst), .this_rst(this_rst), .other_clk(other_clk), .other_rst(other_rst)
    );
    ${device}_event_sync events (
        .event_clk(other_clk), .event_rst(other_rst), .s_event(s_event),
        .clk(this_clk), .rst(this_rst), .m_events(m_events)
    );
    ${device}_pcs_settings settings (
        .clk(this_clk), .rst(this_rst), .s_settings(s_settings),
        .lane_clk(other_clk), .lane_rst(other_rst), .m_settings(m_settings)
    );
endmodule
`;

/** A model of all three; bits are caught in the midst of their changes. */
export async function openCrossings(design: LinkDesign): Promise<Model> {
  const texts = new Map(crossings.flatMap((name) => [...linkTexts(design, `${design.name}_${name}`)]));
  const all = [...texts].map(([name, text]) => [name, unsureText(name, text)] as const);
  return openModel(
    await buildTexts("bench_top", [...all, ["bench_top", top(design.name)]], "bench_top", true),
  );
}

export interface Edges {
  readonly clk: boolean;
  readonly other: boolean;
}

/** Runs both clocks, with periods of any unit. */
export class CrossingBench {
  readonly p;
  /** Edges so far. */
  clkEdges = 0;
  otherEdges = 0;
  /** The other clock stands still. */
  stopped = false;
  readonly #model: Model;
  readonly #periods: readonly [clk: number, other: number];
  #clkAt: number;
  #otherAt: number;

  constructor(model: Model, rng: Rng, periods: readonly [clk: number, other: number]) {
    this.#model = model;
    this.#periods = periods;
    this.#clkAt = rng.below(periods[0]);
    this.#otherAt = rng.below(periods[1]);
    const inputs = ["this_clk", "rst", "other_clk", "s_event", "s_settings"] as const;
    const outputs = ["this_rst", "other_rst", "m_events", "m_settings"] as const;
    this.p = portsOf(model, [...inputs, ...outputs]);
    for (const name of inputs) this.p[name].bytes.fill(0);
  }

  /** To the next edge, or to both when they coincide; inputs are to be set for it before, or `before` does. */
  step(before?: (edges: Edges) => void): Edges {
    const { p } = this;
    const at = Math.min(this.#clkAt, this.#otherAt);
    const edges = { clk: this.#clkAt === at, other: this.#otherAt === at && !this.stopped };
    if (this.#otherAt === at) this.#otherAt += this.#periods[1];
    if (edges.clk) this.#clkAt += this.#periods[0];
    before?.(edges);
    this.#model.eval();
    if (edges.clk) p.this_clk.set(1);
    if (edges.other) p.other_clk.set(1);
    this.#model.eval();
    p.this_clk.set(0);
    p.other_clk.set(0);
    this.#model.eval();
    this.clkEdges += Number(edges.clk);
    this.otherEdges += Number(edges.other);
    return edges;
  }

  /** Goes on until it is so; fails when that takes too long. */
  until(done: () => boolean, each: (edges: Edges) => void = () => {}): void {
    for (let left = 4000; !done(); left -= 1) {
      if (left === 0) throw new Error(`what is waited for does not come: ${done.toString()}`);
      each(this.step());
    }
  }

  /** A pulse of `cycles` edges of clk on rst, with `during` at each step. */
  pulse(cycles: number, during: () => void = () => {}): void {
    this.p.rst.set(1);
    for (const end = this.clkEdges + cycles; this.clkEdges < end; ) {
      this.step();
      during();
    }
    this.p.rst.set(0);
    this.#model.eval();
  }

  /** Resets both sides and waits until they have left it. */
  reset(): void {
    this.pulse(2);
    this.until(() => this.p.other_rst.get() === 1);
    this.until(() => !this.inReset);
  }

  get inReset(): boolean {
    return this.p.this_rst.get() === 1 || this.p.other_rst.get() === 1;
  }
}

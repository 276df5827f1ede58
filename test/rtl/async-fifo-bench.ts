/** A FIFO between two clocks, each of them driven by the bench, and synchronizers that catch bits in their changes. */
import { renderTemplate } from "../../generator/render/index.ts";
import { asyncFifoModules } from "../../generator/views/async-fifo.ts";
import { moduleName } from "../../generator/views/common.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { buildTexts } from "./build.ts";
import { portsOf } from "./link-bench.ts";

const host = { name: "dut" };
export const widthBits = 24;
export const addressBits = 3;
export const depth = 1 << addressBits;

/** Emitted modules by name, the one under test last. */
export function fifoTexts(): readonly (readonly [name: string, text: string])[] {
  return asyncFifoModules(host).map(([suffix, template, view]) => [
    moduleName(host, suffix),
    renderTemplate(`${template}.v.hbs`, view),
  ]);
}

const instance = `module bench_top (
    input  wire wr_clk, input wire wr_rst, input wire [${widthBits - 1}:0] wr_data, input wire wr_valid,
    output wire wr_ready, output wire [${addressBits}:0] wr_level,
    input  wire rd_clk, input wire rd_rst, output wire [${widthBits - 1}:0] rd_data, output wire rd_valid,
    input  wire rd_ready, output wire [${addressBits}:0] rd_level
);
    dut_async_fifo #(.WIDTH(${widthBits}), .ADDR_BITS(${addressBits})) fifo (
        .wr_clk(wr_clk), .wr_rst(wr_rst), .wr_data(wr_data), .wr_valid(wr_valid),
        .wr_ready(wr_ready), .wr_level(wr_level),
        .rd_clk(rd_clk), .rd_rst(rd_rst), .rd_data(rd_data), .rd_valid(rd_valid),
        .rd_ready(rd_ready), .rd_level(rd_level)
    );
endmodule
`;

/**
 * A first flip-flop that is reached late by some bits of a change, each on its own: by chance it takes the value from before
 * the last change, when that came since its last edge.
 */
const uncertain = `
    reg [WIDTH-1:0] last = 0, old = 0;
    reg [7:0] changes = 0, seen = 0;
    reg [31:0] noise = 32'h2545f491;
    wire [31:0] noise_a = noise ^ (noise << 13);
    wire [31:0] noise_b = noise_a ^ (noise_a >> 17);
    always @(d) begin
        old = last;
        last = d;
        changes = changes + 1;
    end
    always @(posedge clk) begin
        seen <= changes;
        noise <= noise_b ^ (noise_b << 5);
    end
    wire [WIDTH-1:0] late = changes != seen ? noise[WIDTH+7:8] : {WIDTH{1'b0}};
`;

/** The text of a module; that of `bit_sync` so that it catches bits in their changes. */
export function unsureText(name: string, text: string): string {
  if (!name.endsWith("bit_sync")) return text;
  const taken = text.replace("first_reg  <= d;", "first_reg <= (d & ~late) | (old & late);");
  if (taken === text) throw new Error("the first flip-flop is not where it was");
  return taken.replace("always @(posedge clk)", `${uncertain}\n    always @(posedge clk)`);
}

export async function openFifo(sure: boolean): Promise<Model> {
  const texts = fifoTexts().map(([name, text]) => [name, sure ? text : unsureText(name, text)] as const);
  return openModel(await buildTexts("bench_top", [...texts, ["bench_top", instance]], "bench_top", true));
}

export interface Clocks {
  /** Periods, and where the first edge of each clock is; any unit. */
  readonly wr: number;
  readonly rd: number;
  readonly wrPhase: number;
  readonly rdPhase: number;
}

export interface Load {
  /** Chances of a word and of readiness in a cycle. */
  readonly write: number;
  readonly read: number;
}

/** Words are numbers that count up; what comes out is checked against them, the levels against what is inside. */
export class FifoBench {
  written = 0;
  readCount = 0;
  readonly #model: Model;
  readonly #p;
  readonly #rng: Rng;
  readonly #clocks: Clocks;
  #wrAt: number;
  #rdAt: number;
  wrEdges = 0;
  rdEdges = 0;

  constructor(model: Model, rng: Rng, clocks: Clocks) {
    this.#model = model;
    this.#rng = rng;
    this.#clocks = clocks;
    this.#wrAt = clocks.wrPhase;
    this.#rdAt = clocks.rdPhase;
    const wr = ["wr_clk", "wr_rst", "wr_data", "wr_valid", "wr_ready", "wr_level"] as const;
    const rd = ["rd_clk", "rd_rst", "rd_data", "rd_valid", "rd_ready", "rd_level"] as const;
    this.#p = portsOf(model, [...wr, ...rd]);
  }

  /** Holds both resets for some edges of the slower clock, then lets them go some edges apart. */
  reset(apart: number): void {
    const p = this.#p;
    for (const port of [p.wr_rst, p.rd_rst]) port.set(1);
    for (const port of [p.wr_valid, p.rd_ready]) port.set(0);
    const idle: Load = { write: 0, read: 0 };
    const [wr, rd] = [this.wrEdges, this.rdEdges];
    while (this.wrEdges < wr + 4 || this.rdEdges < rd + 4) this.step(idle);
    const [first, second] = this.#rng.chance(0.5) ? [p.wr_rst, p.rd_rst] : [p.rd_rst, p.wr_rst];
    first.set(0);
    for (let edge = 0; edge < apart; edge += 1)
      this.step({ write: p.wr_rst.get() === 0 ? 1 : 0, read: p.rd_rst.get() === 0 ? 1 : 0 });
    second.set(0);
  }

  /** To the next edge of a clock, or of both when they coincide. */
  step(load: Load): void {
    const p = this.#p;
    const at = Math.min(this.#wrAt, this.#rdAt);
    const wr = this.#wrAt === at;
    const rd = this.#rdAt === at;
    const writes = wr && p.wr_rst.get() === 0 && p.wr_valid.get() === 1 && p.wr_ready.get() === 1;
    const reads = rd && p.rd_rst.get() === 0 && p.rd_valid.get() === 1 && p.rd_ready.get() === 1;
    if (rd && p.rd_rst.get() === 0 && p.rd_valid.get() === 1) this.#checkHead();
    if (wr) p.wr_clk.set(1);
    if (rd) p.rd_clk.set(1);
    this.#model.eval();
    if (writes) this.written += 1;
    if (reads) this.readCount += 1;
    p.wr_clk.set(0);
    p.rd_clk.set(0);
    if (wr) {
      this.#wrAt += this.#clocks.wr;
      this.wrEdges += 1;
      this.#offer(writes, load.write);
    }
    if (rd) {
      this.#rdAt += this.#clocks.rd;
      this.rdEdges += 1;
      p.rd_ready.set(this.#rng.chance(load.read) ? 1 : 0);
    }
    this.#model.eval();
    this.#checkLevels(wr, rd);
  }

  #offer(taken: boolean, chance: number): void {
    const p = this.#p;
    if (p.wr_valid.get() === 1 && !taken) return;
    p.wr_valid.set(this.#rng.chance(chance) ? 1 : 0);
    p.wr_data.set(this.written % 2 ** widthBits);
  }

  #checkHead(): void {
    const data = this.#p.rd_data.get();
    if (this.readCount >= this.written) throw new Error(`word ${data} was read, all were before`);
    if (data !== this.readCount % 2 ** widthBits) throw new Error(`read ${data}, not ${this.readCount}`);
  }

  #checkLevels(wr: boolean, rd: boolean): void {
    const p = this.#p;
    const inside = this.written - this.readCount;
    if (inside > depth + 1) throw new Error(`${inside} words inside`);
    const inMemory = inside - p.rd_valid.get();
    if (wr && p.wr_rst.get() === 0 && p.wr_level.get() < inMemory)
      throw new Error(`wr_level ${p.wr_level.get()} with ${inMemory} words in memory`);
    if (rd && p.rd_rst.get() === 0 && p.rd_level.get() > inside)
      throw new Error(`rd_level ${p.rd_level.get()} with ${inside} words`);
  }

  get levels(): readonly [wr: number, rd: number] {
    return [this.#p.wr_level.get(), this.#p.rd_level.get()];
  }

  get valid(): boolean {
    return this.#p.rd_valid.get() === 1;
  }

  get ready(): boolean {
    return this.#p.wr_ready.get() === 1;
  }
}

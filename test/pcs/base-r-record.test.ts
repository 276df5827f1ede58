import { beforeAll, describe, expect, it } from "vitest";
import { renderTemplate } from "../../generator/render/index.ts";
import { range } from "../../generator/render/verilog.ts";
import { type BaseRHost, sizesOf, vector } from "../../generator/views/pcs/base-r-host.ts";
import { recordBits, recordModules } from "../../generator/views/pcs/base-r-record.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";
import { hostOf } from "./base-r-bench.ts";
import { nameOf, quickShapes } from "./base-r-shapes.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

/** Monitor and status, connected; `pass` is the crossing. */
function benchText(host: BaseRHost): string {
  const { pcsLanes, badBits } = sizesOf(host);
  const many = pcsLanes > 1;
  const lanes = vector(pcsLanes);
  return `\`default_nettype none
module record_bench (
    input wire clk, input wire rst, input wire pass,
    input wire aligned, input wire hi_ber, input wire ${lanes} locked,
    input wire ${range(badBits)} bad_headers, input wire evt_lock_lost,
    ${many ? `input wire evt_bip, input wire ${lanes} bip_errors, output wire ${range(4 * pcsLanes)} bip,` : ""}
    output wire link_up, output wire is_aligned, output wire is_hi_ber, output wire ${lanes} is_locked,
    output wire [15:0] headers, output wire [3:0] lost
);
    wire ${range(recordBits(host))} record; wire valid;
    dut_pcs_monitor monitor (.clk(clk), .rst(rst), .aligned(aligned), .hi_ber(hi_ber), .locked(locked),
        ${many ? ".evt_bip(evt_bip), .bip_errors(bip_errors)," : ""}
        .bad_headers(bad_headers), .evt_lock_lost(evt_lock_lost),
        .m_record(record), .m_valid(valid), .m_ready(pass));
    dut_pcs_status status (.clk(clk), .rst(rst), .s_record(record), .s_valid(valid && pass),
        ${many ? ".evt_bip(bip)," : ""}
        .link_up(link_up), .aligned(is_aligned), .hi_ber(is_hi_ber), .locked(is_locked),
        .evt_bad_headers(headers), .evt_lock_lost(lost));
endmodule
`;
}

const shapes = quickShapes.filter(({ rateGbps }) => rateGbps === 10 || rateGbps === 40);

describe.each(shapes.map((shape) => [nameOf(shape), shape] as const))("records: %s", (_, shape) => {
  let host: BaseRHost;
  let model: Model;
  beforeAll(async () => {
    host = hostOf(shape);
    const texts = recordModules(host).map(
      ([suffix, template, view]) => [`dut_${suffix}`, renderTemplate(`${template}.v.hbs`, view)] as const,
    );
    const all = [...texts, ["record_bench", benchText(host)] as const];
    model = openModel(await buildTexts("record_bench", all, "record_bench", true));
  });

  const get = (name: string): number => model.port(name).get();
  const set = (name: string, value: number): void => model.port(name).set(value);

  const quiet = (): void => {
    for (const { name, dir } of model.ports)
      if (dir === "in" && name !== "clk" && name !== "rst") set(name, 0);
    model.reset();
  };

  /** Counts in and counts out, of one cycle. */
  const cycle = (rng: Rng, busy: boolean, sums: { in: number[]; out: number[] }): void => {
    const { pcsLanes, rowBlocks } = sizesOf(host);
    const bad = busy && rng.chance(0.2) ? rng.below(rowBlocks + 1) : 0;
    const lost = busy && rng.chance(0.01) ? 1 : 0;
    set("bad_headers", bad);
    set("evt_lock_lost", lost);
    const add = (to: number[], at: number, value: number): void => {
      to[at] = (to[at] ?? 0) + value;
    };
    add(sums.in, 0, bad);
    add(sums.in, 1, lost);
    if (pcsLanes > 1) {
      const [markers, wrong] = [busy && rng.chance(0.02) ? 1 : 0, rng.below(2 ** pcsLanes)];
      set("evt_bip", markers);
      set("bip_errors", wrong);
      for (let at = 0; at < pcsLanes; at++) add(sums.in, 2 + at, markers & (wrong >> at));
    }
    model.step();
    add(sums.out, 0, get("headers"));
    add(sums.out, 1, get("lost"));
    for (let at = 0; pcsLanes > 1 && at < pcsLanes; at++)
      add(sums.out, 2 + at, (model.port("bip").bytes[at >> 1]! >> (4 * (at & 1))) & 15);
  };

  it("loses no count, however long records wait", () =>
    withSeed(seed, (rng) => {
      quiet();
      const sums = { in: [] as number[], out: [] as number[] };
      for (let i = 0; i < 20_000; i++) {
        set("pass", rng.chance(i % 1000 < 500 ? 0.9 : 0.02) ? 1 : 0);
        cycle(rng, true, sums);
      }
      set("pass", 1);
      for (let i = 0; i < 300; i++) cycle(rng, false, sums);
      expect(sums.in[0]).toBeGreaterThan(1000);
      expect(sums.out).toEqual(sums.in);
    }));

  it("tells levels within a few cycles, and that the link is down when records stay away", () =>
    withSeed(seed, (rng) => {
      quiet();
      set("pass", 1);
      const lanes = 2 ** sizesOf(host).pcsLanes;
      for (let i = 0; i < 200; i++) {
        const [aligned, hiBer, locked] = [rng.below(2), rng.below(2), rng.below(lanes)];
        set("aligned", aligned);
        set("hi_ber", hiBer);
        set("locked", locked);
        model.step(6);
        expect([get("is_aligned"), get("is_hi_ber"), get("is_locked")]).toEqual([aligned, hiBer, locked]);
        expect(get("link_up")).toBe(aligned & (1 - hiBer));
        model.step(rng.below(40));
      }
      set("aligned", 1);
      set("hi_ber", 0);
      model.step(1000);
      expect(get("link_up")).toBe(1);
      set("pass", 0);
      model.step(60);
      expect(get("link_up")).toBe(1);
      model.step(1000);
      expect([get("link_up"), get("is_locked")]).toEqual([0, 0]);
      set("pass", 1);
      model.step(8);
      expect(get("link_up")).toBe(1);
    }));
});

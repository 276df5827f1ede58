import { beforeAll, describe, expect, it } from "vitest";
import { axisRegisterView } from "../../generator/views/axis-register.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { benchWidths, buildModules } from "./build.ts";
import { designOf } from "./csr-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const fields = ["tdata", "tkeep", "tlast", "tuser"] as const;

describe.each(benchWidths)("axis_register at %i bits", (width) => {
  let model: Model;
  beforeAll(async () => {
    const view = axisRegisterView({ ...designOf("dut", 1), datapathBits: width });
    const modules = [{ name: "dut_axis_register", template: "common/axis_register.v.hbs", view }];
    model = openModel(await buildModules("dut_axis_register", modules));
  });

  const beat = (side: "s" | "m"): string =>
    fields.map((field) => model.port(`${side}_${field}`).getBig().toString(16)).join(" ");

  const offer = (rng: Rng): void => {
    for (const field of ["tdata", "tkeep"]) rng.fill(model.port(`s_${field}`).bytes);
    model.port("s_tlast").set(rng.below(2));
    model.port("s_tuser").set(rng.below(32));
  };

  /** Sends `count` beats; gives the cycles that it took. Holds the stream to the rules of AXI4-Stream. */
  const run = (rng: Rng, count: number, gaps: number, stalls: number): number => {
    model.reset();
    const [sValid, sReady] = [model.port("s_tvalid"), model.port("s_tready")];
    const [mValid, mReady] = [model.port("m_tvalid"), model.port("m_tready")];
    const queue: string[] = [];
    let [sent, received, cycles, offered] = [0, 0, 0, false];
    let waiting: string | undefined;
    while (received < count) {
      if (cycles++ > 20 * count) throw new Error(`${count - received} beats did not come out`);
      if (!offered && sent < count && !rng.chance(gaps)) {
        offer(rng);
        offered = true;
      }
      const ready = sReady.get();
      const out = mValid.get() === 1 ? beat("m") : undefined;
      sValid.set(offered ? 1 : 0);
      mReady.set(rng.chance(stalls) ? 0 : 1);
      model.eval();
      expect([sReady.get(), mValid.get() === 1 ? beat("m") : undefined]).toEqual([ready, out]);
      if (waiting !== undefined) expect(out).toBe(waiting);
      waiting = mReady.get() === 1 ? undefined : out;
      if (out !== undefined && mReady.get() === 1) {
        expect(out).toBe(queue.shift());
        received += 1;
      }
      if (offered && ready === 1) {
        queue.push(beat("s"));
        expect(queue.length).toBeLessThanOrEqual(2);
        offered = false;
        sent += 1;
      }
      model.step();
    }
    expect(mValid.get()).toBe(0);
    return cycles;
  };

  it.each([
    [0, 0.5],
    [0.5, 0],
    [0.4, 0.4],
    [0.1, 0.9],
    [0.9, 0.1],
  ])(
    "passes every beat once and in order, gaps %d, stalls %d; no path from input to output",
    (gaps, stalls) =>
      withSeed(seed, (rng) => {
        run(rng, 500, gaps, stalls);
      }),
  );

  it("shows a beat whether it is awaited or not, and forgets all with a reset", () =>
    withSeed(seed, (rng) => {
      model.reset();
      const [sValid, sReady] = [model.port("s_tvalid"), model.port("s_tready")];
      const [mValid, mReady] = [model.port("m_tvalid"), model.port("m_tready")];
      mReady.set(0);
      sValid.set(1);
      for (const full of [0, 1]) {
        offer(rng);
        model.step();
        expect([mValid.get(), sReady.get()]).toEqual([1, 1 - full]);
      }
      model.port("rst").set(1);
      model.step();
      model.port("rst").set(0);
      sValid.set(0);
      model.eval();
      expect([mValid.get(), sReady.get()]).toEqual([0, 1]);
    }));

  it("takes a beat a cycle and is 1 cycle late", () =>
    withSeed(seed, (rng) => {
      expect(run(rng, 200, 0, 0)).toBe(201);
    }));
});

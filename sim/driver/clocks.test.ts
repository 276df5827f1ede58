import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { buildModel } from "../build/index.ts";
import { ClockEdges } from "./clocks.ts";
import { openModel } from "./model.ts";

const file = fileURLToPath(new URL("testdata/clocks.v", import.meta.url));

/** Edges of each clock within a time. */
function edgesWithin(ps: number, clocks: ConstructorParameters<typeof ClockEdges>[0]): number[] {
  const edges = new ClockEdges(clocks);
  const counts = clocks.map(() => 0);
  let last = 0;
  let back = false;
  for (let mask = edges.next(); edges.timePs < ps; mask = edges.next()) {
    back ||= edges.timePs < last;
    last = edges.timePs;
    for (const index of counts.keys()) counts[index]! += (mask >> index) & 1;
  }
  expect(back).toBe(false);
  return counts;
}

describe("edges of several clocks", () => {
  it("come in the order of time, as many as the frequencies say", () => {
    const counts = edgesWithin(1e8, [{ mhz: 402.83 }, { mhz: 664.0625 }, { mhz: 664.0625, ppm: 100 }]);
    expect(counts).toEqual([40_283, 66_407, 66_413]);
  });

  it("keep periods exact that are no whole number of femtoseconds", () => {
    const third = new ClockEdges([{ mhz: 3 }, { mhz: 1 }]);
    const seen: number[] = [];
    for (let index = 0; index < 300_000; index += 1) seen.push(third.next());
    expect(seen.filter((mask) => mask === 3).length).toBe(100_000);
    expect(third.timePs).toBeCloseTo(99_999 * 1e6 + 2e6 / 3, 2);
  });

  it("begin where they are told to", () => {
    const edges = new ClockEdges([{ mhz: 1000 }, { mhz: 1000, firstPs: 300 }]);
    expect([edges.next(), edges.timePs, edges.next(), edges.timePs]).toEqual([1, 0, 2, 300]);
  });
});

describe("a model with several clocks", () => {
  for (const trace of [false, true])
    it(`counts the edges of each${trace ? ", with waves" : ""}`, async () => {
      const otherClocks = ["fast_clk", "slow_clk"];
      const model = openModel(
        await buildModel({ files: [file], top: "clocks", otherClocks, trace, quick: true }),
      );
      if (trace) model.traceOpen(`${process.env.TMPDIR ?? "/tmp"}/lanewright-clocks-${process.pid}.fst`);
      const edges = new ClockEdges([{ mhz: 400 }, { mhz: 664.0625 }, { mhz: 33, firstPs: 7 }]);
      const counts = [0, 0, 0];
      const names = ["count", "fast_count", "slow_count"];
      for (let step = 0; step < 2000; step += 1) {
        const mask = edges.next();
        for (const index of counts.keys()) counts[index]! += (mask >> index) & 1;
        model.port("d").set(step & 0xff);
        model.edge(mask, edges.timePs);
        expect(names.map((name) => model.port(name).get())).toEqual(counts);
        model.eval();
        expect(model.port("sum").get()).toBe(((step & 0xff) + counts[0]!) & 0xff);
      }
      expect(model.cycle).toBe(counts[0]);
      model.close();
    });

  it("has no other edges when it has one clock", async () => {
    const model = openModel(await buildModel({ files: [file], top: "clocks", quick: true }));
    expect(() => model.edge(1, 0)).toThrow(/one clock/u);
    model.close();
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { benchDesign, openLinkModule, resetAll } from "./link-bench.ts";
import { ReplayBench, type ReplayLoad } from "./replay-buffer-bench.ts";

const derived = { replayDepthBeats: 128 };

describe("replay_buffer, 64 bits", () => {
  const design = benchDesign({ derived });
  let model: Model;

  beforeAll(async () => {
    model = await openLinkModule(design, "replay_buffer");
  });
  afterAll(() => model?.close());

  it("holds what is not acknowledged, finds the oldest frame, and shows all of it again", async () => {
    await withSeed(0x81, (rng) => {
      const bench = new ReplayBench(model, rng);
      for (let phase = 0; phase < 40; phase += 1) {
        const load: ReplayLoad = {
          write: rng.pick([0.2, 0.9, 1]),
          release: rng.pick([0.01, 0.1, 0.5]),
          replay: rng.pick([0.01, 0.2]),
          ready: rng.pick([0.1, 0.7, 1]),
          stop: rng.pick([0, 0.05]),
          clear: rng.pick([0, 0.01]),
        };
        for (let cycle = 0; cycle < 500; cycle += 1) bench.cycle(load);
      }
      for (const [name, count] of Object.entries(bench.seen)) expect(count, name).toBeGreaterThan(30);
    });
  });

  it("forgets everything when it is cleared or reset in the midst of anything", async () => {
    await withSeed(0x82, (rng) => {
      const load = { write: 0.9, release: 0.05, replay: 0.2, ready: 0.5, stop: 0, clear: 0 };
      const bench = new ReplayBench(model, rng);
      for (let round = 0; round < 100; round += 1) {
        for (let cycle = rng.below(80); cycle >= 0; cycle -= 1) bench.cycle(load);
        bench.forget(round % 2 === 0 ? "rst" : "clear");
      }
    });
  });
});

describe("replay_buffer, 64 bits, SECDED", () => {
  it("tells of wrong bits in its index once for each time that it is looked at", async () => {
    const design = benchDesign({ derived, memoryProtection: "secded" });
    // Bit 0 is wrong where bit 8 of the time stamp is set, bit 1 where bit 9 is
    const model = await openLinkModule(design, "replay_buffer", (name, text) =>
      name.endsWith("_replay_index")
        ? text.replace("wr_data[1:0] ^ wrong", "wr_data[1:0] ^ wrong ^ wr_data[9:8]")
        : text,
    );
    const set = (inputs: Readonly<Record<string, number>>): void => {
      for (const [name, value] of Object.entries(inputs)) model.port(name).set(value);
    };
    /** How often a bit was put right, and how often two were found. */
    const told = (cycles: number): readonly [number, number] => {
      let [one, two] = [0, 0];
      for (let at = 0; at < cycles; at += 1) {
        model.step();
        one += model.port("evt_memory_corrected").get();
        two += model.port("evt_memory_uncorrectable").get();
      }
      return [one, two];
    };
    resetAll(model);
    // The first frame is kept with one wrong bit, the second one without, the third one with two
    set({ wr_valid: 1, wr_eop: 1, wr_bytes: 8, wr_frame: 5, wr_time: 0x123555 });
    expect(told(1)).toEqual([0, 0]);
    set({ wr_frame: 6, wr_time: 0x123456 });
    expect(told(1)).toEqual([0, 0]);
    set({ wr_frame: 7, wr_time: 0x123700 });
    expect(told(1)).toEqual([0, 0]);
    set({ wr_valid: 0, wr_eop: 0, oldest_frame: 5 });
    expect(told(6), "nobody looks").toEqual([0, 0]);
    set({ oldest_valid: 1 });
    expect(told(12), "one look").toEqual([1, 0]);
    expect(model.port("oldest_time").get()).toBe(0x123555);
    expect(model.port("oldest_bad").get()).toBe(0);
    set({ oldest_frame: 6 });
    expect(told(12), "at the other one").toEqual([0, 0]);
    set({ oldest_frame: 7 });
    expect(told(12), "two wrong bits").toEqual([0, 1]);
    expect(model.port("oldest_bad").get()).toBe(1);
    set({ oldest_frame: 5 });
    expect(told(12), "once more").toEqual([1, 0]);
    expect(model.port("oldest_bad").get()).toBe(0);
    model.close();
  });
});

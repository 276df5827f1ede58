import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { idlePhase } from "../../sim/run/index.ts";
import { countedAtBoth, LanesBench, pass, wait, wireOf } from "./lanes-bench.ts";
import { clean, counted, ports, random } from "./link-pcs-bench.ts";
import { lane25WithFec } from "./small-lanes.ts";

describe("two ports with RS-FEC, 25 Gb/s on one lane", () => {
  let bench: LanesBench;

  beforeAll(async () => {
    bench = await LanesBench.of(lane25WithFec);
  });
  afterEach(() => bench.closeAll());

  it("come up and carry packets, clocks as far apart as they may be", async () => {
    const pair = await bench.open({ ppm: [100, -100] });
    const result = await pass(pair, [random(pair, 60), clean(random(pair, 60))]);
    for (const port of ports) {
      expect(result.ports[port].received.packets).toBe(120);
      for (const { ports: figures } of result.phases)
        expect(Object.keys(figures[port].counters).join(" ")).not.toMatch(/\b(PCS_|FEC_|LLR_TX_REPLAY)/u);
    }
  });

  it("correct what the code corrects, and count it", async () => {
    const pair = await bench.open();
    const result = await pass(pair, [random(pair, 60, { ber: 1e-4 }), clean(idlePhase(1500))]);
    for (const port of ports) {
      const struck = result.phases.reduce(
        (sum, phase) => sum + (phase.ports[port].channel.symbolErrors ?? 0),
        0,
      );
      expect(struck).toBeGreaterThan(20);
      expect(counted(result, port, "FEC_SYMBOLS_0")).toBe(struck);
      expect(counted(result, port, "FEC_CORRECTED")).toBeGreaterThan(10);
      expect(counted(result, port, /^(FEC_UNCORRECTABLE|LLR_TX_REPLAY)$/u)).toBe(0);
    }
  });

  it("send again what the code does not correct", async () => {
    const pair = await bench.open();
    const faults = { ber: 1e-6, burst: { bits: 160, perBeat: 1 / 600 } };
    const result = await pass(pair, [random(pair, 100, faults), clean(random(pair, 40))]);
    for (const name of ["FEC_UNCORRECTABLE", "LLR_RX_NACK_CTL_OS", "LLR_TX_REPLAY"])
      expect([name, countedAtBoth(result, name)]).not.toEqual([name, 0]);
  });

  // a silent lane alone gives codewords of zeros, which are codewords: only the markers are missed, five times
  it("come back when the lane slipped, and when it was silent for a while", async () => {
    const pair = await bench.open();
    await pass(pair, [clean(random(pair, 30))]);
    for (const fault of [
      () => wireOf(pair).channels[0].slip(0, -1),
      () => wireOf(pair).channels[1].silence(0, 7000),
    ]) {
      fault();
      expect(wait(pair, 16_000)).toBe(true);
      expect(pair.active).toBe(true);
      await pass(pair, [clean(random(pair, 30))]);
    }
    // counters are read when a phase ends: these have all that came before
    for (const counters of pair.lastCounters) expect(counters.PCS_LOCK_LOST).toBeGreaterThan(0);
  });
});

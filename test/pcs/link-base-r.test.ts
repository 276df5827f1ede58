import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { countedAtBoth, LanesBench, pass, wait, wireOf } from "./lanes-bench.ts";
import { clean, ports, random } from "./link-pcs-bench.ts";
import { lane25, lanes40 } from "./small-lanes.ts";

const unwanted = /^(PCS_|LLR_TX_REPLAY)/u;

const cases = [
  ["25 Gb/s on one lane", lane25, {}],
  ["40 Gb/s on four lanes", lanes40, { skewNs: 40, order: [2, 0, 3, 1] }],
] as const;

describe.each(cases)("two ports without FEC, %s", (_, description, lanes) => {
  let bench: LanesBench;
  const several = description.lanes?.count !== 1;

  beforeAll(async () => {
    bench = await LanesBench.of(description);
  });
  afterEach(() => bench.closeAll());

  it("come up and carry packets, clocks as far apart as they may be", async () => {
    const pair = await bench.open({ ...lanes, ppm: [100, -100] });
    const result = await pass(pair, [random(pair, 60), clean(random(pair, 60))]);
    for (const port of ports) {
      expect(result.ports[port].received.packets).toBe(120);
      for (const { ports: figures } of result.phases)
        expect(Object.keys(figures[port].counters).filter((name) => unwanted.test(name))).toEqual([]);
    }
  });

  it("send again what bit errors spoil, and count what they can see of them", async () => {
    const pair = await bench.open(lanes);
    const faults = { ber: several ? 4e-5 : 2e-5, burst: { bits: 80, perBeat: 1 / 4000 } };
    const result = await pass(pair, [random(pair, 100, faults), clean(random(pair, 40))]);
    for (const name of ["LLR_TX_REPLAY", "LLR_RX_NACK_CTL_OS", "PCS_BAD_HEADERS"])
      expect([name, countedAtBoth(result, name)]).not.toEqual([name, 0]);
    expect(countedAtBoth(result, /^PCS_BIP_/u) > 0).toBe(several);
    expect(countedAtBoth(result, "PCS_LOCK_LOST")).toBe(0);
  });

  it("come back when a lane slipped, and when it was silent for a while", async () => {
    const pair = await bench.open(lanes);
    await pass(pair, [clean(random(pair, 30))]);
    const faults = [
      () => wireOf(pair).channels[0].slip(several ? 2 : 0, -1),
      () => wireOf(pair).channels[1].silence(several ? 1 : 0, 3000),
    ];
    for (const fault of faults) {
      fault();
      expect(wait(pair, 12_000)).toBe(true);
      expect(pair.active).toBe(true);
      const again = await pass(pair, [clean(random(pair, 30))]);
      expect(again.passed).toBe(true);
    }
    // counters are read when a phase ends: these have all that came before
    const { lastCounters } = pair;
    expect(lastCounters[1].PCS_LOCK_LOST).toBeGreaterThan(0);
    expect(lastCounters[0].PCS_LOCK_LOST).toBeGreaterThan(0);
  });
});

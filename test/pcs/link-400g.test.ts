import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import link400 from "../../examples/link-400g-pcs.ts";
import type { LinkDesign } from "../../generator/design/link.ts";
import { designOf, openDesign } from "../../sim/driver/index.ts";
import { idlePhase, LinkPair, runPhases } from "../../sim/run/index.ts";
import type { LaneWire } from "../../sim/run/lane-wire.ts";
import { clean, counted, expectPassed, ports, random } from "./link-pcs-bench.ts";

/** Time for the build of the widest model of all. */
vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

/**
 * The example at its full width: 1024 bits, 16 PCS lanes on four, RS(544,514) of 32 symbols a clock. Only the markers come
 * more often than the standard has them, so that the lanes are found soon. The standard's period runs in the regression.
 */
const description = { ...link400, derived: { markerPeriodCodewords: 64 } } as const;

let design: LinkDesign;
let pair: LinkPair;
beforeAll(async () => {
  design = await designOf(description);
  const model = () => openDesign(design, undefined, { quick: true });
  const lanes = { skewNs: 100, order: [2, 0, 3, 1] };
  pair = new LinkPair(design, [await model(), await model()], { seed: 5, lanes });
});
afterAll(() => pair.close());

describe("two ports of 400 Gb/s on four lanes each", () => {
  it("correct errors and short bursts, and count each symbol that was struck", async () => {
    const { channels } = pair.wire as LaneWire;
    const faults = { ber: 1e-5, burst: { bits: 50, perBeat: 1 / 4000 } };
    const result = await runPhases(pair, [random(pair, 150, faults), clean(idlePhase(600))]);
    expectPassed(result);
    for (const [index, port] of ports.entries()) {
      const struck = channels[1 - index]!.counts.symbolErrors;
      expect(struck.reduce((sum, count) => sum + count)).toBeGreaterThan(20);
      expect(struck.map((_, lane) => counted(result, port, `FEC_SYMBOLS_${lane}`))).toEqual([...struck]);
      expect(counted(result, port, "FEC_UNCORRECTABLE")).toBe(0);
      expect(result.ports[port].received.packets).toBe(150);
    }
  });

  it("come back when a lane was silent for a while, with all that was sent", async () => {
    const { channels } = pair.wire as LaneWire;
    channels[1].silence(2, 1500);
    const result = await runPhases(pair, [{ ...random(pair, 100), name: "silent" }]);
    expectPassed(result);
    expect(counted(result, "p0", "PCS_LOCK_LOST")).toBe(1);
    expect(counted(result, "p0", "FEC_UNCORRECTABLE")).toBeGreaterThan(2);
  });
});

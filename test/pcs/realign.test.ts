import { afterEach, describe, expect, it, vi } from "vitest";
import { designOf, openDesign } from "../../sim/driver/index.ts";
import { LinkPair, type Phase, type RunResult, runPhases } from "../../sim/run/index.ts";
import type { LaneWire } from "../../sim/run/lane-wire.ts";
import { counted, expectPassed, expectTraffic, ports } from "./link-pcs-bench.ts";
import { lanes200 } from "./link-pcs-device.ts";

vi.setConfig({ testTimeout: 900_000 });

/**
 * A lane that slips off its markers is found again a marker period later, which is the standard's here: some hundred
 * microseconds in which nothing arrives. The replays of the far end must last for longer than that, or the session ends and
 * packets are lost. Hundreds of thousands of cycles, so not in the quick run.
 */
const long = Number(process.env.LANEWRIGHT_LONG ?? "1");

let pair: LinkPair;
afterEach(() => pair.close());

async function outage(override: { readonly replayCountMax?: number }): Promise<RunResult> {
  const design = await designOf({ ...lanes200, derived: { symbolsPerClock: 4, ...override } });
  const model = () => openDesign(design, undefined, { quick: true });
  pair = new LinkPair(design, [await model(), await model()], { seed: 3 });
  await expectTraffic(pair, 20);
  (pair.wire as LaneWire).channels[0].silence(1, 350);
  const traffic = { kind: "load", vls: [0, 1], packetBytes: { low: 64, high: 256 }, load: 0.05 } as const;
  const phase: Phase = { name: "lane lost", title: "a lane is lost", traffic, cycles: 400_000 };
  return await runPhases(pair, [phase]);
}

const flushes = (result: RunResult): number[] => ports.map((port) => counted(result, port, "LLR_FLUSH"));

describe.runIf(long > 1)("a lane that is lost for a whole marker period", () => {
  it("costs no packet and no session with the number of replays that is derived", async () => {
    const result = await outage({});
    expectPassed(result);
    expect(flushes(result)).toEqual([0, 0]);
    expect(counted(result, "p1", "PCS_LOCK_LOST")).toBe(1);
    expect(counted(result, "p0", "LLR_TX_REPLAY")).toBeGreaterThan(30);
  });

  it("ends the session with fewer replays, and is seen to lose packets", async () => {
    const result = await outage({ replayCountMax: 30 });
    expect(flushes(result)).toEqual([1, 0]);
    expect(result.phases[0]!.failure).toMatch(/lost/u);
  });
});

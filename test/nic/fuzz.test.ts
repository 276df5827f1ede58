import { beforeAll, describe, expect, it } from "vitest";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import { fuzzedNics } from "../../regress/nic-devices.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import { openModel } from "../../sim/driver/model.ts";
import { fuzzCore, fuzzNic } from "../../sim/fuzz/nic.ts";
import { freshSeed, mix32, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { buildCore } from "./core-pair.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;
const frames = long ? 100_000 : 2500;
const perRig = long ? 10_000 : 2500;

const design = elaborateNic({
  ...{ name: "dut", clockMHz: 100, datapathBits: 128, mtuBytes: 256, queuePairs: 16, completionQueues: 2 },
  ...{ memoryRegions: 16, port: { rateGbps: 10, cableMeters: 3 }, virtualLanes: { data: 1 } },
  ...{ requester: { outstandingReads: 4 }, responder: { outstandingReads: 4 } },
});

describe("hostile packets into an adapter", () => {
  let built: BuiltModel;
  beforeAll(async () => {
    built = await buildCore(design);
  }, 600_000);

  it("touch no host memory outside of the regions, each drop is counted, and the adapter goes on", async () => {
    let given = 0;
    for (let done = 0; done < frames; done += perRig)
      await withSeed(mix32(seed + done), (rng) => {
        given += fuzzCore(design, openModel(built), rng, perRig).frames;
      });
    expect(given).toBe(frames);
  }, 1_800_000);
});

describe.skipIf(!long)("hostile frames into a whole adapter with RoCE v2", () => {
  it.each(fuzzedNics.filter(({ frame }) => frame === "ethernet"))(
    "$name: are counted under their reasons, touch nothing, and the adapter goes on",
    {
      timeout: 3_000_000,
    },
    async ({ name: _, ...rest }) => {
      const each = Number(process.env.LANEWRIGHT_FRAMES ?? frames) / 10;
      let given = 0;
      for (let done = 0; done < 10; done += 1)
        given += (await fuzzNic({ ...rest, name: "dut" }, mix32(seed + done), each)).frames;
      expect(given).toBe(10 * each);
    },
  );
});

import { describe, expect, it } from "vitest";
import type { LinkDescription } from "../../dsl/link-description.ts";
import { elaborate, elaborateSwitch } from "../../elaborate/index.ts";
import { blockRams, fitsEcp5, lutsOf } from "./ecp5.ts";

const common = { clockMHz: 402.83, datapathBits: 64, mtuBytes: 1024, virtualLanes: { data: 1 } } as const;
const link: LinkDescription = { ...common, name: "lk", rateGbps: 25, cableMeters: 3 };
const lanes: LinkDescription = { ...link, phy: "pcs", lanes: { count: 1, gbps: 25 } };

describe("block RAMs of an ECP5", () => {
  it.each([
    [512, 36, 1],
    [513, 36, 2],
    [1024, 67, 4],
    [2048, 9, 1],
    [4096, 4, 1],
    [64, 500, 0],
  ])("%i words of %i bits take %i", (words, bitsPerWord, count) => {
    expect(blockRams({ words, bitsPerWord })).toBe(count);
  });
});

describe("what fits into an ECP5", () => {
  it("are small links, with lanes too, and small switches", () => {
    expect(fitsEcp5(elaborate(link))).toBe(true);
    expect(fitsEcp5(elaborate(lanes))).toBe(true);
    expect(fitsEcp5(elaborate({ ...lanes, fec: "rs528" }))).toBe(true);
    const ports = { count: 2, rateGbps: 10, cableMeters: 1 };
    expect(fitsEcp5(elaborateSwitch({ ...common, name: "sw", mtuBytes: 256, ports }))).toBe(true);
  });

  it("is not a device of 2048 bits, nor one whose packets fill the memories", () => {
    expect(fitsEcp5(elaborate({ ...link, datapathBits: 2048, rateGbps: 400 }))).toBe(false);
    const long = elaborate({ ...link, cableMeters: 10_000, mtuBytes: 8064, virtualLanes: { data: 15 } });
    expect(lutsOf(long)).toBe(lutsOf(elaborate(link)));
    expect(fitsEcp5(long)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { legalPacketSizes, lineRateCoverage, lineRatePoint, lineRateSummary } from "./line-rate.ts";

const wide = { clockMHz: 402.83, datapathBits: 1024, rateGbps: 400, mtuBytes: 4096 };

describe("lineRatePoint", () => {
  it("is bound by the wire for long packets", () => {
    // 4122 bytes: 1 + 516 columns of 8 bytes, 0.16 ns each.
    const point = lineRatePoint(wide, 4122);
    expect(point.percent).toBe(100);
    expect(point.achievableGbps).toBeCloseTo((4122 * 8) / (517 * 0.16), 6);
  });

  it("is bound by the datapath where a last beat is mostly empty", () => {
    // 130 bytes: two beats of 2.482 ns, against 18 columns of 0.16 ns on the wire.
    const point = lineRatePoint(wide, 130);
    expect(point.achievableGbps).toBeCloseTo((130 * 8 * 402.83) / 2000, 6);
    expect(point.percent).toBeCloseTo((100 * 18 * 0.16) / (2000 / 402.83), 6);
  });

  it("is bound by the distance of starts for packets shorter than a beat", () => {
    // 26 bytes: 5 columns, spaced to 16.
    expect(lineRatePoint(wide, 26).percent).toBeCloseTo(500 / 16, 6);
    expect(lineRatePoint({ ...wide, datapathBits: 64, clockMHz: 6400 }, 26).percent).toBe(100);
  });
});

describe("the figures that are printed", () => {
  it("name the smallest, the full MTU and the longest packet, in order", () => {
    const sizes = lineRateCoverage(wide, 4222).map((point) => point.packetBytes);
    expect(sizes[0]).toBe(26);
    expect(sizes).toContain(4122);
    expect(sizes.at(-1)).toBe(4222);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  });

  it("sum up which sizes fall short", () => {
    const summary = lineRateSummary(wide, 4222);
    expect(summary.sizes).toBe(legalPacketSizes(4222).length);
    expect(summary.short).toBeGreaterThan(0);
    expect(summary.worst?.packetBytes).toBe(26);
    const { longestShort } = summary;
    expect(lineRatePoint(wide, (longestShort?.packetBytes ?? 0) + 4).percent).toBeCloseTo(100, 2);
    expect(lineRateSummary({ ...wide, datapathBits: 64, clockMHz: 7000 }, 4222)).toMatchObject({
      short: 0,
      worst: undefined,
    });
  });
});

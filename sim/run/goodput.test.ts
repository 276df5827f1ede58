import { describe, expect, it } from "vitest";
import { GoodputMeter } from "./goodput.ts";

describe("GoodputMeter", () => {
  it("counts from the end of the first delivery after the warm-up to the close", () => {
    const meter = new GoodputMeter(100);
    for (const cycle of [50, 110, 120, 130, 150]) meter.delivered(500, cycle);
    meter.close(160);
    meter.delivered(500, 170);
    expect(meter.gbps(1000)).toBeCloseTo((3 * 500 * 8) / 50, 9);
  });

  it("closes with the last delivery when no cycle is given", () => {
    const meter = new GoodputMeter(0);
    for (const cycle of [0, 10, 20]) meter.delivered(100, cycle);
    meter.close();
    meter.close(1000);
    expect(meter.gbps(500)).toBeCloseTo((2 * 100 * 8 * 0.5) / 20, 9);
  });

  it("gives 0 without two deliveries", () => {
    const meter = new GoodputMeter(0);
    meter.close(100);
    expect(meter.gbps(400)).toBe(0);
    const one = new GoodputMeter(0);
    one.delivered(100, 5);
    one.close();
    expect(one.gbps(400)).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { Arbiter, type ArbiterTables } from "./arbiter.ts";

/** The lanes of the next `count` packets, all lanes waiting with packets of `units`; VL15 is 15. */
function sequence(tables: ArbiterTables, units: number[], count: number): number[] {
  const arbiter = new Arbiter();
  return Array.from({ length: count }, () => {
    const request = { units, vl15: false };
    const grant = arbiter.choose(tables, request)!;
    arbiter.take(tables, request);
    return grant.vl;
  });
}

const row = (vl: number, weight: number): { vl: number; weight: number } => ({ vl, weight });

describe("the reference arbiter", () => {
  it("stays on a row while its weight lasts, the last packet overrunning", () => {
    const low = [row(0, 5), row(1, 2)];
    expect(sequence({ high: [], low, highLimit: 255 }, [2, 2], 8)).toEqual([0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it("carries no deficit over", () => {
    const low = [row(0, 1), row(1, 1)];
    expect(sequence({ high: [], low, highLimit: 255 }, [66, 1], 6)).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it("skips rows of weight 0, of VL15 and of lanes that do not exist", () => {
    const low = [row(15, 9), row(1, 0), row(7, 3), row(0, 1), row(1, 1)];
    expect(sequence({ high: [], low, highLimit: 255 }, [1, 1], 4)).toEqual([0, 1, 0, 1]);
  });

  it("leaves a row whose lane has nothing, and gives it its whole weight again", () => {
    const low = [row(0, 3), row(1, 1)];
    const tables = { high: [], low, highLimit: 255 };
    const arbiter = new Arbiter();
    const next = (units: number[]): number => {
      const request = { units, vl15: false };
      const { vl } = arbiter.choose(tables, request)!;
      arbiter.take(tables, request);
      return vl;
    };
    expect([next([1, 1]), next([0, 1]), next([1, 1]), next([1, 1]), next([1, 1]), next([1, 1])]).toEqual([
      0, 1, 0, 0, 0, 1,
    ]);
  });

  it("lets one high packet go before a low one at limit 0, and so many bytes at others", () => {
    const [high, low] = [[row(0, 255)], [row(1, 255)]];
    expect(sequence({ high, low, highLimit: 0 }, [1, 1], 6)).toEqual([0, 1, 0, 1, 0, 1]);
    expect(sequence({ high, low, highLimit: 1 }, [32, 1], 6)).toEqual([0, 0, 1, 0, 0, 1]);
    expect(sequence({ high, low, highLimit: 1 }, [33, 1], 6)).toEqual([0, 0, 1, 0, 0, 1]);
    expect(sequence({ high, low, highLimit: 255 }, [64, 1], 2000).every((vl) => vl === 0)).toBe(true);
  });

  it("starts the count anew when no low packet waits", () => {
    const tables = { high: [row(0, 255)], low: [row(1, 255)], highLimit: 1 };
    const arbiter = new Arbiter();
    for (let at = 0; at < 10; at += 1) arbiter.take(tables, { units: [16, 0], vl15: false });
    const both = { units: [16, 1], vl15: false };
    const lanes = Array.from({ length: 5 }, () => {
      const { vl } = arbiter.choose(tables, both)!;
      arbiter.take(tables, both);
      return vl;
    });
    expect(lanes).toEqual([0, 0, 0, 1, 0]);
  });

  it("puts VL15 before all, and counts nothing for it", () => {
    const arbiter = new Arbiter();
    const tables = { high: [row(0, 1)], low: [row(1, 1)], highLimit: 0 };
    expect(arbiter.choose(tables, { units: [1, 1], vl15: true })).toEqual({ vl: 15, table: "vl15" });
    arbiter.take(tables, { units: [1, 1], vl15: true });
    expect(arbiter.choose(tables, { units: [1, 1], vl15: false })?.vl).toBe(0);
    expect(arbiter.choose(tables, { units: [0, 0], vl15: false })).toBeNull();
  });
});

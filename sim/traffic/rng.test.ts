import { describe, expect, it } from "vitest";
import { parseSeed, Rng, seedText, withSeed } from "./rng.ts";

describe("Rng", () => {
  it("repeats a sequence from its seed", () => {
    const one = new Rng(7);
    const two = new Rng(7);
    const other = new Rng(8);
    const draw = (rng: Rng) => Array.from({ length: 8 }, () => rng.next());
    const first = draw(one);
    expect(draw(two)).toEqual(first);
    expect(draw(other)).not.toEqual(first);
  });

  it("draws alike over a range", () => {
    const rng = new Rng(1);
    const counts = new Array<number>(8).fill(0);
    for (let i = 0; i < 80000; i++) counts[rng.below(8)]!++;
    for (const count of counts) expect(Math.abs(count - 10000)).toBeLessThan(500);
  });

  it("skips geometrically", () => {
    const rng = new Rng(2);
    let sum = 0;
    for (let i = 0; i < 20000; i++) sum += rng.skip(0.01);
    expect(Math.abs(sum / 20000 - 99)).toBeLessThan(4);
    expect(rng.skip(0)).toBe(Number.POSITIVE_INFINITY);
    expect(rng.skip(1)).toBe(0);
  });

  it("forks by label", () => {
    const rng = new Rng(3);
    expect(rng.fork("a").next()).toBe(new Rng(3).fork("a").next());
    expect(rng.fork("a").next()).not.toBe(rng.fork("b").next());
  });

  it("reads and writes seeds, and names them on failure", async () => {
    expect(parseSeed(seedText(0xdeadbeef))).toBe(0xdeadbeef);
    expect(parseSeed("17")).toBe(17);
    expect(parseSeed("x")).toBeNull();
    await expect(
      withSeed(5, () => {
        throw new Error("lost a packet");
      }),
    ).rejects.toThrow("seed 0x00000005: lost a packet");
  });
});

import { describe, expect, it } from "vitest";
import { alphaModules } from "../../generator/views/nic/congestion.ts";
import type { Model } from "../../sim/driver/model.ts";
import { nextAlpha } from "../../sim/reference/rc/dcqcn.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { tableCycles } from "./limiter-bench.ts";
import { benchNic, openNicModule } from "./nic-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;
/** Cycles of an answer with the table: the first update, 15 steps, and five levels that are looked at. */
const mostCycles = 2 + 2 * 16 + 6;

/** One question. @returns alpha and the cycles that it took */
function ask(model: Model, alpha: number, notified: boolean, more: number) {
  model.port("alpha").set(alpha);
  model.port("notified").set(Number(notified));
  model.port("more").set(more);
  model.port("go").set(1);
  for (let cycles = 0; cycles < 5000; cycles += 1) {
    model.eval();
    if (model.port("done").get() === 1) {
      const result = model.port("result").get();
      model.step();
      model.port("go").set(0);
      model.step();
      return { result, cycles };
    }
    model.step();
  }
  throw new Error("no answer");
}

function expected(g: number, alpha: number, notified: boolean, more: number): number {
  let value = nextAlpha(alpha, g, notified);
  for (let left = Math.min(more, 1024); left > 0; left -= 1) value = nextAlpha(value, g, false);
  return value;
}

function check(model: Model, rng: Rng, g: number, most: number): void {
  const alpha = [0, 1, 1023, rng.below(1024)][rng.below(4)]!;
  const notified = rng.chance(0.5);
  const more = [0, rng.below(8), rng.below(80), rng.below(1100), 1023, 2 ** rng.below(32)][rng.below(6)]!;
  const { result, cycles } = ask(model, alpha, notified, more);
  expect([g, alpha, notified, more, result]).toEqual([
    ...[g, alpha, notified, more],
    expected(g, alpha, notified, more),
  ]);
  expect(cycles).toBeLessThanOrEqual(most);
}

describe("updates of alpha, many at a time", () => {
  it("are those of the reference one by one, with any g, in few cycles", { timeout: 240_000 }, () =>
    withSeed(seed, async (rng) => {
      const model = await openNicModule(
        benchNic({ frame: "ethernet" }),
        alphaModules(benchNic({ frame: "ethernet" })),
      );
      const values = [1019, 0, 1023];
      for (let left = long ? 60 : 1; left > 0; left -= 1) values.push(rng.below(1024));
      model.reset();
      for (const g of values) {
        model.port("cfg_g").set(g);
        model.step(2);
        // before the table is ready one by one, also while it is made
        for (let left = 10; left > 0; left -= 1) {
          model.step(rng.below(3000));
          check(model, rng, g, 2100);
        }
        model.step(tableCycles);
        for (let left = 100; left > 0; left -= 1) check(model, rng, g, mostCycles);
      }
      model.close();
    }),
  );
});

import { describe, expect, it } from "vitest";
import { moduleName } from "../../generator/views/common.ts";
import { rrArbiterModule } from "../../generator/views/switch/rr-arbiter.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { buildModules } from "./build.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

/** One group, a whole one, groups and a rest, the largest switch. */
const widths = [2, 5, 8, 17, 64, 81];

async function open(requests: number): Promise<Model> {
  const device = { name: "dut" };
  const [suffix, template, view] = rrArbiterModule(device, requests);
  const name = moduleName(device, suffix);
  return openModel(await buildModules(name, [{ name, template: `${template}.v.hbs`, view }]));
}

/** Bits `from` and up of a vector of `width`. */
const onesFrom = (from: number, width: number): bigint =>
  ((1n << BigInt(width)) - 1n) & ~((1n << BigInt(from)) - 1n);

describe.each(widths)("rr_arbiter of %i requests", (width) => {
  it("grants the first request from the pointer on, round and round, and points behind it", () =>
    withSeed(seed, async (rng) => {
      const model = await open(width);
      const check = (asked: readonly number[], pointer: number): void => {
        model.port("request").setBig(asked.reduce((bits, at) => bits | (1n << BigInt(at)), 0n));
        model.port("mask").setBig(onesFrom(pointer, width));
        model.eval();
        const granted = asked.find((at) => at >= pointer) ?? asked[0];
        const where = `${asked.join(",")} from ${pointer}`;
        expect(model.port("grant").getBig(), where).toBe(granted === undefined ? 0n : 1n << BigInt(granted));
        const behind = granted === undefined ? 0n : onesFrom(granted + 1, width);
        expect(model.port("behind").getBig(), where).toBe(behind);
      };
      // any two requests, from any pointer; `width` stands for the pointer behind the last one: no ones
      for (let first = 0; first < width; first += 1) {
        const second = rng.below(width);
        for (let pointer = 0; pointer <= width; pointer += 1) {
          check(
            [...new Set([first, second])].sort((a, b) => a - b),
            pointer,
          );
        }
      }
      for (let round = 0; round < 3000; round += 1) {
        const density = rng.pick([0, 0.02, 0.1, 0.5, 0.95]);
        const asked = Array.from({ length: width }, (_, at) => at).filter(() => rng.chance(density));
        check(asked, rng.below(width + 1));
      }
    }));
});

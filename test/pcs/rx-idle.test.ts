import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rxBackModules } from "../../generator/views/pcs/rx-back-modules.ts";
import type { Model } from "../../sim/driver/model.ts";
import {
  blockBytes,
  copyBits,
  encodeBlock,
  groupBits,
  transcode,
  writeBits,
} from "../../sim/reference/pcs/index.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { fail, portsOf, resetAll } from "../rtl/link-bench.ts";
import { benchHost, clean, lintTexts, openTexts, textsOf } from "./rx-back-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const host = benchHost({ rateGbps: 200, fec: "rs544", symbolsPerClock: 16, datapathBits: 512 });
const groups = host.pcs.derived.groupsPerWord.value;
const depth = host.pcs.derived.crossingWords.value;
const texts = textsOf(
  host,
  rxBackModules(host).filter(([suffix]) => suffix === "pcs_idle_drop"),
);

/** Four idle columns as a group. */
const idle = (() => {
  const blocks = new Uint8Array(4 * blockBytes);
  const data = new Uint8Array(8).fill(7);
  for (let j = 0; j < 4; j += 1) encodeBlock(data, Uint8Array.of(255), 0, blocks, j * blockBytes);
  return transcode(blocks);
})();

interface Word {
  readonly bits: Uint8Array;
  readonly errors: number;
  readonly idle: boolean;
}

/** Idle words, such with one wrong bit or one error, and others. */
function drawWord(rng: Rng, bytes: number): Word {
  const bits = new Uint8Array(bytes);
  for (let g = 0; g < groups; g += 1) copyBits(idle, 0, bits, g * groupBits, groupBits);
  const kind = rng.below(4);
  if (kind < 2) return { bits, errors: 0, idle: true };
  if (kind === 2) return { bits, errors: rng.range(1, 2 ** groups - 1), idle: false };
  const at = rng.below(groups * groupBits);
  writeBits(bits, at, 1, 1 - ((bits[at >> 3]! >> (at & 7)) & 1));
  return { bits, errors: 0, idle: false };
}

describe("pcs_idle_drop", () => {
  let model: Model;
  beforeAll(async () => {
    model = await openTexts("dut_pcs_idle_drop", texts);
  });
  afterAll(() => {
    model.close();
  });

  it("leaves out idle words, and no others, while the FIFO is half full or more; marks what follows a lost one", () =>
    withSeed(seed, (rng) => {
      resetAll(model);
      const s = ["s_data", "s_error", "s_valid"] as const;
      const m = ["m_data", "m_valid", "m_ready", "m_level", "evt_dropped", "evt_overrun"] as const;
      const p = portsOf(model, [...s, ...m]);
      let dropped = 0;
      let marked = 0;
      let lost = false;
      let word: Word | undefined;
      const want = new Uint8Array(p.m_data.bytes.length);
      for (let cycle = 0; cycle < 4000; cycle += 1) {
        const level = rng.pick([depth / 2 - 1, depth / 2, rng.below(depth + 1)]);
        const ready = level < depth && rng.chance(0.9);
        p.m_level.set(level);
        p.m_ready.set(ready ? 1 : 0);
        model.eval();
        const drops = word?.idle === true && level >= depth / 2 && !lost;
        if ((word !== undefined && !drops) !== (p.m_valid.get() === 1))
          fail(model, drops ? "not dropped" : "no word");
        if (word !== undefined && !drops) {
          want.fill(0);
          copyBits(word.bits, 0, want, 0, groups * groupBits);
          writeBits(want, groups * groupBits, groups, lost ? 2 ** groups - 1 : word.errors);
          expect(p.m_data.bytes).toEqual(want);
        }
        const events = [drops, word !== undefined && !drops && !ready];
        if (lost && word !== undefined && ready) marked += 1;
        if (word !== undefined && !drops) lost = !ready;
        word = rng.chance(0.8) ? drawWord(rng, p.s_data.bytes.length) : undefined;
        p.s_valid.set(word === undefined ? 0 : 1);
        p.s_data.bytes.set((word ?? drawWord(rng, p.s_data.bytes.length)).bits);
        p.s_error.set(word?.errors ?? 0);
        model.step();
        expect([p.evt_dropped.get() === 1, p.evt_overrun.get() === 1]).toEqual(events);
        dropped += drops ? 1 : 0;
      }
      expect(dropped).toBeGreaterThan(100);
      expect(marked).toBeGreaterThan(100);
    }));

  it("is clean for every linter", async () => {
    expect(await lintTexts("dut_pcs_idle_drop", texts)).toEqual(clean);
  });
});

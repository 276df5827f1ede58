import { describe, expect, it } from "vitest";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { blocksOf, mayGo, modulo } from "./credit-reference.ts";
import {
  type BenchOptions,
  benchDesign,
  fail,
  field,
  openLinkModule,
  portsOf,
  resetAll,
  setField,
  titleOf,
} from "./link-bench.ts";

const cases: readonly BenchOptions[] = [
  { lanes: 1, mtuBytes: 1024 },
  { lanes: 4, mtuBytes: 4096 },
  { lanes: 15, bits: 256, mtuBytes: 4096, derived: { creditBlockBytes: 256 } },
];

describe.each(cases.map((one) => [titleOf(one), one] as const))("credit_tx, %s", (_title, one) => {
  it("counts and compares modulo 4096, up to a distance of 2048", async () => {
    const design = benchDesign(one);
    const lanes = one.lanes ?? 4;
    const blockBytes = design.derived.creditBlockBytes.value;
    const longest = (design.derived.maxPacketBytes.value - 2) / 4;
    const model = await openLinkModule(design, "credit_tx");
    const p = portsOf(model, [
      ...(["clear", "head_length", "credit_ok", "consume", "consume_vl", "consume_blocks"] as const),
      ...(["fcp_valid", "fcp_vl", "fcp_fccl", "fctbs", "cl"] as const),
    ]);
    const lengthBits = p.head_length.bits / lanes;
    const seen = { exactly: 0, over: 0, allowed: 0, wraps: 0, first: 0 };

    await withSeed(0x81, (rng: Rng) => {
      resetAll(model);
      const sent = new Array<number>(lanes).fill(0);
      const limit = new Array<number>(lanes).fill(0);
      const heads = new Array<number>(lanes).fill(5);
      for (let cycle = 0; cycle < 30_000; cycle += 1) {
        const clear = rng.chance(0.00004);
        p.clear.set(clear ? 1 : 0);
        for (let lane = 0; lane < lanes; lane += 1) {
          if (rng.chance(0.5)) heads[lane] = rng.range(5, longest);
          setField(p.head_length, lane * lengthBits, lengthBits, Math.floor((4 * heads[lane]!) / blockBytes));
        }
        const vl = rng.below(lanes);
        const blocks = blocksOf(heads[vl]!, blockBytes);
        const consume = rng.chance(0.4);
        p.consume.set(consume ? 1 : 0);
        p.consume_vl.set(vl);
        p.consume_blocks.set(blocks);
        const told = rng.chance(0.3);
        const other = rng.chance(0.05) ? 15 : rng.below(lanes);
        // Around both ends of what the comparison takes
        const near = modulo((sent[other] ?? 0) + blocksOf(heads[other] ?? 5, blockBytes) + rng.range(-2, 2));
        const fccl = rng.pick([near, modulo(near + 2048), rng.below(4096)]);
        p.fcp_valid.set(told ? 1 : 0);
        p.fcp_vl.set(other);
        p.fcp_fccl.set(fccl);
        model.eval();
        for (let lane = 0; lane < lanes; lane += 1) {
          const need = blocksOf(heads[lane]!, blockBytes);
          const ok = mayGo(limit[lane]!, sent[lane]!, need);
          const left = modulo(limit[lane]! - sent[lane]! - need);
          if (left === 2048) seen.exactly += 1;
          if (left === 2049) seen.over += 1;
          if (ok) seen.allowed += 1;
          if (limit[lane] === 0 && sent[lane] === 0 && !ok) seen.first += 1;
          if ((field(p.credit_ok, lane, 1) === 1) !== ok)
            fail(model, `lane ${lane}: limit ${limit[lane]}, sent ${sent[lane]}, ${need} more is not ${ok}`);
        }
        model.step();
        if (consume) sent[vl] = modulo(sent[vl]! + blocks);
        if (consume && sent[vl]! < blocks) seen.wraps += 1;
        if (told && other < lanes) limit[other] = fccl;
        if (clear) for (const list of [sent, limit]) list.fill(0);
        for (let lane = 0; lane < lanes; lane += 1) {
          if (field(p.fctbs, 12 * lane, 12) !== sent[lane]) fail(model, `fctbs of lane ${lane}`);
          if (field(p.cl, 12 * lane, 12) !== limit[lane]) fail(model, `cl of lane ${lane}`);
        }
      }
    });
    for (const [what, count] of Object.entries(seen))
      expect(count, what).toBeGreaterThan(what === "wraps" || what === "first" ? 0 : 20);
    model.close();
  });
});

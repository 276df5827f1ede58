import { describe, expect, it } from "vitest";
import { protectedBits } from "../../generator/math/secded.ts";
import { coreModules } from "../../generator/views/nic/core.ts";
import { benchNic } from "./nic-bench.ts";

/** Words and bits of a memory as its module has them. */
function sizeOf(view: object): { depth: number; bits: number } {
  const { depth, params } = view as { depth: string; params: { name: string; value: string }[] };
  return { depth: Number(depth), bits: Number(params.find(({ name }) => name === "MW")!.value) };
}

describe("memories of an adapter", () => {
  it.each([
    { memoryProtection: "none", queuePairs: 64, bits: 256, mtuBytes: 4096 },
    { memoryProtection: "secded", queuePairs: 16, bits: 128, mtuBytes: 256 },
  ] as const)("are those that `explain` shows, %j", (options) => {
    const design = benchNic(options);
    const emitted = coreModules(design)
      .filter(([, template]) => template === "common/packet_memory")
      .map(([module, , view]) => ({ module, ...sizeOf(view) }));
    const told = new Map(design.memories.map((one) => [one.module, one]));
    for (const { module, depth, bits } of emitted) {
      const copies = module === "nic_qp_state_memory" ? 5 : 1;
      const one = told.get(module);
      expect([module, one?.words, one?.bitsPerWord]).toEqual([module, copies * depth, bits]);
    }
    expect(emitted.length).toBeGreaterThan(15);
    const names = emitted.map(({ module }) => module);
    const own = design.memories
      .map(({ module }) => module)
      .filter((module) => /^nic_.*(?<!counters)$/u.test(module));
    expect(own.filter((module) => !names.includes(module))).toEqual([]);
    expect(protectedBits(64)).toBe(72);
  });

  it("grow with the queue pairs as the number for one says", () => {
    const [few, many] = [16, 1024].map((queuePairs) => benchNic({ queuePairs }));
    const bits = (design: typeof few) => design!.memories.reduce((sum, one) => sum + one.bits, 0);
    expect(bits(many) - bits(few)).toBe((1024 - 16) * few!.derived.contextBitsPerQp.value);
  });
});

import { describe, expect, it } from "vitest";
import type { SwitchDescription } from "../../dsl/switch-description.ts";
import { elaborate, elaborateSwitch } from "../../elaborate/index.ts";
import { sparePages } from "../../elaborate/switch-rules.ts";
import { protectedBits } from "../../math/secded.ts";
import { replayIndex, replayMemory } from "../llr.ts";
import type { PacketMemory } from "../packet-memory.ts";
import { vlMemory } from "../vl-buffer.ts";
import { managementMemory } from "./ports.ts";
import { voqMemory } from "./voq.ts";

const leaf: SwitchDescription = {
  name: "leaf",
  clockMHz: 402.83,
  datapathBits: 256,
  mtuBytes: 1024,
  ports: { count: 4, rateGbps: 100, cableMeters: 2 },
  virtualLanes: { data: 2 },
};

const cases: readonly Partial<SwitchDescription>[] = [
  {},
  { memoryProtection: "secded" },
  { ports: { count: 70, rateGbps: 100, cableMeters: 500 }, memoryProtection: "secded" },
  { datapathBits: 1024, virtualLanes: { data: 15 } },
];

/** What the design model says of memories is what the views build. */
describe("the memories of a design", () => {
  it.each(cases)("are those of the modules: %o", (changes) => {
    const design = elaborateSwitch({ ...leaf, ...changes });
    const { ports, port, memories } = design;
    const pages = memories.find(({ module }) => module === "voq_pages (free pages)")?.words ?? 0;
    const ofPort0 = pages - ports * design.derived.pagesPerPort.value;
    const lanes = port.virtualLanes.data;
    const shares =
      lanes * design.derived.managementPages.value +
      Math.ceil(port.derived.vl15BufferBeats.value / design.derived.pageBeats.value);
    expect(ofPort0).toBe(shares + sparePages);
    const depth = pages * design.derived.pageBeats.value;
    expect(memories).toContainEqual(block("voq_memory", { ...voqMemory(design), depth }, 1));
    expect(design.derived.packetMemoryBits.value).toBe(depth * design.datapathBits);
    expect(memories).toContainEqual(block("management_memory", managementMemory(design), 1));
    expect(memories).toContainEqual(block("replay_buffer", replayMemory(port), ports));
    expect(memories).toContainEqual(block("replay_buffer (index)", replayIndex(port), ports));
    expect(memories).toContainEqual(block("vl_tx_buffer", vlMemory(port, "tx"), ports));

    function block(module: string, { rowBits, firmBits, depth }: PacketMemory, count: number) {
      const secded = design.memoryProtection === "secded";
      const bitsPerWord = secded ? protectedBits(rowBits, firmBits) : rowBits;
      return { module, words: depth * count, bitsPerWord, bits: depth * count * bitsPerWord };
    }
  });

  it.each(["none", "secded"] as const)("are those of a link, protection %s", (memoryProtection) => {
    const { ports, ...link } = leaf;
    const { rateGbps, cableMeters } = ports;
    const design = elaborate({ ...link, rateGbps, cableMeters, memoryProtection });
    for (const [module, memory] of [
      ["replay_buffer", replayMemory(design)],
      ["vl_tx_buffer", vlMemory(design, "tx")],
      ["vl_rx_buffer", vlMemory(design, "rx")],
    ] as const) {
      const { rowBits, firmBits, depth } = memory;
      const bitsPerWord = memoryProtection === "secded" ? protectedBits(rowBits, firmBits) : rowBits;
      expect(design.memories).toContainEqual({
        module,
        words: depth,
        bitsPerWord,
        bits: depth * bitsPerWord,
      });
    }
  });
});

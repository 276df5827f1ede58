import type { AnyPcsDesign } from "../../design/any-pcs.ts";
import type { MemoryBlock } from "../../design/link.ts";
import type { NicDesign } from "../../design/nic.ts";
import { portOf } from "../../design/port-of.ts";
import type { AnyDesign } from "../../design/switch.ts";

/** Words and bits of a word that one block RAM of an ECP5 may have, both ports clocked (Lattice FPGA-TN-02204). */
const shapes = [
  [512, 36],
  [1024, 18],
  [2048, 9],
  [4096, 4],
  [8192, 2],
  [16384, 1],
] as const;

/** Block RAMs and 4-input LUTs of the largest ECP5, LFE5U-85F. */
export const ecp5 = { blockRams: 208, luts: 83_640 } as const;

/** Block RAMs that a memory takes; those of up to 64 words become LUTs. */
export function blockRams({ words, bitsPerWord }: Pick<MemoryBlock, "words" | "bitsPerWord">): number {
  if (words <= 64) return 0;
  const each = shapes.map(([deep, wide]) => Math.ceil(words / deep) * Math.ceil(bitsPerWord / wide));
  return Math.min(...each);
}

function memoriesOf(design: AnyDesign): readonly MemoryBlock[] {
  return [...design.memories, ...(portOf(design).pcs?.memories ?? [])];
}

/**
 * Lookup tables of a PCS, roughly: the sizes of `docs/pcs.md` in 4-input LUTs. What interleaves two codewords is larger
 * than the FPGA.
 */
function pcsLuts({ kind, format, derived }: AnyPcsDesign): number {
  if (kind === "clause119") return Number.POSITIVE_INFINITY;
  return format.fec === "none" ? 55 * derived.lineBits.value : 22_500 + 213 * format.rateGbps;
}

/**
 * 4-input LUTs of a device, roughly: Yosys gives 10,100 for a link of 64 bits, 13,300 for 128, 20,800 for 256 and 43,000
 * for 512; 13,600 for one of 64 bits with lanes of 25G; 27,000 for a switch of two ports of 64 bits. Carries and LUT
 * memory are counted.
 */
export function lutsOf(design: AnyDesign): number {
  const port = 3000 + 80 * design.datapathBits;
  if (design.kind === "switch") {
    const ingress = 1500 + 15 * design.datapathBits;
    return design.ports * port + (design.ports + 1) * ingress;
  }
  const { pcs } = portOf(design);
  return port + (design.kind === "nic" ? nicLuts(design) : 0) + (pcs === null ? 0 : pcsLuts(pcs));
}

/** 4-input LUTs of the transport of an adapter, roughly. */
function nicLuts(_design: NicDesign): number {
  return Number.POSITIVE_INFINITY;
}

/** Whether an ECP5 may hold the device: its memories do fit, its logic probably. */
export function fitsEcp5(design: AnyDesign): boolean {
  const rams = memoriesOf(design).reduce((sum, memory) => sum + blockRams(memory), 0);
  return rams <= ecp5.blockRams && lutsOf(design) <= ecp5.luts;
}

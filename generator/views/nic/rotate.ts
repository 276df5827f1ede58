import type { NicDesign } from "../../design/nic.ts";
import type { View } from "../../render/view.ts";
import { header, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { range } from "../ranges.ts";
import { nicRanges, nicSizes } from "./sizes.ts";

/** `nic_rotate`: the bytes of a beat, moved round by any number of lanes. */
export function rotateView(design: Pick<NicDesign, "name" | "datapathBits">): View {
  const { W, BB, laneBits } = nicSizes(design);
  return {
    header: header(design, "Moves the bytes of a beat round, towards byte 0."),
    module: moduleName(design, "nic_rotate"),
    r: nicRanges(design),
    laneBits: String(laneBits),
    beatBytes: String(BB),
    lastBytes: String(BB / 2),
    stages: Array.from({ length: laneBits }, (_, bit) => ({
      range: range(W),
      bit: String(bit),
      bytes: String(2 ** bit),
      from: bit === 0 ? "data" : `by_${2 ** (bit - 1)}`,
      low: String(8 * 2 ** bit - 1),
      top: String(W - 1),
      next: String(8 * 2 ** bit),
    })),
  };
}

export const rotateModule = (design: Pick<NicDesign, "name" | "datapathBits">): ModuleFile => [
  "nic_rotate",
  "nic/rotate",
  rotateView(design),
];

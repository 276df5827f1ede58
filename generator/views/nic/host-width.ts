import type { View } from "../../render/view.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { range } from "../ranges.ts";
import { type NicStreamDesign, nicRanges } from "./sizes.ts";

type Widths = Pick<NicStreamDesign, "name" | "datapathBits" | "host">;

/** Whether host memory is wider or narrower than the datapath, or of the same width. */
export function hostSide({ datapathBits, host }: Pick<Widths, "datapathBits" | "host">): string | null {
  if (host.dataBits === datapathBits) return null;
  return host.dataBits > datapathBits ? "host_wider" : "host_narrower";
}

function hostWidthView(design: Widths, side: string): View {
  const { datapathBits: W, host } = design;
  const H = host.dataBits;
  const ratio = Math.max(W, H) / Math.min(W, H);
  const wider = H > W;
  return {
    header: header(design, `From beats of ${W} bits to host memory of ${H} bits.`),
    module: moduleName(design, `nic_${side}`),
    r: nicRanges(design),
    host: { data: range(H), keep: range(H / 8) },
    ratio: String(ratio),
    params: [
      localparam("W", W, "bits of a beat of the adapter"),
      localparam("H", H, "bits of a beat of host memory"),
      localparam("PB", Math.log2(ratio), `bits of the number of a part: ${ratio} of them`),
      ...(wider
        ? [
            localparam("LB", Math.log2(W / 8), "bits of a byte's place in a beat of the adapter"),
            localparam("DEPTH", depth(design), "bursts of one ID on their way"),
            localparam("DB", indexBits(depth(design)), "bits of such a burst's number"),
          ]
        : []),
    ],
  };
}

/** Bursts of one ID that are noted: reads of payload, and those of work requests and writes, which are fewer. */
const depth = ({ host }: Widths): number => Math.max(16, host.outstandingReads);

/** `nic_host_wider` or `nic_host_narrower`; nothing where host memory has the width of the datapath. */
export function hostWidthModules(design: Widths): readonly ModuleFile[] {
  const side = hostSide(design);
  return side === null ? [] : [[`nic_${side}`, `nic/${side}`, hostWidthView(design, side)]];
}

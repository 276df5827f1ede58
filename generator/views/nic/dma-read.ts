import { dec } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { packetMemoryModules } from "../packet-memory.ts";
import { widen } from "../ranges.ts";
import { rotateModule } from "./rotate.ts";
import { type NicStreamDesign, nicRanges, nicSizes } from "./sizes.ts";

/** Rows of the read buffer: all bursts that may be on their way, and two of them at least. */
export function readBufferBeats({ host, derived }: NicStreamDesign): number {
  return Math.max(2, host.outstandingReads) * derived.readBurstBeats.value;
}

/**
 * `nic_dma_read`: payload from host memory. Command to arvalid 3 cycles, beat of memory to beat of the stream 4; a beat a
 * cycle as long as the bursts on their way cover the latency of host memory.
 */
export function dmaReadView(design: NicStreamDesign): View {
  const { W, BB, laneBits } = nicSizes(design);
  const { outstandingReads } = design.host;
  const burstBeats = design.derived.readBurstBeats.value;
  const burstBits = laneBits + indexBits(burstBeats);
  if (burstBeats < 2 || burstBeats > 128 || burstBeats * BB !== 2 ** burstBits || burstBits > 12)
    throw new RangeError(`bursts of ${burstBeats} beats are none that the reader cuts`);
  const countBits = bitsFor(burstBeats);
  const rows = readBufferBeats(design);
  const rowBits = indexBits(rows);
  const noteBits = Math.max(4, bitsFor(outstandingReads));
  return {
    header: header(design, "Reads payload out of host memory and packs it into packets."),
    module: moduleName(design, "nic_dma_read"),
    device: design.name,
    secded: design.memoryProtection === "secded",
    r: nicRanges(design),
    burstRoom: widen("burst_room", burstBits + 1, 13),
    arlen: arlen(countBits),
    params: [
      localparam("W", W, "bits of a beat"),
      localparam("BB", BB, "bytes: W / 8"),
      localparam("LB", laneBits, "bits of a lane's number: log2(BB)"),
      localparam("[LB:0] BEAT", dec(BB, laneBits + 1), "bytes: BB"),
      localparam("[BB-1:0] ALL_LANES", "{BB{1'b1}}", "every lane of a beat"),
      localparam("BL", burstBits, "bits of an address within BURST_BYTES"),
      localparam("[BL:0] BURST_BYTES", dec(2 ** burstBits, burstBits + 1), "bytes: longest burst"),
      localparam("CB", countBits, "bits that count the beats of a burst"),
      localparam("[CB-1:0] BURST_BEATS", dec(burstBeats, countBits), "beats: BURST_BYTES / BB"),
      localparam("RB", rowBits, "bits of a row's number"),
      localparam("[RB:0] ROWS", dec(rows, rowBits + 1), "beats: BURST_BEATS for each burst on its way"),
      localparam("OB", bitsFor(outstandingReads) - 1, "bits of OUTSTANDING, less one"),
      localparam(
        "[OB:0] OUTSTANDING",
        dec(outstandingReads, bitsFor(outstandingReads)),
        "bursts on their way",
      ),
      localparam("NB", noteBits, "bits of a note's number"),
      localparam("NOTES", 2 ** noteBits, "pieces that are asked for and not packed"),
      localparam("NW", 1 + laneBits + laneBits + 1 + 13, "bits: last, shift, bytes now and later"),
    ],
  };
}

/** Beats less one, in 8 bits. */
function arlen(countBits: number): string {
  const less = "burst_beats_reg - 1'b1";
  return countBits === 8 ? less : `{${8 - countBits}'d0, ${less}}`;
}

/** `nic_dma_read` and what it is made of. */
export function dmaReadModules(design: NicStreamDesign): readonly ModuleFile[] {
  const { W } = nicSizes(design);
  const memory = {
    rowBits: W + 1,
    depth: readBufferBeats(design),
    purpose: "Beats from host memory, each with its error mark.",
  };
  return [
    ["nic_dma_read", "nic/dma_read", dmaReadView(design)],
    rotateModule(design),
    ...packetMemoryModules(design, { nic_read_memory: memory }),
  ];
}

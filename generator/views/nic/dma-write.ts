import { dec } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { range } from "../ranges.ts";
import { rotateModule } from "./rotate.ts";
import { type NicStreamDesign, nicRanges, nicSizes, pageBytes, qpBits } from "./sizes.ts";

/** Bits of a message: a completion, or one line of host memory. */
const messageBits = 512;

/**
 * `nic_dma_write`: payload and messages to host memory. Taken to awvalid 3 cycles, to wvalid 5; a beat a cycle, bursts
 * without a gap between them.
 */
export function dmaWriteView(design: Pick<NicStreamDesign, "name" | "datapathBits" | "queuePairs">): View {
  const { W, BB, laneBits } = nicSizes(design);
  const chunks = messageBits / W;
  const lenBits = 12 - laneBits;
  // Whole beats of a number of bytes, up to 4095
  const beats = (bytes: string): string =>
    `${lenBits < 8 ? `{${8 - lenBits}'d0, ` : ""}${bytes}[11:${laneBits}]${lenBits < 8 ? "}" : ""}`;
  return {
    header: header(design, "Writes payload and messages to host memory."),
    module: moduleName(design, "nic_dma_write"),
    device: design.name,
    r: nicRanges(design),
    qp: range(qpBits(design)),
    lastBeat: beats("f_last_byte"),
    noteBeats: beats("f_note_rest"),
    runBeats: beats("f_run_rest"),
    awlen: lenBits < 8 ? `{${8 - lenBits}'d0, more}` : "more",
    chunked: chunks > 1,
    chunk: range(indexBits(chunks)),
    chunkZero: dec(0, indexBits(chunks)),
    msgBeat:
      chunks > 1
        ? `msg_head[${W}*chunk_reg +: ${W}]`
        : chunks === 1
          ? "msg_head"
          : `{ ${1 / chunks}{msg_head} }`,
    params: [
      localparam("W", W, "bits of a beat"),
      localparam("BB", BB, "bytes: W / 8"),
      localparam("QB", qpBits(design), "bits of the number of a queue pair"),
      localparam("LB", laneBits, "bits of a lane's number: log2(BB)"),
      localparam("[LB:0] BEAT", dec(BB, laneBits + 1), "bytes: BB"),
      localparam("[BB-1:0] ALL_LANES", "{BB{1'b1}}", "every lane of a beat"),
      localparam("[12:0] PAGE", dec(pageBytes, 13), "bytes: no burst crosses a multiple"),
      localparam("SMALLS", W / 64, "places of 8 bytes in a beat: W / 64"),
      localparam("NW", 4 + laneBits + laneBits + 1 + 13, "bits: 4 marks, lane, bytes now and later"),
      localparam("[2:0] MSG_DEPTH", dec(4, 3), "messages that wait for their turn at the data"),
      localparam("[3:0] NOTE_DEPTH", dec(8, 4), "bursts whose data has not begun"),
      localparam("[6:0] PENDING", dec(64, 7), "bursts without an answer"),
    ],
  };
}

/** `nic_dma_write` and what it is made of. */
export const dmaWriteModules = (
  design: Pick<NicStreamDesign, "name" | "datapathBits" | "queuePairs">,
): readonly ModuleFile[] => [["nic_dma_write", "nic/dma_write", dmaWriteView(design)], rotateModule(design)];

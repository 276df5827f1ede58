/** View of the window for management packets. */
import type { NicDesign } from "../../design/nic.ts";
import { managementBeats, managementPlaces } from "../../elaborate/nic-tables.ts";
import { dec, hex } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { packetMemoryModules } from "../packet-memory.ts";
import { nicRanges, nicSizes } from "./sizes.ts";

/** LRH 8, BTH 12, DETH 8, MAD 256 bytes. */
const packetWords = 71;

type WindowDesign = Pick<NicDesign, "name" | "datapathBits" | "memoryProtection">;

/** `nic_management`. */
export function managementView(design: WindowDesign): View {
  const { W, BB, words } = nicSizes(design);
  const rows = managementBeats(design);
  const rowBits = indexBits(rows);
  const wordBits = indexBits(words);
  const lastBytes = packetWords * 4 - (rows - 1) * BB;
  return {
    header: header(design, "Management packets, VL15, through registers."),
    module: moduleName(design, "nic_management"),
    device: design.name,
    secded: design.memoryProtection === "secded",
    r: nicRanges(design),
    indexRow: `index_reg[${rowBits + wordBits - 1}:${wordBits}]`,
    params: [
      localparam("W", W, "bits of a beat"),
      localparam("XB", wordBits, "bits of a word's place in a beat"),
      localparam("RB", rowBits, "bits of a beat's place in a packet"),
      localparam("[RB:0] LAST_ROW", dec(rows - 1, rowBits + 1), "the last beat of a packet"),
      localparam("[6:0] WORDS", dec(packetWords, 7), "words: LRH 2, BTH 3, DETH 2, MAD 64"),
      localparam("[10:0] WITH_ICRC", dec(packetWords + 1, 11), "PktLen of such a packet, words"),
      localparam("[2:0] PLACES", dec(managementPlaces, 3), "packets that wait for software"),
      localparam("[W/8-1:0] LAST_KEEP", hex((1n << BigInt(lastBytes)) - 1n, BB), "bytes of the last beat"),
    ],
  };
}

/** The module and its memories. */
export function managementModules(design: WindowDesign): readonly ModuleFile[] {
  const rows = 2 ** indexBits(managementBeats(design));
  return [
    ...packetMemoryModules(design, {
      nic_mad_received: {
        rowBits: design.datapathBits,
        depth: managementPlaces * rows,
        purpose: "Management packets received.",
      },
      nic_mad_sent: { rowBits: 32, depth: 128, purpose: "The management packet to send." },
    }),
    ["nic_management", "nic/management", managementView(design)],
  ];
}

/** What a device keeps to, and where its limits are. */

import type { LinkDesign } from "../../design/link.ts";
import { portOf } from "../../design/port-of.ts";
import type { AnyDesign, SwitchDesign } from "../../design/switch.ts";
import { pcsChoices } from "../../elaborate/pcs-choices.ts";
import { bitsText, code, esc, list, note, num, type Section, table, text } from "./html.ts";
import { isEthernet, limitsOfNic, rowsOfEthernet, rowsOfNic } from "./nic-claims.ts";
import { totalBits } from "./performance.ts";

export function conformanceSection(design: AnyDesign): Section {
  return {
    id: "conformance",
    title: "Conformance",
    parts: [
      table({
        caption: "Standards and published formats",
        stack: true,
        columns: [{ head: "what" }, { head: "after" }, { head: "extent" }],
        rows: [...rowsOf(design), ...common],
      }),
      text(
        `The test plan of retry and credits, each requirement with its source and what was measured, is ${code("docs/conformance.md")} of Lanewright; ${code("npm run conformance")} runs it anew.`,
      ),
      note(
        "Tested by the project itself against models that share no code with the generator; certified by nobody.",
      ),
    ],
  };
}

function rowsOf(design: AnyDesign): readonly (readonly string[])[] {
  const port = isEthernet(design) ? rowsOfEthernet : rowsOfPort(portOf(design));
  if (design.kind === "switch") return [...port, ...rowsOfSwitch(design), streams];
  return design.kind === "nic" ? [...port, ...rowsOfNic(design)] : [...port, streams];
}

const streams = ["Packet streams", "AXI4-Stream", "TDATA, TKEEP, TVALID, TREADY, TLAST, TUSER"];

const common: readonly (readonly string[])[] = [
  ["Registers", "AXI4-Lite", "32-bit data, one access at a time, SLVERR for what is not there"],
  ["Source", "IEEE Std 1364-2005", "Verilog; silent under Verilator -Wall, Icarus -Wall and Yosys check"],
];

function rowsOfPort({ retry, pcs, icrc, virtualLanes }: LinkDesign): readonly (readonly string[])[] {
  const choice =
    pcs && pcsChoices.find(({ rateGbps, fec }) => rateGbps === pcs.format.rateGbps && fec === pcs.format.fec);
  return [
    [
      "Packets",
      "InfiniBand vol. 1, link layer",
      `LRH through VCRC, VL0 to VL${virtualLanes.data - 1} and VL15; the ICRC is ${icrc === "pass" ? "passed through" : "made and checked"}`,
    ],
    [
      "Flow control",
      "InfiniBand vol. 1, 7.9",
      "FCTBS, ABR, FCCL; carried in the order of the retry, blocks of more than 64 bytes on long cables",
    ],
    ["Arbitration", "InfiniBand vol. 1, VL arbitration", "two weighted tables, limit of the high priority"],
    ...(retry === "llr"
      ? [
          [
            "Retry",
            "Ultra Ethernet link-level retry, as published",
            "states, counters and registers by the names that SAI gives them; start column and control sets carry a CRC-8 in bytes that the published form leaves constant",
          ],
        ]
      : []),
    ...(choice
      ? [
          [
            "Lanes",
            `IEEE Std 802.3, clause ${choice.clause}`,
            `${esc(choice.code)}, ${choice.pcsLanes} PCS lane${choice.pcsLanes === 1 ? "" : "s"}`,
          ],
        ]
      : []),
  ];
}

function rowsOfSwitch({ tables, scheduler }: SwitchDesign): readonly (readonly string[])[] {
  return [
    [
      "Forwarding",
      "InfiniBand vol. 1, switches",
      `linear table of ${num(tables.unicastEntries)} rows, multicast table of ${num(tables.multicastEntries)}, SL to VL, ${tables.partitionKeys} P_Keys a port, lifetime limit, congestion marks`,
    ],
    [
      "Scheduler",
      scheduler.kind === "islip"
        ? "iSLIP (N. McKeown, 1999)"
        : "wrapped wavefront (Y. Tamir, H.-C. Chi, 1993)",
      "a matching of inputs and outputs in each cycle",
    ],
  ];
}

export function limitsSection(design: AnyDesign): Section {
  const port = portOf(design);
  return {
    id: "limits",
    title: "Known limits",
    parts: [list([...limitsOf(design), ...(isEthernet(design) ? [] : limitsOfAll(port))])],
  };
}

function limitsOf(design: AnyDesign): readonly string[] {
  if (design.kind === "nic") return limitsOfNic();
  return design.kind === "switch" ? limitsOfSwitch(design) : limitsOfLink(design);
}

function limitsOfLink({ retry, forwarding }: LinkDesign): readonly string[] {
  return [
    "One clock for the datapath; a client with another clock needs a crossing outside.",
    "One ready for all lanes: a full queue holds up the packets behind it, unless the client goes by <code>p0_tx_vl_room</code>.",
    ...(forwarding === "cut-through" && retry === "llr"
      ? [
          "Cut-through: of a packet that turns out damaged on the way a fragment marked as an error may be passed on; the packet follows whole.",
        ]
      : []),
  ];
}

function limitsOfSwitch(design: SwitchDesign): readonly string[] {
  const { port, clockMHz, derived } = design;
  const bytes = port.derived.beatBytes.value;
  return [
    "All ports have the same rate and the same clock.",
    `Packets of one beat (up to ${bytes} bytes) pass at every second cycle, ${num(clockMHz / 2, 1)} million a second from each input; from two beats on no cycle is lost.`,
    "A blocked output fills the share of its lane in the inputs that feed it; then those inputs have no credit left on that lane, for any output. Other lanes, inputs and outputs lose nothing.",
    "Multicast packets are stored first and leave copy by copy.",
    "Inputs that want the same output take turns by packets, not by bytes.",
    "P_Keys are checked on the way in only, and cannot be read back.",
    `Tables are kept in each of the ${derived.internalPorts.value} ingresses.`,
  ];
}

function limitsOfAll({ retry, memoryProtection, memories }: LinkDesign): readonly string[] {
  return [
    "VL15 has no flow control: a packet that finds its buffer full is dropped and counted.",
    ...(retry === "none"
      ? [
          "Without retry damaged packets are left to the layer above; credits keep buffers from overflowing, that is all.",
        ]
      : [
          "When a session ends (cable pulled, reset, a peer that stops answering), packets that were under way may be lost.",
        ]),
    "Cycles are counted, timing is not closed: which clock a device reaches is for the tools of its FPGA or process to say.",
    ...(memoryProtection === "none"
      ? [
          `Memories (${bitsText(totalBits(memories))} in a port) are not protected; ${code('memoryProtection: "secded"')} adds a code.`,
        ]
      : [
          "Packet memories correct one wrong bit of a word and find two; the lists of the buffers have no code.",
        ]),
  ];
}

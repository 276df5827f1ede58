import type { LinkDesign } from "../design/link.ts";
import type { NicDesign } from "../design/nic.ts";
import type { AnyDesign, SwitchDesign } from "../design/switch.ts";
import { deviceRegisters } from "../elaborate/device-registers.ts";
import { range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { voqSizes } from "./switch/voq.ts";

export type Direction = "input" | "output";

/** One port of the top module. */
export interface TopPort {
  readonly name: string;
  readonly direction: Direction;
  readonly bits: number;
  /** The clock that an input is taken with, or that an output follows. */
  readonly clock: string;
  /** What it means, where its name and its group do not say it; may be empty. */
  readonly note: string;
}

/** What a group of ports is, seen from the device. */
export type GroupKind = "clocks" | "sink" | "source" | "mii" | "lanes" | "status" | "registers" | "memory";

/** Ports that belong together. */
export interface TopPortGroup {
  readonly kind: GroupKind;
  /** What the names of its ports begin with; empty where they have nothing in common. */
  readonly prefix: string;
  /** The comment above them; may be empty. */
  readonly title: string;
  readonly ports: readonly TopPort[];
}

/** Name behind the prefix, direction, bits (1 unless given), note. */
type Row = readonly [name: string, direction: Direction, bits?: number, note?: string];

const states = "1 Down, 2 Initialize, 3 Armed, 4 Active, 5 ActDefer";

function group(kind: GroupKind, prefix: string, title: string, rows: readonly Row[]): TopPortGroup {
  const ports = rows.map(([name, direction, bits = 1, note = ""]) => {
    return { name: `${prefix}${name}`, direction, bits, clock: "clk", note };
  });
  return { kind, prefix, title, ports };
}

const clocks: readonly Row[] = [
  ["clk", "input"],
  ["rst", "input"],
];

/** An AXI4-Stream of packets; `into` the device or out of it, `side` behind `tuser`. */
function stream(into: boolean, dataBits: number, side: readonly Row[] = []): readonly Row[] {
  const forward = into ? "input" : "output";
  const back = into ? "output" : "input";
  return [
    ["tdata", forward, dataBits],
    ["tkeep", forward, dataBits / 8],
    ["tvalid", forward],
    ["tready", back],
    ["tlast", forward],
    ["tuser", forward, 5],
    ...side,
  ];
}

function mii(dataBits: number, notes: readonly string[]): readonly Row[] {
  const [ready = "", valid = "", up = ""] = notes;
  return [
    ["mii_txd", "output", dataBits],
    ["mii_txc", "output", dataBits / 8],
    ["mii_tx_ready", "input", 1, ready],
    ["mii_rxd", "input", dataBits],
    ["mii_rxc", "input", dataBits / 8],
    ["mii_rx_valid", "input", 1, valid],
    ["mii_link_up", "input", 1, up],
  ];
}

function axiLite(addressBits: number): readonly Row[] {
  return [
    ["awaddr", "input", addressBits],
    ["awvalid", "input"],
    ["awready", "output"],
    ["wdata", "input", 32],
    ["wstrb", "input", 4],
    ["wvalid", "input"],
    ["wready", "output"],
    ["bresp", "output", 2],
    ["bvalid", "output"],
    ["bready", "input"],
    ["araddr", "input", addressBits],
    ["arvalid", "input"],
    ["arready", "output"],
    ["rdata", "output", 32],
    ["rresp", "output", 2],
    ["rvalid", "output"],
    ["rready", "input"],
  ];
}

/** The lanes of a link behind its PCS, each direction in its own clock. */
function lanes(bits: number): TopPortGroup {
  const title = "Lanes, bit 0 of each first in time; the receiver's clock is the one recovered from them";
  const of = (direction: "tx" | "rx", way: Direction): readonly TopPort[] => {
    const clock = `p0_${direction}_lane_clk`;
    return [
      { name: clock, direction: "input", bits: 1, clock, note: "" },
      { name: `p0_${direction}_lane`, direction: way, bits, clock, note: "" },
    ];
  };
  return { kind: "lanes", prefix: "p0_", title, ports: [...of("tx", "output"), ...of("rx", "input")] };
}

function linkPorts({ datapathBits, pcs, ...design }: LinkDesign): readonly TopPortGroup[] {
  const vls = "VLs whose packets the client takes";
  const miiNotes = ["clock enable: a beat leaves", "clock enable: a beat comes", "the PHY is up"];
  return [
    group("clocks", "", "", clocks),
    group("sink", "p0_tx_", "Packets to send, AXI4-Stream, LRH through ICRC; tuser = {error, vl}", [
      ...stream(true, datapathBits),
      ["vl_room", "output", 16, "the VL's queue takes a longest packet"],
    ]),
    group("source", "p0_rx_", "Packets received, LRH through ICRC; tuser = {error, vl}", [
      ...stream(false, datapathBits),
      ["vl_enable", "input", 16, vls],
    ]),
    pcs === null
      ? group("mii", "p0_", "MII: C columns of 8 bytes a beat", mii(datapathBits, miiNotes))
      : lanes(pcs.derived.lineBits.value),
    group("status", "p0_", `State: ${states}`, [["port_state", "output", 3]]),
    group(
      "registers",
      "s_axil_",
      "Registers, AXI4-Lite",
      axiLite(deviceRegisters({ ...design, datapathBits, pcs }).addressBits),
    ),
  ];
}

function switchPorts(design: SwitchDesign): readonly TopPortGroup[] {
  const { datapathBits } = design;
  const { portBits } = voqSizes(design);
  const sink =
    "Port 0, management, AXI4-Stream: packets into the switch; tuser = {error, vl}, tdest = output port or 0 to look it up";
  const source = "Packets out of the switch; tuser = {error, vl}, tid = port they came from";
  return [
    group("clocks", "", "", clocks),
    group("sink", "p0_tx_", sink, stream(true, datapathBits, [["tdest", "input", portBits]])),
    group("source", "p0_rx_", source, stream(false, datapathBits, [["tid", "output", portBits]])),
    ...Array.from({ length: design.ports }, (_, at) =>
      group("mii", `p${at + 1}_`, `Port ${at + 1}: MII, and its state (${states})`, [
        ...mii(datapathBits, []),
        ["port_state", "output", 3],
      ]),
    ),
    group("status", "", "", [["irq", "output"]]),
    group(
      "registers",
      "s_axil_",
      "Registers, AXI4-Lite: 8 KiB a port",
      axiLite(deviceRegisters(design).addressBits),
    ),
  ];
}

/** The AXI4 master towards host memory: whole beats, INCR, IDs on reads. */
function hostMemory(dataBits: number): readonly Row[] {
  return [
    ["arid", "output", 2],
    ["araddr", "output", 64],
    ["arlen", "output", 8],
    ["arvalid", "output"],
    ["arready", "input"],
    ["rid", "input", 2],
    ["rdata", "input", dataBits],
    ["rresp", "input", 2],
    ["rlast", "input"],
    ["rvalid", "input"],
    ["rready", "output"],
    ["awaddr", "output", 64],
    ["awlen", "output", 8],
    ["awvalid", "output"],
    ["awready", "input"],
    ["wdata", "output", dataBits],
    ["wstrb", "output", dataBits / 8],
    ["wlast", "output"],
    ["wvalid", "output"],
    ["wready", "input"],
    ["bresp", "input", 2],
    ["bvalid", "input"],
    ["bready", "output"],
  ];
}

/** The wire side is that of a stand-alone link; the packets stay inside. */
function nicPorts(design: NicDesign): readonly TopPortGroup[] {
  const { addressBits } = deviceRegisters(design);
  return [
    ...linkPorts(design.port).filter(({ kind }) => !["sink", "source", "registers"].includes(kind)),
    group("status", "", "", [["irq", "output"]]),
    group("memory", "m_axi_", "Host memory, AXI4: whole beats, INCR", hostMemory(design.host.dataBits)),
    group("registers", "s_axil_", "Registers, AXI4-Lite: link port, adapter", axiLite(addressBits)),
  ];
}

/** The ports of the top module in their order. */
export function topPorts(design: AnyDesign): readonly TopPortGroup[] {
  if (design.kind === "nic") return nicPorts(design);
  return design.kind === "switch" ? switchPorts(design) : linkPorts(design);
}

/** View of the `top_ports` partial. */
export function topPortsView(design: AnyDesign): View {
  const groups = topPorts(design);
  return {
    groups: groups.map(({ title, ports }, at) => ({
      title,
      ports: ports.map(({ name, direction, bits, note }, index) => {
        const last = at === groups.length - 1 && index === ports.length - 1;
        const comment = note === "" ? "" : `  // ${note}`;
        return { text: `${direction} wire ${range(bits)} ${name}${last ? "" : ","}${comment}` };
      }),
    })),
  };
}

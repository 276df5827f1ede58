import type { View } from "../../render/view.ts";
import { code, esc, figure, heading, marked, type Section, table, text } from "./html.ts";
import type { Interface } from "./ports.ts";
import { drawWaves, type Signal } from "./wavedrom.ts";

/** What the names behind the prefix mean, where the Verilog does not say it in a comment. */
const meanings: Readonly<Record<string, string>> = {
  clk: "rising edge",
  rst: "synchronous, active high",
  tdata: "byte 0 of a packet is `tdata[7:0]` of its first beat",
  tkeep: "bytes that are there; all but in the last beat",
  tvalid: "valid and data hold until ready",
  tready: "a beat is taken where valid and ready are both 1",
  tlast: "the last beat of a packet",
  tuser: "`{error, vl[3:0]}`: the VL with every beat, the error with the last",
  tdest: "with the first beat: the port to leave at; 0: by the DLID",
  tid: "the port that the packet came in at",
  txd: "columns of 8 bytes, column 0 first",
  txc: "a flag for each byte: 1 is a control character",
  rxd: "columns of 8 bytes, column 0 first",
  rxc: "a flag for each byte: 1 is a control character",
  port_state: "1 Down, 2 Initialize, 3 Armed, 4 Active, 5 ActDefer",
  irq: "interrupt, high while it is asked for",
  tx_lane: "lanes side by side, bit 0 of each first in time",
  rx_lane: "lanes side by side, bit 0 of each first in time",
  tx_lane_clk: "clock of the transmitter's lanes",
  rx_lane_clk: "clock of the receiver's lanes, recovered from them",
  awaddr: "byte address",
  wdata: "32-bit words",
  wstrb: "bytes to write",
  bresp: "0 OKAY, 2 SLVERR",
  rresp: "0 OKAY, 2 SLVERR",
};

/** Those of the master of host memory. What AXI4 has beside them stands at its default. */
const meaningsOfMemory: Readonly<Record<string, string>> = {
  m_axi_arid: "who reads: 0 payload, 1 send work requests, 2 receive work requests and atomics",
  m_axi_araddr: "byte address; bursts do not cross 4 KiB",
  m_axi_arlen: "beats less one; `ARSIZE` is the width of the bus, `ARBURST` INCR",
  m_axi_rid: "beats of different IDs may come in any order",
  m_axi_rdata: "whole beats",
  m_axi_rready: "room is reserved before a burst is asked",
  m_axi_awaddr: "byte address; bursts do not cross 4 KiB; all writes have one ID",
  m_axi_awlen: "beats less one",
  m_axi_wdata: "whole beats",
  m_axi_wlast: "the last beat of a burst",
  m_axi_bresp: "0 OKAY; all else is a write error",
};

/** Ports and their timing; the drawings use {@link drawWaves}. */
export function interfacesSection(interfaces: readonly Interface[], last: number): Section {
  return {
    id: "interfaces",
    title: "Interfaces",
    parts: [
      text(
        "All ports are synchronous to the clock that they are named with. " +
          (last > 1
            ? `Port 1 stands for all ports with a wire: ${code(`p2_…`)} to ${code(`p${last}_…`)} are alike.`
            : ""),
      ),
      ...interfaces.flatMap((one) => parts(one)),
    ],
  };
}

function parts(one: Interface): readonly View[] {
  const title = titleOf(one);
  const drawing = wavesOf(one);
  return [
    heading(title, `if-${one.kind}-${one.prefix.replaceAll("_", "-")}`),
    table({
      caption: `Ports: ${title}`,
      quiet: true,
      stack: true,
      columns: [{ head: "port" }, { head: "direction" }, { head: "bits", number: true }, { head: "meaning" }],
      rows: one.ports.map(({ name, output, bits, text: comment }) => [
        code(name),
        output ? "out" : "in",
        String(bits),
        comment === "" ? marked(meaningsOfMemory[name] ?? meanings[shortName(name)] ?? "") : esc(comment),
      ]),
    }),
    ...(drawing === undefined ? [] : [figure(drawing.svg, drawing.caption)]),
  ];
}

function shortName(name: string): string {
  return name.replace(/^(?:s_axil|m_axi)_/u, "").replace(/^p\d+_(?:mii_|[tr]x_(?=t))?/u, "");
}

function titleOf({ kind, prefix, title }: Interface): string {
  const port = /^p(\d+)/u.exec(prefix)?.[1] ?? "";
  if (kind === "stream") {
    return prefix.endsWith("tx")
      ? `Packets to send, AXI4-Stream (port ${port})`
      : `Packets received, AXI4-Stream (port ${port})`;
  }
  if (kind === "mii") return `MII (port ${port})`;
  if (kind === "lanes") return `Lanes (port ${port})`;
  return title;
}

function wavesOf({
  kind,
  prefix,
  ports,
}: Interface): { readonly svg: string; readonly caption: string } | undefined {
  const signal = (name: string, wave: string, ...data: readonly string[]): Signal => {
    const full = `${prefix}_${name}`;
    if (!ports.some((port) => port.name === full)) throw new Error(`there is no port ${full} to draw`);
    return { name: full, wave, data };
  };
  const clock: Signal = { name: "clk", wave: "p........" };
  switch (kind) {
    case "stream":
      return {
        svg: drawWaves(`Timing of ${prefix}`, [
          clock,
          signal("tdata", "x3.33x4x.", "beat 0", "beat 1", "last beat", "one beat"),
          signal("tkeep", "x3.33x4x.", "all", "all", "its bytes", "its bytes"),
          signal("tuser", "x3.33x4x.", "{0, vl}", "{0, vl}", "{error, vl}", "{e, vl}"),
          signal("tvalid", "01...010."),
          signal("tlast", "x0..1x1x."),
          signal("tready", "0.1......"),
        ]),
        caption:
          "A packet of three beats, whose first one waits a cycle for ready, and one of a single beat behind it.",
      };
    case "mii":
      return {
        svg: drawWaves(`Timing of ${prefix}`, [
          clock,
          signal("txd", "2.3.33.52", "idle", "start, data", "data", "data", "data, end", "idle"),
          signal("tx_ready", "1.01.01.."),
          {},
          signal("rxd", "2.33x3352", "idle", "start, data", "data", "data", "data", "data, end", "idle"),
          signal("rx_valid", "1...01..."),
          signal("link_up", "1........"),
        ]),
        caption:
          "A packet on its way out and one on its way in. Ready and valid are clock enables by which the PHY slows the datapath down to the rate of the wire: a beat that is not taken stays, one that is not valid is not looked at.",
      };
    case "lanes":
      return {
        svg: drawWaves(`Timing of ${prefix}`, [
          { name: `${prefix}_tx_lane_clk`, wave: "p........" },
          signal("tx_lane", "333333333", ..."012345678".split("").map((at) => `word ${at}`)),
          {},
          { name: `${prefix}_rx_lane_clk`, wave: "p........" },
          signal("rx_lane", "444444444", ..."012345678".split("").map((at) => `word ${at}`)),
        ]),
        caption: "A word of all lanes in each cycle of their clock, without pause in either direction.",
      };
    case "axil":
      return {
        svg: drawWaves(`Timing of ${prefix}`, [
          clock,
          signal("awaddr", "x3..x....", "address"),
          signal("awvalid", "01..0...."),
          signal("wdata", "x4..x....", "word"),
          signal("wvalid", "01..0...."),
          signal("awready", "0..10...."),
          signal("wready", "0..10...."),
          signal("bvalid", "0...1.0.."),
          {},
          signal("araddr", "x.3..x...", "address"),
          signal("arvalid", "0.1..0..."),
          signal("arready", "0...10..."),
          signal("rdata", "x....5.x.", "word"),
          signal("rvalid", "0....1.0."),
        ]),
        caption:
          "A write and a read, each shown by itself. How many cycles an answer takes is not fixed: masters go by valid and ready.",
      };
    case "axi":
      return {
        svg: drawWaves(`Timing of ${prefix}`, [
          clock,
          signal("araddr", "x3.x.....", "address"),
          signal("arlen", "x3.x.....", "2"),
          signal("arvalid", "01.0....."),
          signal("arready", "0.10....."),
          signal("rdata", "x...4x44x", "beat 0", "beat 1", "beat 2"),
          signal("rvalid", "0...101.0"),
          signal("rlast", "x...0x01x"),
          signal("rready", "1........"),
          {},
          signal("awaddr", "x5x......", "address"),
          signal("awlen", "x5x......", "1"),
          signal("awvalid", "010......"),
          signal("awready", "1........"),
          signal("wdata", "x.5.5x...", "beat 0", "beat 1"),
          signal("wlast", "x.0.1x..."),
          signal("wvalid", "0.1..0..."),
          signal("wready", "0..1....."),
          signal("bvalid", "0......10"),
          signal("bready", "1........"),
        ]),
        caption:
          "A read of three beats, the second one late, and a write of two whose first one waits for ready. Data of a write may come before, with or behind its address.",
      };
    default:
      return undefined;
  }
}

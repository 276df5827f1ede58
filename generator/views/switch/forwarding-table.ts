import type { SwitchDesign } from "../../design/switch.ts";
import { dec, hex } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import { range } from "../ranges.ts";
import { switchSizes } from "./sizes.ts";
import { tableSizes } from "./table-sizes.ts";

/** `table_memory`: the block RAM of a table. */
export function tableMemoryView(design: SwitchDesign): View {
  const { parity } = tableSizes(design);
  return {
    header: header(design, "Memory of a forwarding table."),
    module: moduleName(design, "table_memory"),
    parity,
    rowRange: parity ? "[WIDTH:0]" : "[WIDTH-1:0]",
    row: parity ? "{^wr_data ^ wr_corrupt, wr_data}" : "wr_data",
  };
}

/** `unicast_table`: the linear forwarding table. */
export function unicastTableView(design: SwitchDesign): View {
  const { parity, unicastRows, unicastBits } = tableSizes(design);
  return {
    header: header(design, "Linear forwarding table: output port of each unicast DLID."),
    module: moduleName(design, "unicast_table"),
    memory: moduleName(design, "table_memory"),
    parity,
    r: { row: range(unicastBits), address: range(unicastBits + 1) },
    params: [
      localparam("ROWS", dec(unicastRows, 19), "rows of a bank"),
      localparam("RB", unicastBits, "bits of a row number"),
      localparam("DEPTH", 2 * unicastRows, "rows of both banks"),
    ],
  };
}

/** `multicast_table`: masks of output ports. */
export function multicastTableView(design: SwitchDesign): View {
  const { P, portBits } = switchSizes(design);
  const { parity, multicastRows, multicastBits } = tableSizes(design);
  const groups = Math.ceil(P / 32);
  return {
    header: header(design, "Multicast forwarding table: output ports of each multicast DLID."),
    module: moduleName(design, "multicast_table"),
    memory: moduleName(design, "table_memory"),
    parity,
    r: {
      port: range(portBits),
      index: range(multicastBits),
      mask: range(P),
      address: range(multicastBits + 1),
      rows: range(32 * groups),
      groups: groups === 1 ? "[0:0]" : range(groups),
    },
    params: [
      localparam("P", P, "internal ports, port 0 for management"),
      localparam("GROUPS", groups, "groups of 32 ports"),
      localparam("ROWS", dec(multicastRows, 16), "rows of a bank"),
      localparam("RB", multicastBits, "bits of a row number"),
      localparam("DEPTH", 2 * Math.max(2, multicastRows), "rows of both banks, at least 4"),
    ],
  };
}

/** `sl_to_vl`: the SL-to-VL tables of one input port. */
export function slToVlView(design: SwitchDesign): View {
  const { dataLanes } = switchSizes(design);
  const { parity, slRows, slBits } = tableSizes(design);
  const afterReset = Array.from({ length: 16 }, (_, sl) => sl % dataLanes);
  const literal = BigInt(
    `0x${afterReset
      .toReversed()
      .map((vl) => vl.toString(16))
      .join("")}`,
  );
  return {
    header: header(design, "SL-to-VL tables of one input port: the lane by output port and SL."),
    module: moduleName(design, "sl_to_vl"),
    parity,
    r: { row: range(slBits), entry: range(parity ? 5 : 4) },
    wrRow: parity ? "{^wr_vl ^ corrupt, wr_vl}" : "wr_vl",
    params: [
      localparam("ROWS", dec(slRows, 19), "rows: 16 for each output port"),
      localparam("RB", slBits, "bits of a row number"),
      localparam("RESET_VL", hex(literal, 64), "VL of each SL after reset, SL 0 lowest: SL mod data VLs"),
    ],
  };
}

/** `partition_keys`: the P_Key table of one port. */
export function partitionKeysView(design: SwitchDesign): View {
  return {
    header: header(design, "P_Key table of one port."),
    module: moduleName(design, "partition_keys"),
    r: { entries: `[${design.tables.partitionKeys - 1}:0]` },
    params: [localparam("ENTRIES", design.tables.partitionKeys, "keys")],
  };
}

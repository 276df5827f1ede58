import type { SwitchDesign } from "../../design/switch.ts";
import { dec, hex } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { range } from "../ranges.ts";
import {
  multicastTableView,
  partitionKeysView,
  slToVlView,
  tableMemoryView,
  unicastTableView,
} from "./forwarding-table.ts";
import { routeTablesView } from "./route-tables.ts";
import { switchSizes } from "./sizes.ts";
import { tableSizes } from "./table-sizes.ts";

/** `route_lookup` and what it is made of; each input port has one. */
export function routeLookupModules(design: SwitchDesign): readonly ModuleFile[] {
  return [
    ["route_lookup", "switch/route_lookup", routeLookupView(design)],
    ["route_tables", "switch/route_tables", routeTablesView(design)],
    ["unicast_table", "switch/unicast_table", unicastTableView(design)],
    ...(design.tables.multicastEntries > 0
      ? ([["multicast_table", "switch/multicast_table", multicastTableView(design)]] as const)
      : []),
    ["sl_to_vl", "switch/sl_to_vl", slToVlView(design)],
    ["partition_keys", "switch/partition_keys", partitionKeysView(design)],
    ["table_memory", "switch/table_memory", tableMemoryView(design)],
  ];
}

/** Two bytes of a beat, big endian. */
const bytesAt = (first: number): string =>
  `{wr_data[${8 * first + 7}:${8 * first}], wr_data[${8 * first + 15}:${8 * first + 8}]}`;

/** P_Key bytes of the packet: in the BTH, which follows the LRH (LNH 2) or the GRH (LNH 3). */
const localKey = 8 + 2;
const globalKey = 48 + 2;

/** Where the P_Key is, on a datapath of `W` bits. */
function keyPlace(W: number): View {
  const beatBytes = W / 8;
  const [beat2, beat3] = [Math.floor(localKey / beatBytes), Math.floor(globalKey / beatBytes)];
  const [local, global] = [bytesAt(localKey % beatBytes), bytesAt(globalKey % beatBytes)];
  if (beat3 === 0)
    return {
      late: false,
      counted: false,
      twoPlaces: true,
      local,
      global,
      choice: "lnh[0] ? global_key : local_key",
    };
  const leftBits = beat3.toString(2).length;
  const first =
    beat2 === 0 ? dec(beat3, leftBits) : `(lnh[0] ? ${dec(beat3, leftBits)} : ${dec(beat2, leftBits)})`;
  return {
    late: true,
    counted: beat3 > 1,
    twoPlaces: beat2 === 0,
    local,
    global,
    choice: "sop_reg ? local_key : global_key",
    keyBeats:
      beat2 > 0 ? `in beat ${beat2}, with a GRH in beat ${beat3}` : `in beat ${beat3} if there is a GRH`,
    laterKey: beat2 > 0 ? "" : "lnh[0] && ",
    keyHere: beat3 > 1 ? `sop_reg ? !later : left_reg == ${dec(1, leftBits)}` : "!sop_reg || !later",
    leftRange: range(leftBits),
    leftFirst: first,
  };
}

/** `route_lookup`: where each packet goes. */
export function routeLookupView(design: SwitchDesign): View {
  const s = switchSizes(design);
  const t = tableSizes(design);
  const place = keyPlace(s.W);
  return {
    header: header(design, "Routing of the packets of one input port: output port, lane, or drop."),
    module: moduleName(design, "route_lookup"),
    tables: moduleName(design, "route_tables"),
    parity: t.parity,
    r: {
      port: range(s.portBits),
      lane: range(s.laneBits),
      data: range(s.W),
      index: range(s.multicastBits),
      mask: range(s.P),
    },
    ...place,
    lftRow: `dlid[${t.unicastBits - 1}:0]`,
    lftHold: place.late === true ? "waiting_reg && !sop_reg" : "1'b0",
    destPadded: `{${8 - s.portBits}'d0, dest_reg}`,
    params: [
      localparam("PB", s.portBits, "bits of a port number"),
      localparam("LW", s.laneBits, "bits of a lane number"),
      localparam("MB", s.multicastBits, "bits of a row number of the multicast table"),
      localparam("VL15_LANE", dec(s.dataLanes, s.laneBits), "lane of VL15"),
      localparam("DATA_VLS", dec(s.dataLanes, 4), "data VLs"),
      localparam("LAST_PORT", dec(s.N, 8), "highest port number"),
      localparam("UNICAST_END", hex(t.unicastRows, 16), "DLID: rows of the unicast table"),
      localparam(
        "GROUP_END",
        hex(Math.min(0xc000 + t.multicastRows, 0xffff), 16),
        "DLID: 16'hc000 + rows of the multicast table",
      ),
      localparam("KEY_WORDS", dec(Math.ceil((globalKey + 2) / 4), 11), "words up to the P_Key behind a GRH"),
    ],
  };
}

/** Single changes of the routing of a switch, each of which its bench must notice. */
import { routeLookupModules } from "../../generator/views/switch/route-lookup.ts";
import type { Breaks } from "./breaks.ts";
import { benchSwitch } from "./switch-bench.ts";

const bench = "switch-route-lookup";
const narrow = "64 bits, 4 ports";
const middle = "256 bits, 16 ports";
const wide = "1024 bits, 4 ports";
const many = "1024 bits, 40 ports";

/** The rendered modules, as the bench's configurations have them. */
export const files = [
  benchSwitch({ bits: 64, memoryProtection: "secded" }),
  benchSwitch({ bits: 256, lanes: 1, memoryProtection: "secded" }),
  benchSwitch({ bits: 1024 }),
].flatMap((design) =>
  routeLookupModules(design).map(([, template, view]) => ({ template: `${template}.v.hbs`, view })),
);

export const breaks: readonly Breaks[] = [
  {
    ...{ bench, only: narrow, module: "switch/route_lookup" },
    changes: [
      // beats
      ["sop_reg <= wr_last;", "sop_reg <= 1'b0;"],
      ["end else if (wr_abort) begin", "end else if (1'b0) begin"],
      ["(key_here || wr_last)", "key_here"],
      ["(sop_reg || waiting_reg) && (key_here", "(key_here"],
      ["lnh[0] ? 3'd6 : 3'd1", "lnh[0] ? 3'd5 : 3'd1"],
      ["lnh[0] ? 3'd6 : 3'd1", "lnh[0] ? 3'd6 : 3'd2"],
      ["left_reg == 3'd1", "left_reg == 3'd2"],
      ["no_key   = !key_here || (sop_reg && short)", "no_key   = sop_reg && short"],
      ["check && !short", "check"],
      ["lnh[1] && !is15", "lnh[1]"],
      ["cfg_pkey_enforce && lnh[1]", "cfg_pkey_enforce"],
      ["(waiting_reg && !sop_reg)", "(1'b0)"],
      ["(waiting_reg && !sop_reg)", "(waiting_reg)"],
      // output port
      ["port == {PB{1'b0}} && mgmt_dest != {PB{1'b0}}", "mgmt_dest != {PB{1'b0}}"],
      ["port == {PB{1'b0}} && mgmt_dest != {PB{1'b0}}", "port == {PB{1'b0}}"],
      ["cfg_own_lid && dlid != 16'd0", "cfg_own_lid"],
      ["own || (is15 && dlid == 16'hffff)", "own"],
      ["own || (is15 && dlid == 16'hffff)", "own || dlid == 16'hffff"],
      ["dlid_reg > cfg_lft_top", "dlid_reg >= cfg_lft_top"],
      ["dlid_reg >= UNICAST_END", "dlid_reg > UNICAST_END"],
      ["dlid_reg == 16'd0 || (group", "(group"],
      ["dlid_reg >= GROUP_END", "dlid_reg > GROUP_END"],
      ["dest_reg} > LAST_PORT", "dest_reg} >= LAST_PORT"],
      ["directed_reg ? no_dest : !to_self_reg && no_row", "!to_self_reg && no_row"],
      ["!directed_reg && !to_self_reg && !group", "!to_self_reg && !group"],
      ["!directed_reg && !to_self_reg && !group", "!directed_reg && !group"],
      ["lft_port > LAST_PORT", "lft_port >= LAST_PORT"],
      ["== port && port != {PB{1'b0}}", "== port"],
      ["directed_reg ? dest_reg : to_self_reg ? {PB{1'b0}}", "to_self_reg ? {PB{1'b0}}"],
      ["!directed_reg && !to_self_reg && group", "!to_self_reg && group"],
      ["!directed_reg && !to_self_reg && group", "!directed_reg && group"],
      // reasons
      ["damaged_reg && !nowhere_reg)", "damaged_reg)"],
      ["nowhere_reg || (no_port_reg && !damaged_reg)", "nowhere_reg || no_port_reg"],
      ["&& !damaged_reg && !no_port_reg;", "&& !damaged_reg;"],
      ["leads && !back_reg && key_bad_reg;", "leads && key_bad_reg;"],
      ["no_key_reg || !key_match", "!key_match"],
      ["damaged_reg || no_port_reg || back_reg || key_bad_reg", "damaged_reg || no_port_reg || key_bad_reg"],
      ["damaged_reg || no_port_reg || back_reg || key_bad_reg", "no_port_reg || back_reg || key_bad_reg"],
      ["passes && vl_damaged", "vl_damaged"],
      ["no_vl && !vl_bad", "no_vl"],
      // lane
      ["keep_lane_reg <= is15_reg ||", "keep_lane_reg <="],
      ["vl >= DATA_VLS;", "vl > DATA_VLS;"],
      ["|| vl_damaged || no_vl;", "|| no_vl;"],
      ["keep_lane_reg ? out_lane_reg : vl[LW-1:0]", "vl[LW-1:0]"],
      ["copy_vl >= DATA_VLS || copy_bad", "copy_vl >= DATA_VLS"],
      [") || mask_bad", ")"],
      ["copy_lane_reg && copy_bad", "copy_bad"],
      ["valid_reg && unmapped", "unmapped"],
    ],
  },
  {
    ...{ bench, only: middle, module: "switch/route_lookup" },
    changes: [
      ["check && lnh[0] && !short", "check && !short"],
      ["length < KEY_WORDS", "length <= KEY_WORDS"],
      ["sop_reg ? local_key : global_key", "global_key"],
      ["wr_data[151:144]", "wr_data[143:136]"],
      ["waiting_reg <= (sop_reg || waiting_reg) && !decide", "waiting_reg <= !decide"],
    ],
  },
  {
    ...{ bench, only: wide, module: "switch/route_lookup" },
    changes: [
      ["wr_data[407:400]", "wr_data[415:408]"],
      ["lnh[0] ? global_key", "lnh[1] ? global_key"],
      ["lnh[0] && length < KEY_WORDS", "1'b0"],
    ],
  },
  {
    ...{ bench, only: narrow, module: "switch/route_tables" },
    changes: [
      ["fill_reg == FILL_LAST", "fill_reg == FILL_LAST - 1'b1"],
      ["!lft_look_up && !lft_hold", "!lft_hold"],
      ["table_select == MFT && !copy_read", "table_select == MFT"],
      ["table_select == SL2VL && !copy_lane_read", "table_select == SL2VL"],
      ["table_select == SL2VL && mine", "table_select == SL2VL"],
      ["table_select == PKEYS && mine", "table_select == PKEYS"],
      ["(table_read && mine)", "table_read"],
      ["pending_reg && !served", "pending_reg"],
      ["table_corrupt && !fill", "1'b0"],
      [".read_shadow  (table_address[19])", ".read_shadow  (1'b0)"],
    ],
  },
  {
    ...{ bench, only: narrow, module: "switch/unicast_table" },
    changes: [
      ["address < ROWS", "1'b1"],
      ["bank_reg ^ swap", "bank_reg"],
      ["address[RB-1:0], !bank_reg", "address[RB-1:0], bank_reg"],
      ["{row, bank_reg}", "{row, !bank_reg}"],
      ["fill ? 8'd255", "fill ? 8'd0"],
      ["look_up || read", "look_up"],
    ],
  },
  {
    ...{ bench, only: many, module: "switch/multicast_table" },
    changes: [
      ["address[2:0] == GROUP", "1'b1"],
      ["address[18:3] < ROWS", "1'b1"],
      ["& others", ""],
      ["fresh_reg ? mask : hold_reg", "mask"],
      ["& {P{!(|bad)}}", ""],
      ["fresh_reg && |bad", "|bad"],
      ["address[2:0] == i[2:0]", "1'b1"],
      ["{copy_index, bank_reg}", "{copy_index, !bank_reg}"],
    ],
  },
  {
    ...{ bench, only: narrow, module: "switch/sl_to_vl" },
    changes: [
      ["address < ROWS", "1'b1"],
      ["{fill_address[3:0], 2'b00}", "6'd0"],
      ["^wr_vl ^ corrupt", "^wr_vl"],
      ["copy_read ? copy_row : address[RB-1:0]", "copy_row"],
      ["mem[row]", "mem[copy_row]"],
      ["fresh_reg ? copy_reg : hold_reg", "copy_reg"],
    ],
  },
  {
    ...{ bench, only: narrow, module: "switch/table_memory" },
    changes: [
      ["^wr_data ^ wr_corrupt", "^wr_data"],
      ["assign rd_bad  = ^rd_reg;", "assign rd_bad  = 1'b0;"],
    ],
  },
  {
    ...{ bench, only: narrow, module: "switch/partition_keys" },
    changes: [
      ["valid_reg && key_reg", "key_reg"],
      ["(key_reg[15] || key[15])", "key_reg[15]"],
      ["(key_reg[15] || key[15])", "1'b1"],
      ["valid_reg <= i == 0;", "valid_reg <= 1'b1;"],
      ["key_reg   <= 16'hffff;", "key_reg   <= 16'h7fff;"],
      ["address == INDEX", "1'b1"],
    ],
  },
];

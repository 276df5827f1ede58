/** Single changes of the switch's RTL and the bench that each one must make fail; for `npm run mutate`. */
export interface SwitchBreaks {
  /** Bench: `test/switch/<bench>.test.ts`. */
  readonly bench: string;
  /** Part of the titles of the tests to run. */
  readonly only: string;
  /** Text as it is emitted, and what takes its place. */
  readonly changes: readonly (readonly [from: string, to: string])[];
}

const soak = { bench: "soak", only: "switch_small" } as const;

export const breaks: readonly SwitchBreaks[] = [
  {
    ...soak,
    changes: [
      // Input buffer: pages, what is taken back, what is read while it arrives
      ["wr_abort && open_reg ? first_take_reg", "1'b0 ? first_take_reg"],
      ["page_reg     <= first_page_reg;", "page_reg     <= page_reg;"],
      ["killed_reg <= (killed_reg && !k_abort) || (wr_abort && wr_open_reg);", "killed_reg <= 1'b0;"],
      ["assign started      = {LANES{written && begun_reg}};", "assign started      = {LANES{1'b0}};"],
      ["turn_page ? rd_next : page_reg, turn_page", "page_reg, turn_page"],
      ["present & room & ~taken", "present & ~taken"],
      ["uses_mem[used_page] <= uses - 1'b1;", "uses_mem[used_page] <= uses;"],
      ["mask_left == {P{1'b0}} ? IDLE : MEMBER", "IDLE"],
      // Forwarding tables
      ["bank_reg <= bank_reg ^ swap;", "bank_reg <= bank_reg | swap;"],
      ["dlid_reg >= GROUP_END", "1'b0"],
      ["lft_port[PB-1:0] == port && port != {PB{1'b0}}", "1'b0"],
      // Crossbar and scheduler
      ["(fresh_reg || !matched_reg[next_port_reg])", "1'b1"],
      ["(follow_reg && !ends[port_reg])", "follow_reg"],
      ["output_free | freed;", "output_free_reg | freed;"],
      // Counts, port 0
      ["dropped && reason[0]", "reason[0]"],
      ["assign mgmt_dest = dest_reg;", "assign mgmt_dest = ~dest_reg;"],
    ],
  },
  {
    bench: "forwarding",
    only: "switch_small",
    changes: [
      ["dlid_reg > cfg_lft_top", "1'b0"],
      ["dlid == cfg_own_lid && dlid != 16'd0", "1'b0"],
      ["vl >= DATA_VLS;", "1'b0;"],
      ["no_key_reg || !key_match", "no_key_reg"],
      ["dropped && reason[2]", "dropped && reason[1]"],
      ["evt_no_member <= pushed && state_reg == NONE", "evt_no_member <= 1'b0"],
      ["lane_reg == LAST_LANE ? LAST_LANE : copy_lane", "copy_lane"],
    ],
  },
  {
    bench: "victims",
    only: "blocked for ever",
    changes: [
      // One output's lack of room stops all
      ["present & room & ~taken;", "present & room & ~taken & {LANES{&outputs_room}};"],
    ],
  },
  {
    bench: "sharing",
    only: "islip",
    changes: [
      [
        "grant_mask_reg[P*pointer +: P] <= grant_behind_1[P*pointer +: P];",
        "grant_mask_reg <= grant_mask_reg;",
      ],
    ],
  },
  {
    bench: "congestion",
    only: "",
    changes: [
      ["next_depth_reg >= cfg_fecn_threshold", "1'b1"],
      ["late_reg         <= expired_reg[scan_reg] && filled[scan_reg];", "late_reg         <= 1'b0;"],
      ["& ~popped & {QUEUES{lifetime}}", "& {QUEUES{lifetime}}"],
    ],
  },
];

import type { Break } from "./break.ts";

type Change = readonly [property: string, from: string, to: string];

const changes = (proof: string, list: readonly Change[]): readonly Break[] =>
  list.map(([property, from, to]) => ({ proof, module: proof, property, from, to, device: "switch" }));

const pages = "localparam PAGES = (LANES - 1) * DATA_PAGES + VL15_PAGES + SPARE_PAGES;";
const round = "put_reg == LAST_SLOT ? {SB{1'b0}} : put_reg + 1'b1";

const voqPages: readonly Change[] = [
  ["filled_in_order", "put_reg      <= LAST_SLOT;", "put_reg <= {SB{1'b0}};"],
  ["open_counted", "wr_last ? {UB{1'b0}} : wr_pages_reg + 1'b1", "wr_pages_reg + 1'b1"],
  ["pages_counted", round, "put_reg + 1'b1"],
  ["shares_kept", "used_reg <= LIMIT;", "used_reg <= LIMIT + 1'b1;"],
  ["out_is_held", "(commit_here ? wr_size : {UB{1'b0}})", "(commit_here ? wr_pages_reg : {UB{1'b0}})"],
  ["two_left", pages, "localparam PAGES = 2;"],
  ["slots_in_order", pages, "localparam PAGES = 2;"],
  ["never_same_slot", pages, "localparam PAGES = 2;"],
  ["next_is_first", "next_reg <= ring[take_next];", "next_reg <= ring[take_reg];"],
  [
    "slot_of_page",
    "filling   = fill_reg != LAST_SLOT;",
    "filling   = fill_reg != LAST_SLOT || take_reg == {SB{1'b0}} + 1'b1;",
  ],
  ["place_is_known", "open_reg <= !wr_last;", "open_reg <= 1'b0;"],
  ["slot_in_ring", "{SB{1'b0}} : take_reg + 1'b1;", "{SB{1'b0}} : take_reg + 2'd2;"],
  ["page_is_there", "page_reg     <= next_reg;", "page_reg     <= page_reg;"],
  ["first_is_known", "first_page_reg <= page_reg;", "first_page_reg <= next_reg;"],
  ["no_page_twice", "ring[put_reg] <= free_page;", "ring[put_reg] <= page_reg;"],
  ["goes_round", "open_reg <= !wr_last;", "open_reg <= 1'b0;"],
];

/** Breaks of the input buffers of a switch. */
export const voqBreaks: readonly Break[] = [...changes("voq_pages", voqPages)];

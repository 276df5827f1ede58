import type { Break } from "./break.ts";

/** Changes of the replay buffer that its own proof must find. */
export const replayBreaks: readonly Break[] = (
  [
    ["beats_counted", "frame_reg <= write_reg + 1'b1;", "frame_reg <= write_reg;"],
    ["pointers_in_range", "free_reg <= frame_reg;", "free_reg <= write_reg;"],
    ["frame_is_kept", "free_reg <= oldest_address;", "free_reg <= frame_reg;"],
    ["rest_counted", "frame_reg <= write_reg + 1'b1;", "frame_reg <= write_reg;"],
    [
      "rows_for_all",
      "if (wr_valid) begin\n            write_reg",
      "if (!wr_eop) begin\n            write_reg",
    ],
    ["kept_in_order", "free_reg <= oldest_address;", "free_reg <= oldest_address + 1'b1;"],
    ["index_right", "lookup_reg && lookup_frame_reg == oldest_frame;", "lookup_reg;"],
    ["room_comes_back", "free_reg <= oldest_address;", "free_reg <= free_reg;"],
    ["replay_in_order", "read_reg  <= oldest_address;", "read_reg  <= free_reg;"],
    ["offer_stays", "if (advance || !rd_run) begin", "if (advance || rd_run) begin"],
    ["replayed_as_written", "fetch   = rd_run && advance && left;", "fetch   = rd_run && left;"],
    ["shows_second", "assign rd_done      = !left;", "assign rd_done      = !left && !valid_reg;"],
  ] as const
).map(([property, from, to]) => ({ proof: "replay_buffer", module: "replay_buffer", property, from, to }));

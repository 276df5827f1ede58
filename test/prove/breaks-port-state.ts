import type { Break } from "./break.ts";

const changes: readonly (readonly [property: string, from: string, to: string])[] = [
  ["state_is_known", "state_next = ARMED;", "state_next = 3'd7;"],
  ["steps_are_legal", "state_next = ARMED;", "state_next = ACTIVE;"],
  ["held_is_down", "if (held_down || !session_ready) begin", "if (!session_ready) begin"],
  ["alone_is_down", "if (held_down || !session_ready) begin", "if (held_down) begin"],
  ["sends_in_active", "allow_data_tx <= (state_next == ACTIVE);", "allow_data_tx <= (state_next == ARMED);"],
  ["accepts_in_session", "allow_data_rx <= (state_next == ARMED)", "allow_data_rx <= (state_next == DOWN)"],
  ["defers", "(cfg_link_lost_max == 32'd0) ? DOWN : ACT_DEFER", "DOWN"],
];

export const portStateBreaks: readonly Break[] = changes.map(([property, from, to]) => ({
  ...{ proof: "port_state", module: "port_state", property, from, to },
}));

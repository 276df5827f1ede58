/**
 * Single changes of what joins the modules of a PCS, and the bench that each one must make fail; for `npm run mutate`. Those
 * of whole ports are built into one model, in which an input chooses among them.
 */
import { filesOf } from "../../generator/views/index.ts";
import { designOf } from "../../sim/driver/device.ts";
import { lanes200 } from "../pcs/link-pcs-device.ts";
import { wiring } from "../pcs/wiring-breaks.ts";
import type { Breaks } from "./breaks.ts";

/** Where the changed text is looked for. */
export const files = filesOf(await designOf(lanes200));

const modules = [...new Set(wiring.map(({ module }) => module))];

export const breaks: readonly Breaks[] = [
  ...modules.map((module) => ({
    bench: "../pcs/link-pcs",
    only: "",
    module,
    changes: wiring
      .filter((one) => one.module === module)
      .map(({ place, from, to }) => {
        const text = (expression: string): string => place.replace("@", () => expression);
        return [text(from), text(to)] as const;
      }),
  })),
  {
    bench: "crossing",
    only: "reset_sync",
    module: "common/reset_sync",
    changes: [
      ["= hold_reg || rst;", "= hold_reg;"],
      ["hold_reg && seen", "hold_reg"],
      ["count_reg != {COUNT_BITS{1'b0}}", "1'b0"],
      ["count_reg <= HOLD;", "count_reg <= count_reg;"],
      ["count_reg - 1'b1", "count_reg"],
    ],
  },
  {
    bench: "crossing",
    only: "event_sync",
    module: "common/event_sync",
    changes: [
      ["count_next ^ (count_next >> 1)", "count_next"],
      ["step <= 7", "step <= 2"],
      ["seen - seen_reg", "seen"],
      ["seen - seen_reg", "{7'd0, seen != seen_reg}"],
      ["seen_reg <= seen;", "seen_reg <= gray_seen;"],
      ["gray_reg  <= 8'd0;", "gray_reg  <= gray_reg;"],
      ["count_reg <= 8'd0;", "count_reg <= count_reg;"],
      ["count_reg + {7'd0, s_event}", "count_reg + 8'd1"],
    ],
  },
  {
    bench: "crossing",
    only: "pcs_settings",
    module: "pcs/pcs_settings",
    changes: [
      ["end else if (ready) begin", "end else begin"],
      ["s_settings != sent_reg", "1'b0"],
      ["s_settings != sent_reg", "s_settings[31:0] != sent_reg[31:0] && sent_reg == 96'd0"],
      ["sent_reg <= 96'd0;", "sent_reg <= sent_reg;"],
      ["m_settings <= 96'd0;", "m_settings <= m_settings;"],
      ["end else if (received_valid) begin", "end else begin"],
      ["m_settings <= received;", "m_settings[63:0] <= received[63:0];"],
    ],
  },
];

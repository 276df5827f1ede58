/** Single changes of what joins the modules of a PCS below 200 Gb/s, and the bench that each must make fail; for `npm run mutate`. */
import { filesOf } from "../../generator/views/index.ts";
import { designOf } from "../../sim/driver/device.ts";
import { lane25, lane25WithFec, lanes40 } from "../pcs/small-lanes.ts";
import type { Breaks } from "./breaks.ts";

/** Where the changed text is looked for. */
export const files = (
  await Promise.all([lane25, lanes40, lane25WithFec].map((one) => designOf(one)))
).flatMap((design) => filesOf(design));

const bench = "../pcs/link-base-r";
const module = "pcs/pcs";

export const breaks: readonly Breaks[] = [
  {
    bench,
    only: "25 Gb/s",
    module,
    changes: [
      ["rx_overrun = rx_kept_valid && !rx_kept_ready", "rx_overrun = rx_kept_valid"],
      [".evt_lock_lost (lock_lost),\n        .m_record", ".evt_lock_lost (1'b0),\n        .m_record"],
      [".evt_bad_headers (headers)", ".evt_bad_headers ()"],
    ],
  },
  {
    bench,
    only: "40 Gb/s",
    module,
    changes: [["{8'd0, bips[4 * i +: 4]}", "{12{1'b0 & bips[4 * i]}}"]],
  },
  {
    bench: "../pcs/link-fec91",
    only: "",
    module,
    changes: [
      [".stat_corrected         (stat_corrected)", ".stat_corrected         (2'b00)"],
      [".err_valid              (err_valid)", ".err_valid              (1'b0)"],
    ],
  },
];

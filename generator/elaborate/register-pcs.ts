import type { PcsDesign } from "../design/pcs.ts";
import { bitmap, one, setting, state } from "./register-fields.ts";
import type { RegisterGroup } from "./register-model.ts";

/** Settings and status of a PCS, in the block of its link port. */
export function pcsRegisters({ format }: PcsDesign): RegisterGroup {
  const { pcsLanes } = format;
  const threshold = (name: string, offset: number, text: string) =>
    one(name, offset, text, [
      { ...setting("VALUE", 0, 32, `cfg_${name.toLowerCase()}`, 0, text), unit: "symbols" },
    ]);
  const interval = "Window in which symbol errors are counted, an even number; 0: never";
  return {
    id: "pcs",
    title: "PCS",
    registers: [
      one("DEGRADE_INTERVAL", 0x050, interval, [
        { ...setting("VALUE", 0, 32, "cfg_degrade_interval", 0, interval), unit: "codewords" },
      ]),
      threshold("DEGRADE_ACTIVATE", 0x054, "More errors in a window degrade the link"),
      threshold("DEGRADE_DEACTIVATE", 0x058, "Fewer errors in a window end that"),
      one("PCS_STATUS", 0x0c0, "State of the PCS", [
        state("ALIGNED", 0, 1, "sts_pcs_aligned", "All PCS lanes are locked, deskewed and in order"),
        state("HI_SER", 1, 1, "sts_pcs_hi_ser", "Too many symbol errors: the link is held down for 60 ms"),
        state("DEGRADED", 2, 1, "sts_pcs_degraded", "More symbol errors than DEGRADE_ACTIVATE in a window"),
        state("REMOTE_DEGRADED", 3, 1, "sts_pcs_remote_degraded", "The peer says so of what it receives"),
      ]),
      bitmap(
        "PCS_LOCK",
        0x0c4,
        pcsLanes,
        "Lanes locked to their alignment markers, in the order received",
        state("LANES", 0, pcsLanes, "sts_pcs_locked", "Bit i: the PCS lane received at place i"),
      ),
      {
        name: "PCS_LANE_OF",
        offset: 0x0d0,
        count: pcsLanes / 8,
        text: "PCS lanes as sent, four bits each, by the place where they were received",
        fields: [
          {
            ...state("LANES", 0, 32, "sts_pcs_lane_of", "Eight places, the lowest first; while aligned"),
            reset: new Array(pcsLanes / 8).fill(0),
          },
        ],
      },
    ],
  };
}

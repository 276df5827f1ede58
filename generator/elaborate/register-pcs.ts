import type { AnyPcsDesign } from "../design/any-pcs.ts";
import { bitmap, one, setting, state } from "./register-fields.ts";
import type { Register, RegisterGroup } from "./register-model.ts";

/** Settings and status of a PCS, in the block of its link port. */
export function pcsRegisters(pcs: AnyPcsDesign): RegisterGroup {
  const { pcsLanes } = pcs.format;
  const plain = pcs.kind === "base-r";
  const locked =
    plain && pcsLanes === 1 ? "lanes locked to their blocks" : "lanes locked to their alignment markers";
  return {
    id: "pcs",
    title: "PCS",
    registers: [
      ...(plain ? [] : degradation()),
      status(pcs),
      bitmap(
        "PCS_LOCK",
        0x0c4,
        pcsLanes,
        `PCS ${locked}, in the order received`,
        state("LANES", 0, pcsLanes, "sts_pcs_locked", "Bit i: the PCS lane received at place i"),
      ),
      ...(plain || pcsLanes === 1 ? [] : [laneOf(pcsLanes)]),
    ],
  };
}

/** Thresholds of what the FEC has to correct. */
function degradation(): readonly Register[] {
  const threshold = (name: string, offset: number, text: string) =>
    one(name, offset, text, [
      { ...setting("VALUE", 0, 32, `cfg_${name.toLowerCase()}`, 0, text), unit: "symbols" },
    ]);
  const interval = "Window in which symbol errors are counted, an even number; 0: never";
  return [
    one("DEGRADE_INTERVAL", 0x050, interval, [
      { ...setting("VALUE", 0, 32, "cfg_degrade_interval", 0, interval), unit: "codewords" },
    ]),
    threshold("DEGRADE_ACTIVATE", 0x054, "More errors in a window degrade the link"),
    threshold("DEGRADE_DEACTIVATE", 0x058, "Fewer errors in a window end that"),
  ];
}

function status({ kind }: AnyPcsDesign): Register {
  const aligned = "All PCS lanes are locked, deskewed and in order";
  const hiBer = "Too many bad sync headers in a window: the link is down until one with fewer";
  const hiSer = "Too many symbol errors in a window; lasts 60 ms, and only tells";
  const remote = "The peer says so of what it receives";
  return one("PCS_STATUS", 0x0c0, "State of the PCS", [
    state("ALIGNED", 0, 1, "sts_pcs_aligned", aligned),
    ...(kind === "base-r"
      ? [state("HI_BER", 1, 1, "sts_pcs_hi_ber", hiBer)]
      : [
          state("HI_SER", 1, 1, "sts_pcs_hi_ser", hiSer),
          state("DEGRADED", 2, 1, "sts_pcs_degraded", "More symbol errors than DEGRADE_ACTIVATE in a window"),
        ]),
    ...(kind === "clause119" ? [state("REMOTE_DEGRADED", 3, 1, "sts_pcs_remote_degraded", remote)] : []),
  ]);
}

function laneOf(pcsLanes: number): Register {
  const [count, each] = pcsLanes > 8 ? [pcsLanes / 8, 8] : [1, pcsLanes];
  const places = each === 8 ? "Eight places" : `${each} places`;
  return {
    name: "PCS_LANE_OF",
    offset: 0x0d0,
    count,
    text: "PCS lanes as sent, four bits each, by the place where they were received",
    fields: [
      {
        ...state("LANES", 0, 4 * each, "sts_pcs_lane_of", `${places}, the lowest first; while aligned`),
        reset: new Array(count).fill(0),
      },
    ],
  };
}

import type { DerivedId, LinkDesign } from "../design/link.ts";
import { one, setting } from "./register-fields.ts";
import type { Register, RegisterGroup } from "./register-model.ts";

/** Derived numbers that are reset values of registers, with the bits that the register has for them. */
export const registerBitsOf = {
  replayTimerCycles: 24,
  replayCountMax: 8,
  outstandingSeqMax: 20,
  outstandingDataMax: 32,
  dataAgeCycles: 32,
  linkLostCycles: 32,
  controlSpacingBeats: 12,
  creditUpdateBlocks: 12,
  creditRefreshCycles: 24,
  creditWatchdogCycles: 32,
} as const satisfies Partial<Record<DerivedId, number>>;

type LimitId = keyof typeof registerBitsOf;
type Row = readonly [name: string, offset: number, signal: string, id: LimitId, text: string];

const rows: readonly Row[] = [
  [
    "REPLAY_TIMER_MAX",
    0x020,
    "cfg_replay_timer_max",
    "replayTimerCycles",
    "Time without progress until a replay",
  ],
  [
    "REPLAY_CT_MAX",
    0x024,
    "cfg_replay_ct_max",
    "replayCountMax",
    "Replays without progress until a flush; 255: no limit",
  ],
  [
    "OUTSTANDING_SEQ_MAX",
    0x028,
    "cfg_outstanding_seq_max",
    "outstandingSeqMax",
    "Packets sent and not acknowledged; from 2 up to the reset value",
  ],
  [
    "OUTSTANDING_DATA_MAX",
    0x02c,
    "cfg_outstanding_data_max",
    "outstandingDataMax",
    "Bytes sent and not acknowledged; from two longest packets up to the reset value",
  ],
  [
    "DATA_AGE_MAX",
    0x030,
    "cfg_data_age_max",
    "dataAgeCycles",
    "Age of the oldest packet until a flush; 0: off",
  ],
  [
    "LINK_LOST_MAX",
    0x034,
    "cfg_link_lost_max",
    "linkLostCycles",
    "Link loss that a session survives; 0: none",
  ],
  [
    "CONTROL_SPACING",
    0x038,
    "cfg_control_spacing",
    "controlSpacingBeats",
    "Between control sets inside a packet",
  ],
  [
    "CREDIT_UPDATE",
    0x03c,
    "cfg_credit_update",
    "creditUpdateBlocks",
    "Freed space that calls for a flow-control packet; 1 at least",
  ],
  [
    "CREDIT_REFRESH",
    0x040,
    "cfg_credit_refresh",
    "creditRefreshCycles",
    "Longest time between flow-control packets of a lane",
  ],
  [
    "CREDIT_WATCHDOG",
    0x044,
    "cfg_credit_watchdog",
    "creditWatchdogCycles",
    "Time without a flow-control packet until the watchdog expires",
  ],
];

/** Limits that a port without retry does not have. */
const ofRetry: readonly LimitId[] = [
  "replayTimerCycles",
  "replayCountMax",
  "outstandingSeqMax",
  "outstandingDataMax",
  "dataAgeCycles",
];

/** Limits and timers; all but the last have a derived number as their reset value. */
export function limits(design: LinkDesign): RegisterGroup {
  return {
    id: "limits",
    title: "Limits and timers",
    registers: [
      ...rows
        .filter(([, , , id]) => design.retry === "llr" || !ofRetry.includes(id))
        .map((row) => limit(design, row)),
      highLimit(design),
    ],
  };
}

function limit(design: LinkDesign, [name, offset, signal, id, text]: Row): Register {
  const derived = design.derived[id];
  const { value, unit } = derived;
  const field = { ...setting("VALUE", 0, registerBitsOf[id], signal, value, text), unit, derived };
  return one(name, offset, text, [field]);
}

function highLimit(design: LinkDesign): Register {
  const text = "LimitOfHighPriority: data before a low-priority packet gets its turn; 255: no limit";
  const field = setting("VALUE", 0, 8, "cfg_high_limit", design.virtualLanes.highLimit, text);
  return one("HIGH_LIMIT", 0x048, text, [{ ...field, unit: "4096 bytes" }]);
}

import type { NicDesign } from "../design/nic.ts";
import { blockCounterBase, blockCounters, type CountedRow } from "./register-counters.ts";
import { constant, one, pulse, setting, state } from "./register-fields.ts";
import { blockAddressBits, type Counter, type RegisterGroup, type RegisterMap } from "./register-model.ts";

const events: readonly CountedRow[] = [
  ["marked", "Packets received with a mark of congestion"],
  ["cnp_sent", "Notifications handed to the port, which sends each"],
  ["cnp_received", "Notifications received"],
  ["cnp_lost", "Marks and notifications lost: more than can wait"],
  ["rate_cut", "Times that the rate of a queue pair was cut"],
];

const memoryEvents: readonly CountedRow[] = [
  ["memory_corrected", "Rows of the tables read with one wrong bit, which was put right"],
  ["memory_uncorrectable", "Rows of the tables read with two wrong bits"],
];

const amounts: readonly CountedRow[] = [["waiting", "Cycles in which a queue pair waited for its rate"]];

/** All counters of congestion control in address order. */
export function congestionCounters({
  memoryProtection,
}: Pick<NicDesign, "memoryProtection">): readonly Counter[] {
  const rows = [...events, ...(memoryProtection === "secded" ? memoryEvents : [])];
  return blockCounters(rows, amounts, "cycles");
}

/** The register map of congestion control. */
export function congestionRegisters(design: NicDesign): RegisterMap {
  return {
    id: "nic_rate",
    title: "congestion control",
    addressBits: blockAddressBits,
    groups: [device(design), parameters(), rates()],
    counterBase: blockCounterBase,
    counterBits: design.port.derived.counterBits.value,
    counters: congestionCounters(design),
  };
}

/** Line rate of a port, kbit/s. */
export const lineKbps = ({ port }: Pick<NicDesign, "port">): number => Math.round(port.rateGbps * 1e6);

function device(design: NicDesign): RegisterGroup {
  return {
    id: "device",
    title: "What this block is",
    registers: [
      one("ID", 0x000, "The letters LWC1: this is congestion control", [
        constant("MAGIC", 0, 32, 0x4c574331, "The letters LWC1: this is congestion control"),
      ]),
      one("LINE_RATE", 0x004, "Rate without congestion", [
        constant("KBPS", 0, 30, lineKbps(design), "kbit/s"),
      ]),
      one("CONTROL", 0x008, "Behaviour", [
        setting("LIMIT", 0, 1, "cfg_enable", 1, "1: a notification limits the rate of its queue pair"),
        setting("NOTIFY", 1, 1, "cfg_send", 1, "1: marks of congestion are answered with notifications"),
      ]),
      one("CLEAR_COUNTERS", 0x00c, "Clears every counter", [
        { ...pulse("CLEAR", 0, "clear_counters", "Clears every counter"), internal: true },
      ]),
    ],
  };
}

/** Name, offset, bits, signal, default (NVIDIA, "DCQCN CC parameters"), text. */
type Parameter = readonly [string, number, number, string, number, string];

const dcqcn: readonly Parameter[] = [
  ["CNP_TIME", 0x010, 24, "cfg_least", 4000, "Least time between two notifications of a queue pair, ns"],
  ["G", 0x020, 10, "cfg_g", 1019, "Weight of the past in alpha, of 1024 (dce_tcp_g)"],
  ["ALPHA_TIME", 0x024, 24, "cfg_alpha_period", 1000, "Time between updates of alpha, ns (dce_tcp_rtt)"],
  ["INITIAL_ALPHA", 0x028, 10, "cfg_initial_alpha", 1023, "Alpha at the first notification, of 1024"],
  [
    "FIRST_RATE",
    0x02c,
    30,
    "cfg_first_rate",
    0,
    "Rate after the first notification, kbit/s; 0: as after others",
  ],
  [
    "LEAST_PART",
    0x030,
    11,
    "cfg_least_part",
    512,
    "A cut leaves this part of the rate, of 1024 (rpg_min_dec_fac)",
  ],
  ["MIN_RATE", 0x034, 30, "cfg_min_rate", 1000, "Least rate, kbit/s (rpg_min_rate)"],
  ["GD", 0x038, 4, "cfg_gd", 11, "A cut takes rate * alpha / 2^GD (rpg_gd)"],
  [
    "CUT_TIME",
    0x03c,
    24,
    "cfg_cut_period",
    4000,
    "Least time between two cuts, ns (rate_reduce_monitor_period)",
  ],
  ["TIME_RESET", 0x040, 24, "cfg_time_reset", 300_000, "Time of a step upwards, ns (rpg_time_reset)"],
  ["BYTE_RESET", 0x044, 24, "cfg_byte_reset", 32_767, "Bytes of a step upwards (rpg_byte_reset); 0: none"],
  ["THRESHOLD", 0x048, 4, "cfg_threshold", 1, "Steps of fast recovery (rpg_threshold)"],
  ["AI_RATE", 0x04c, 30, "cfg_ai_rate", 5000, "Additive increase, kbit/s (rpg_ai_rate)"],
  ["HAI_RATE", 0x050, 30, "cfg_hai_rate", 50_000, "Hyper increase, kbit/s (rpg_hai_rate)"],
];

/** Settings of the limiter and of notifications, by their signals. */
export const congestionSettings: readonly { readonly signal: string; readonly bits: number }[] = [
  { signal: "cfg_enable", bits: 1 },
  { signal: "cfg_send", bits: 1 },
  ...dcqcn.map(([, , bits, signal]) => ({ signal, bits })),
];

function parameters(): RegisterGroup {
  return {
    id: "parameters",
    title: "Parameters of DCQCN",
    registers: dcqcn.map(([name, offset, bits, signal, reset, text]) =>
      one(name, offset, text, [setting("VALUE", 0, bits, signal, reset, text)]),
    ),
  };
}

function rates(): RegisterGroup {
  return {
    id: "rates",
    title: "Rates of queue pairs",
    registers: [
      one("RATE_QUERY", 0x080, "A write asks for the rate of a queue pair", [
        { ...setting("QPN", 0, 16, "query_number", 0, "Queue pair"), strobe: "query_write" },
        state("PENDING", 31, 1, "sts_query_pending", "1: RATE does not have the answer yet"),
      ]),
      one("RATE", 0x084, "Answer to the last RATE_QUERY", [
        state("KBPS", 0, 30, "sts_query_rate", "kbit/s; the line rate where there is no limit"),
      ]),
    ],
  };
}

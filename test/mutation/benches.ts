/** Which benches a module is tested by: those that kill most of its mutants, and most quickly, first. */
export interface BenchOfModule {
  /** File below `test/`, without `.test.ts`. */
  readonly bench: string;
  /** Part of the titles of the tests to run: one configuration that is small enough. */
  readonly only: string;
  /** Widths in bits that benches of all widths run with, where those of `npm test` are not what is asked for. */
  readonly widths?: string;
}

export interface MutatedModule {
  /** Name behind that of the device. */
  readonly module: string;
  /** What the figures are summed up by. */
  readonly group: "link" | "credit" | "retry" | "mac" | "switch" | "common";
  readonly benches: readonly BenchOfModule[];
  /**
   * Registers start at 0 and not at random: the bench looks at what is undefined until it is first set, or the memory
   * does not reset what only simulation can see.
   */
  readonly startsAtZero?: boolean;
}

const lanes4 = "64 bits, 4 data lanes";
const ports4 = "64 bits, 4 ports, 4 data lanes";

/** Benches whose titles are the same in each configuration are given by file and title. */
function of(bench: string, ...titles: readonly string[]): BenchOfModule[] {
  return titles.map((only) => ({ bench, only }));
}

export const mutatedModules: readonly MutatedModule[] = [
  {
    module: "credit_tx",
    group: "credit",
    benches: of("rtl/credit-tx", lanes4, "256 bits, 15 data lanes"),
  },
  {
    module: "credit_rx",
    group: "credit",
    benches: of("rtl/credit-rx", lanes4, "64 bits, 1 data lanes"),
  },
  {
    module: "llr_rx",
    group: "retry",
    benches: of("rtl/llr-rx", `${lanes4}, cut-through, retry llr`, "256 bits, 15 data lanes"),
  },
  {
    module: "llr_tx",
    group: "retry",
    benches: [...of("rtl/llr-tx", "llr_tx, 64 bits"), ...of("rtl/llr-tx-memory", "")],
  },
  { module: "llr_session", group: "retry", benches: of("rtl/llr-session", "") },
  { module: "llr_control", group: "retry", benches: of("rtl/llr-control", "retry llr") },
  {
    module: "replay_buffer",
    group: "retry",
    benches: [
      ...of("rtl/replay-buffer", ""),
      ...of("rtl/llr-tx", "llr_tx, 64 bits, 4 data lanes, cut-through, retry llr"),
      ...of("rtl/llr-tx-memory", "delivers each frame"),
    ],
  },
  {
    module: "vl_arbiter",
    group: "link",
    benches: of("rtl/vl-arbiter", "vl_arbiter with 4 lanes", "vl_arbiter with 15 lanes"),
  },
  {
    module: "vl_rx_buffer",
    group: "link",
    benches: of("rtl/vl-buffer", `vl_rx_buffer, ${lanes4}`),
  },
  {
    module: "vl_tx_buffer",
    group: "link",
    benches: of("rtl/vl-buffer", `vl_tx_buffer, ${lanes4}`),
  },
  {
    module: "tx_queue",
    group: "link",
    benches: of("rtl/tx-queue", lanes4, "256 bits, 1 data lanes", "256 bits, 15 data lanes"),
  },
  {
    module: "tx_scheduler",
    group: "link",
    benches: of("rtl/tx-scheduler", lanes4),
  },
  { module: "rx_egress", group: "link", benches: of("rtl/rx-egress", "64 bits, 15 data lanes") },
  { module: "port_state", group: "link", benches: of("rtl/port-state", "") },
  { module: "axis_register", group: "link", benches: of("rtl/axis-register", "64 bits") },
  // Places of a row that there are in wide rows only
  {
    module: "mac_tx",
    group: "mac",
    benches: of(
      "rtl/mac-tx",
      ...["mac_tx with 64 bits, 1 register", "mac_tx with 256 bits, 1 register", "1024 bits, messages"],
    ),
  },
  {
    module: "mac_rx",
    group: "mac",
    benches: [
      ...of("rtl/mac-rx", "mac_rx with 64 bits", "mac_rx with 256 bits"),
      { bench: "rtl/mac-rx", only: "mac_rx with 512 bits", widths: "512" },
    ],
  },
  {
    module: "mac_rx_align",
    group: "mac",
    benches: of("rtl/mac-rx", "mac_rx with 64 bits", "mac_rx with 256 bits"),
  },
  {
    module: "rr_arbiter",
    group: "switch",
    benches: of("rtl/switch-scheduler-arbiter", "rr_arbiter of 17 requests"),
  },
  {
    module: "islip_round",
    group: "switch",
    benches: of("rtl/switch-scheduler", "scheduler: islip, 5 ports"),
  },
  { module: "scheduler", group: "switch", benches: of("rtl/switch-scheduler", "scheduler: islip, 5 ports") },
  {
    module: "starvation_guard",
    group: "switch",
    benches: of("rtl/switch-scheduler", "scheduler: islip, 5 ports"),
  },
  {
    module: "voq_reader",
    group: "switch",
    benches: [
      ...of("rtl/switch-voq-cases", `voq_buffer: ${ports4}`),
      ...of("rtl/switch-voq", `under random load: ${ports4}`),
      ...of("rtl/switch-voq-cases", "256 bits, 3 ports, 1 data lanes"),
      ...of("rtl/switch-voq", "256 bits, 3 ports, 1 data lanes", "64 bits, 3 ports, 2 data lanes, secded"),
    ],
  },
  {
    module: "management_port",
    group: "switch",
    benches: of("rtl/switch-management", "64 bits, 3 ports, 4 data lanes", "256 bits, 3 ports, 4 data lanes"),
  },
  { module: "crossbar", group: "switch", benches: of("rtl/switch-crossbar", "crossbar, 5 ports, 64 bits") },
  {
    module: "crossbar_tile",
    group: "switch",
    benches: of("rtl/switch-crossbar", "crossbar, 5 ports, 64 bits"),
  },
];

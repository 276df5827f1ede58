/** What `npm run coverage` runs: small configurations of the benches of a device's modules, and runs of the whole device. */
import type { AnyDesign } from "../../generator/design/switch.ts";
import { designOf } from "../../sim/driver/device.ts";
import { narrow } from "../link/devices.ts";
import { benchSwitch } from "../rtl/switch-bench.ts";

export interface CoverageRun {
  /** File below `test/`, without `.test.ts`. */
  readonly bench: string;
  /** Part of the titles of the tests to run. */
  readonly only: string;
  /** Run by vitest, as it needs it; such a bench has points and no models. */
  readonly pointsOnly?: true;
}

export interface CoveredDevice {
  readonly name: string;
  /** The design whose modules are shown. */
  readonly design: () => Promise<AnyDesign>;
  /** Modules that are shown: all of them unless given. */
  readonly modules?: readonly string[];
  readonly runs: readonly CoverageRun[];
}

const lanes4 = "64 bits, 4 data lanes";

const link: readonly CoverageRun[] = [
  { bench: "rtl/credit-tx", only: lanes4 },
  { bench: "rtl/credit-rx", only: lanes4 },
  { bench: "rtl/credit-loop", only: "" },
  { bench: "rtl/llr-rx", only: `${lanes4}, cut-through, retry llr` },
  { bench: "rtl/llr-tx", only: "llr_tx, 64 bits, 4 data lanes, cut-through, retry llr" },
  { bench: "rtl/llr-session", only: "" },
  { bench: "rtl/llr-control", only: "retry llr" },
  { bench: "rtl/vl-arbiter", only: "vl_arbiter with 4 lanes" },
  { bench: "rtl/vl-buffer", only: lanes4 },
  { bench: "rtl/tx-queue", only: lanes4 },
  { bench: "rtl/tx-scheduler", only: lanes4 },
  { bench: "rtl/rx-egress", only: "64 bits" },
  { bench: "rtl/port-state", only: "" },
  { bench: "rtl/axis-register", only: "64 bits" },
  { bench: "rtl/mac-tx", only: "64 bits" },
  { bench: "rtl/mac-rx", only: "64 bits" },
  { bench: "rtl/crc", only: "CRC at 64 bits" },
  { bench: "rtl/link-csr", only: "" },
  { bench: "rtl/link-csr-counters", only: "" },
  { bench: "link/bit-errors", only: "" },
  { bench: "link/retry", only: "" },
  { bench: "link/credits", only: "" },
  { bench: "link/session", only: "" },
  { bench: "link/activation", only: "" },
  { bench: "link/packets", only: "" },
  { bench: "link/poison", only: "" },
  { bench: "link/soak", only: "narrow" },
  { bench: "link/fault-states", only: "" },
  { bench: "errors/errors", only: "", pointsOnly: true },
];

const switches: readonly CoverageRun[] = [
  { bench: "rtl/switch-scheduler-arbiter", only: "rr_arbiter of 5 requests" },
  { bench: "rtl/switch-scheduler", only: "scheduler: islip, 5 ports" },
  { bench: "rtl/switch-crossbar", only: "crossbar, 5 ports, 64 bits" },
  { bench: "rtl/switch-route-lookup", only: "64 bits, 4 ports" },
  { bench: "rtl/switch-voq", only: "64 bits, 4 ports, 4 data lanes" },
  { bench: "rtl/switch-voq-lists", only: "64 bits, 4 ports, 4 data lanes" },
  { bench: "rtl/switch-voq-cases", only: "64 bits, 4 ports, 4 data lanes" },
  { bench: "rtl/switch-voq-pages", only: "64 bits, 4 ports, 4 data lanes" },
  { bench: "rtl/switch-management", only: "64 bits, 3 ports, 4 data lanes" },
  { bench: "rtl/switch-csr", only: "" },
  { bench: "rtl/register-demux", only: "" },
  { bench: "rtl/ingress-csr", only: "" },
];

/** The link's modules are in every switch; of a switch the others are shown. */
const switchModules = [
  ...[
    "rr_arbiter",
    "islip_round",
    "scheduler",
    "starvation_guard",
    "crossbar",
    "crossbar_tile",
    "route_lookup",
  ],
  ...["route_tables", "unicast_table", "multicast_table", "multicast_copier", "partition_keys", "sl_to_vl"],
  ...["table_memory", "voq_buffer", "voq_lists", "voq_pages", "voq_reader", "voq_memory", "management_port"],
  ...["management_memory", "switch_csr", "register_demux", "ingress_csr", "ingress_counters"],
];

export const coveredDevices: readonly CoveredDevice[] = [
  { name: "link", design: async () => await designOf({ ...narrow, name: "link" }), runs: link },
  {
    name: "switch",
    design: () => Promise.resolve(benchSwitch({ bits: 64, ports: 4, lanes: 4 })),
    modules: switchModules,
    runs: switches,
  },
];

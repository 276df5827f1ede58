import { dec, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { type BaseRHost, sizesOf, vector } from "./base-r-host.ts";

/** Clocks of the lanes from record to record while nothing happens. */
const recordClocks = 32;

/** Records that fail to come before the lanes' clock is taken for stopped, and clocks of the device for the crossing. */
const recordsMissed = 4;
const crossingClocks = 16;

interface Field {
  readonly name: string;
  readonly bits: number;
  readonly what: string;
}

/** What a record tells, lowest bits first. */
function fieldsOf(host: BaseRHost): readonly Field[] {
  const { pcsLanes, numberBits } = sizesOf(host);
  return [
    { name: "aligned", bits: 1, what: "all lanes are locked and aligned" },
    { name: "hi_ber", bits: 1, what: "bad sync headers, too many in a window" },
    { name: "locked", bits: pcsLanes, what: "each PCS lane, as it comes" },
    { name: "headers", bits: 16, what: "bad sync headers since the last record" },
    { name: "lost", bits: 4, what: "lost locks since the last record" },
    ...(pcsLanes > 1
      ? [
          { name: "index", bits: numberBits, what: "a PCS lane" },
          { name: "bip", bits: 4, what: "its markers with wrong parity since the last record of it" },
        ]
      : []),
  ];
}

/** Bits of a record. */
export function recordBits(host: BaseRHost): number {
  return fieldsOf(host).reduce((sum, { bits }) => sum + bits, 0);
}

/** `pcs_monitor` in the clock of the lanes, `pcs_status` in that of the device. */
export function recordModules(host: BaseRHost): readonly ModuleFile[] {
  const { pcsLanes, numberBits, badBits } = sizesOf(host);
  const places = new Map<string, string>();
  const rows: View[] = [];
  let at = 0;
  for (const { name, bits, what } of fieldsOf(host)) {
    const place = bits === 1 ? `${at}` : `${at + bits - 1}:${at}`;
    places.set(`${name}_range`, `[${place}]`);
    rows.push({ place: place.padEnd(8), name: name.padEnd(10), what });
    at += bits;
  }
  const levels = 2 + pcsLanes;
  const timeBits = bitsFor(recordClocks - 1);
  const timeout =
    Math.ceil((recordsMissed * recordClocks * host.clockMHz) / host.pcs.derived.laneClockMHz.value) +
    crossingClocks;
  const silentBits = bitsFor(timeout);
  const shared: View = {
    ...Object.fromEntries(places),
    rows,
    many: pcsLanes > 1,
    record_clocks: String(recordClocks),
    timeout: String(timeout),
    lanes_range: vector(pcsLanes),
    sum_range: range(badBits),
    sum_pad: `${17 - badBits}'d0, `,
    record_range: range(recordBits(host)),
    levels_range: range(levels),
    levels_zero: dec(0, levels),
    time_range: range(timeBits),
    time_last: dec(recordClocks - 1, timeBits),
    time_zero: dec(0, timeBits),
    time_one: dec(1, timeBits),
    number_range: range(numberBits),
    number_last: dec(pcsLanes - 1, numberBits),
    number_zero: dec(0, numberBits),
    number_one: dec(1, numberBits),
    bip_fields: pcsLanes > 1 ? "bip_reg[4 * index_reg +: 4], index_reg, " : "",
    amounts_range: range(4 * pcsLanes),
    silent_range: range(silentBits),
    silent_zero: dec(0, silentBits),
    silent_one: dec(1, silentBits),
  };
  const lanes = localparam("LANES", pcsLanes, "PCS lanes");
  const silent = localparam(
    `${range(silentBits)} TIMEOUT`,
    dec(timeout, silentBits),
    `cycles: ${recordsMissed} * ${recordClocks} * clockMHz / laneClockMHz + ${crossingClocks}`,
  );
  const moduleOf = (name: string, purpose: string, params: readonly View[]): ModuleFile => [
    `pcs_${name}`,
    `pcs/base_r_${name}`,
    { ...shared, header: header(host, purpose), module: moduleName(host, `pcs_${name}`), params },
  ];
  return [
    moduleOf("monitor", "Watches the lanes of a PCS and reports to the device.", pcsLanes > 1 ? [lanes] : []),
    moduleOf(
      "status",
      "Status of a PCS in the device's clock, and what its counters count.",
      pcsLanes > 1 ? [lanes, silent] : [silent],
    ),
  ];
}

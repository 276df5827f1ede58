import { dec, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { hiSerSymbols } from "./fec91-modules.ts";
import type { PcsHost } from "./host.ts";
import { recordBits, recordFields, recordPlaces, recordRanges, recordRows } from "./rx-front-record.ts";
import { frontSizes } from "./rx-front-sizes.ts";

/** Clocks of the lanes from record to record while nothing happens: a few of the device's clocks. */
const recordClocks = 32;

/** Records that fail to come before the lanes' clock is taken for stopped, and clocks of the device for the crossing. */
const recordsMissed = 4;
const crossingClocks = 16;

/**
 * hi_ser (IEEE Std 802.3 clause 119.2.5.3): more than 5560 symbols in 8192 codewords of 544 symbols. A shorter code is
 * allowed the same share of wrong symbols.
 */
const hiSer = { codewords: 8192, errors: 5560, ofSymbols: 544, holdMs: 60 } as const;

/** `pcs_monitor`, in the clock of the lanes. */
export function monitorModules(host: PcsHost): ModuleFile[] {
  const { L, laneSymbols, symbols } = frontSizes(host);
  const { kind, format, derived } = host.pcs;
  const bits = fieldBits(host);
  const beyond = derived.correctableSymbols.value + 1;
  const totalBits = bitsFor(symbols + 2 * beyond);
  const countBits = Math.max(2, bitsFor(laneSymbols));
  const levels = recordFields(host).filter(({ kind }) => kind === "level");
  const timerBits = indexBits(recordClocks);
  const view: View = {
    header: header(host, "Watches the lanes and the decoders of a PCS and reports to the device."),
    module: moduleName(host, "pcs_monitor"),
    rows: recordRows(host),
    beyond: String(beyond),
    hiSerPairs: String(hiSer.codewords / 2),
    hiSerErrors: String(
      kind === "clause91"
        ? hiSerSymbols(host)
        : Math.floor((hiSer.errors * format.codewordSymbols) / hiSer.ofSymbols),
    ),
    many: L > 1,
    hiSerClocks: String(Math.round(hiSer.holdMs * 1000 * derived.laneClockMHz.value)),
    laneSymbols: String(laneSymbols),
    lanes: range(L),
    symbols: range(symbols),
    record: range(recordBits(host)),
    params: [
      localparam("L", L, "PCS lanes"),
      localparam("S", laneSymbols, "symbols of a PCS lane in a clock"),
      localparam("CB", countBits, "bits: 0 ... S, two or more"),
      localparam("TB", totalBits, "bits: symbols that a clock may add"),
      localparam(
        `${range(totalBits)} BEYOND`,
        dec(beyond, totalBits),
        "symbols that a codeword not corrected counts: correctableSymbols + 1",
      ),
      localparam(
        "LEVELS",
        levels.reduce((sum, one) => sum + one.bits, 0),
        "bits: levels of a record",
      ),
      localparam("SB", bits("symbols"), "bits: symbols of a lane in a record"),
      localparam("WB", bits("corrected"), "bits: codewords in a record"),
      localparam("LB", bits("lock_lost"), "bits: losses of the alignment in a record"),
      localparam("IB", bits("lane"), "bits: number of a lane"),
      localparam("RB", timerBits, "bits: clock since a record was due"),
      localparam(`${range(timerBits)} LAST_CLOCK`, dec(recordClocks - 1, timerBits), "RECORD_CLOCKS - 1"),
    ],
  };
  return [["pcs_monitor", "pcs/pcs_monitor", view]];
}

/** `pcs_status`, in the clock of the device. */
export function statusModules(host: PcsHost): ModuleFile[] {
  const { L } = frontSizes(host);
  const bits = fieldBits(host);
  const ranges = recordRanges(host);
  const ofDevice = (recordClocks * host.clockMHz) / host.pcs.derived.laneClockMHz.value;
  const timeout = Math.ceil(recordsMissed * ofDevice) + crossingClocks;
  const timeoutBits = bitsFor(timeout);
  const view: View = {
    header: header(host, "Status of a PCS in the device's clock, and what its counters count."),
    module: moduleName(host, "pcs_status"),
    rows: recordRows(host),
    record: range(recordBits(host)),
    lanes: range(L),
    words: ranges.corrected!,
    losses: ranges.lock_lost!,
    amounts: range(L * bits("symbols")),
    place: recordPlaces(host),
    params: [
      localparam("L", L, "PCS lanes"),
      localparam("SB", bits("symbols"), "bits: symbols of a lane in a record"),
      localparam("WB", bits("corrected"), "bits: codewords in a record"),
      localparam("LB", bits("lock_lost"), "bits: losses of the alignment in a record"),
      localparam("IB", bits("lane"), "bits: number of a lane"),
      localparam("TB", timeoutBits, "bits: clocks since a record"),
      localparam(
        `${range(timeoutBits)} TIMEOUT`,
        dec(timeout, timeoutBits),
        `cycles: ${recordsMissed} * ${recordClocks} * clockMHz / laneClockMHz + ${crossingClocks}`,
      ),
    ],
  };
  return [["pcs_status", "pcs/pcs_status", view]];
}

function fieldBits(host: PcsHost): (name: string) => number {
  const widths = new Map(recordFields(host).map(({ name, bits }) => [name, bits]));
  return (name) => widths.get(name) ?? Number.NaN;
}

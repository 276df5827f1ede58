import { dec, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { asyncFifoModules } from "../async-fifo.ts";
import { derivedParam, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { crossingModules } from "../reset-sync.ts";
import type { PcsHost } from "./host.ts";
import { decodeModules } from "./rx-back-decode.ts";
import { rxModules } from "./rx-back-modules.ts";
import { alignModules } from "./rx-front-align.ts";
import { monitorModules, statusModules } from "./rx-front-monitor.ts";
import { recordBits } from "./rx-front-record.ts";
import { txModules } from "./tx-modules.ts";

/** Bits of a 257-bit group, of the amount that a counter adds, and of the settings that go into the lanes' clock. */
const groupBits = 257;
const amountBits = 12;
const settingBits = 3 * 32;

/** The modules of a PCS, each after those that it instantiates; `pcs` is the outermost. */
export function pcsModules(host: PcsHost): readonly ModuleFile[] {
  const laneClockMHz = host.pcs.derived.laneClockMHz.value;
  return [
    ...asyncFifoModules(host),
    ...crossingModules(host, laneClockMHz),
    ...txModules(host),
    ...alignModules(host),
    ...rxModules(host),
    ...decodeModules(host),
    ...monitorModules(host),
    ...statusModules(host),
    ["pcs_settings", "pcs/pcs_settings", settingsView(host)],
    ["pcs", "pcs/pcs", pcsView(host)],
  ];
}

function settingsView(host: PcsHost): View {
  return {
    header: header(host, "Takes the settings of the lanes' clock over from that of the device."),
    module: moduleName(host, "pcs_settings"),
    fifo_module: moduleName(host, "async_fifo"),
    bits: String(settingBits),
    range: range(settingBits),
    zero: dec(0, settingBits),
  };
}

function pcsView(host: PcsHost): View {
  const { datapathBits, pcs } = host;
  const { pcsLanes } = pcs.format;
  const d = pcs.derived;
  const addressBits = indexBits(d.crossingWords.value);
  const symbols = d.lineBits.value / 10;
  const record = recordBits(host);
  return {
    header: header(host, "Physical coding sublayer: between the MII and the lanes."),
    module: moduleName(host, "pcs"),
    device: host.name,
    r: {
      data: range(datapathBits),
      flags: range(datapathBits / 8),
      line: range(d.lineBits.value),
      lanes: range(pcsLanes),
      laneOf: range(4 * pcsLanes),
      amounts: range(amountBits * pcsLanes),
      level: range(addressBits + 1),
      symbols: range(symbols),
      record: range(record),
    },
    params: [
      localparam("L", pcsLanes, "PCS lanes"),
      derivedParam("G", pcs, "groupsPerWord"),
      localparam("WORD", groupBits * d.groupsPerWord.value, "bits of a word of groups: 257 * groupsPerWord"),
      localparam("AW", addressBits, "bits: log2(crossingWords)"),
      localparam(
        `${range(addressBits + 1)} FILL`,
        dec(d.crossingWords.value / 2, addressBits + 1),
        "words: crossingWords / 2",
      ),
      localparam(
        `${range(addressBits + 1)} START`,
        dec(d.crossingWords.value / 4, addressBits + 1),
        "words: crossingWords / 4",
      ),
      localparam("RECORD", record, "bits of a record of the monitor"),
    ],
  };
}

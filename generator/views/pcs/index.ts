import type { AnyPcsDesign } from "../../design/any-pcs.ts";
import { dec, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { asyncFifoModules } from "../async-fifo.ts";
import { derivedParam, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { crossingModules } from "../reset-sync.ts";
import { type BaseRHost, blockBits, sizesOf } from "./base-r-host.ts";
import { baseRModules } from "./base-r-modules.ts";
import { recordBits as plainRecordBits } from "./base-r-record.ts";
import { groupBlocks } from "./fec91-host.ts";
import { fec91Modules } from "./fec91-modules.ts";
import type { HostOf, PcsHost } from "./host.ts";
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

/** A PCS on its way to a module list: what differs between the kinds. */
type AnyHost = HostOf<AnyPcsDesign>;

/** The modules of a PCS, each after those that it instantiates; `pcs` is the outermost. */
export function pcsModules(host: AnyHost): readonly ModuleFile[] {
  return [
    ...asyncFifoModules(host),
    ...crossingModules(host, host.pcs.derived.laneClockMHz.value),
    ...kindModules(host),
    ["pcs", "pcs/pcs", pcsView(host)],
  ];
}

function kindModules({ pcs, ...host }: AnyHost): readonly ModuleFile[] {
  if (pcs.kind === "base-r") return baseRModules({ ...host, pcs });
  const withFec: PcsHost = { ...host, pcs };
  return [
    ...(pcs.kind === "clause91" ? fec91Modules(withFec) : clause119Modules(withFec)),
    ...monitorModules(withFec),
    ...statusModules(withFec),
    ["pcs_settings", "pcs/pcs_settings", settingsView(withFec)],
  ];
}

function clause119Modules(host: PcsHost): readonly ModuleFile[] {
  return [...txModules(host), ...alignModules(host), ...rxModules(host), ...decodeModules(host)];
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

function pcsView({ pcs, ...host }: AnyHost): View {
  const { datapathBits } = host;
  const { pcsLanes } = pcs.format;
  const d = pcs.derived;
  const addressBits = indexBits(d.crossingWords.value);
  const fec = pcs.kind !== "base-r";
  const bip = !fec && pcsLanes > 1;
  const laneOf = fec && pcsLanes > 1;
  const parts = fec ? fecParts({ ...host, pcs }) : plainParts({ ...host, pcs });
  const words = (name: string, value: number, formula: string): View =>
    localparam(`${range(addressBits + 1)} ${name}`, dec(value, addressBits + 1), `words: ${formula}`);
  return {
    header: header(host, "Physical coding sublayer: between the MII and the lanes."),
    module: moduleName(host, "pcs"),
    device: host.name,
    fec,
    bip,
    laneOf,
    groups: pcs.kind === "clause119",
    unused: pcs.kind === "clause119" ? "am_sf[1:0]" : `am_sf, degraded${laneOf ? "" : ", lane_of"}`,
    r: {
      data: range(datapathBits),
      flags: range(datapathBits / 8),
      line: range(d.lineBits.value),
      lanes: range(pcsLanes),
      amounts: range(amountBits * pcsLanes),
      level: range(addressBits + 1),
      ...parts.r,
    },
    params: [
      ...(laneOf || bip ? [localparam("L", pcsLanes, "PCS lanes")] : []),
      ...parts.params,
      localparam("AW", addressBits, "bits: log2(crossingWords)"),
      fec
        ? words("FILL", d.crossingWords.value / 2, "crossingWords / 2")
        : words("FILL", (3 * d.crossingWords.value) / 4, "3 * crossingWords / 4: one crosses in most clocks"),
      words("START", d.crossingWords.value / 4, "crossingWords / 4"),
      localparam("RECORD", parts.record, "bits of a record of the monitor"),
    ],
  };
}

/** What `pcsView` has of one kind: ranges, the words that cross between the clocks, bits of a record. */
interface Parts {
  readonly r: Readonly<Record<string, string>>;
  readonly params: readonly View[];
  readonly record: number;
}

function fecParts(host: PcsHost): Parts {
  const { pcs } = host;
  const { groupsPerWord, lineBits } = pcs.derived;
  const record = recordBits(host);
  const blocks = groupBlocks * groupsPerWord.value;
  return {
    r: {
      laneOf: range(4 * pcs.format.pcsLanes),
      symbols: range(lineBits.value / 10),
      record: range(record),
    },
    params:
      pcs.kind === "clause119"
        ? [
            derivedParam("G", pcs, "groupsPerWord"),
            localparam(
              "WORD",
              groupBits * groupsPerWord.value,
              "bits of a word of groups: 257 * groupsPerWord",
            ),
          ]
        : [
            localparam("G", blocks, "blocks of a word: 4 * groupsPerWord"),
            localparam("WORD", blockBits * blocks, "bits of a word of blocks: 66 * G"),
          ],
    record,
  };
}

function plainParts(host: BaseRHost): Parts {
  const { wordBlocks, badBits, pcsLanes } = sizesOf(host);
  const record = plainRecordBits(host);
  return {
    r: { bad: range(badBits), bips: range(4 * pcsLanes), record: range(record) },
    params: [
      derivedParam("G", host.pcs, "blocksPerWord"),
      localparam("WORD", blockBits * wordBlocks, "bits of a word of blocks: 66 * G"),
    ],
    record,
  };
}

import type { SwitchDesign } from "../../design/switch.ts";
import { dec, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { type SwitchSizes, switchSizes } from "./sizes.ts";

/** Inputs and outputs of a tile. */
const tileSize = 8;

interface CrossbarSizes extends SwitchSizes {
  readonly stages: number;
  /** One tile takes all inputs. */
  readonly single: boolean;
  /** Its outputs are registered once more. */
  readonly again: boolean;
  /** Bits that go along with a beat unchanged: input port, lane of the output. */
  readonly sideBits: number;
  /** Bits beside the data of a beat, and the power of two that those of two beats are apart. */
  readonly marksBits: number;
  readonly marksStride: number;
  /** Bits of the number of an input within a whole tile. */
  readonly selectBits: number;
  /** Tiles in a row and in a column; inputs and outputs of the last ones. */
  readonly groups: number;
  readonly last: number;
}

function crossbarSizes(design: SwitchDesign): CrossbarSizes {
  const s = switchSizes(design);
  const stages = design.derived.crossbarStages.value;
  const single = stages === 1 || s.P <= tileSize;
  const sideBits = s.portBits + s.laneBits;
  const marksBits = 2 + sideBits + s.indexBits;
  const groups = Math.ceil(s.P / tileSize);
  return {
    ...s,
    stages,
    single,
    again: single && stages > 1,
    sideBits,
    marksBits,
    marksStride: 2 ** Math.ceil(Math.log2(marksBits)),
    selectBits: single ? s.portBits : indexBits(tileSize),
    groups,
    last: s.P - tileSize * (groups - 1),
  };
}

/** `crossbar`: from the inputs to the outputs of a switch, as the scheduler has matched them. */
function crossbarView(design: SwitchDesign): View {
  const s = crossbarSizes(design);
  const lonely = !s.single && s.last === 1;
  return {
    header: header(design, "Crossbar: from each input to the output that it is matched with."),
    module: moduleName(design, "crossbar"),
    module_tile: moduleName(design, "crossbar_tile"),
    single: s.single,
    again: s.again,
    registered: s.stages === 3,
    lonely,
    from: lonely ? "all" : "in",
    lastInputs: lonely ? "2" : "LAST",
    tile: String(tileSize),
    delay: s.stages === 1 ? "1 cycle" : `${s.stages} cycles`,
    r: {
      ports: range(s.P),
      selects: range(s.P * s.portBits),
      sides: range(s.P * s.sideBits),
      words: range(s.P * s.indexBits),
      data: range(s.P * s.W),
    },
    ...marksView(s),
    params: [
      localparam("P", s.P, "internal ports"),
      localparam("PB", s.portBits, "bits of a port number"),
      ...(s.single && !s.again ? [] : [localparam("W", s.W, "bits of a beat")]),
      localparam("SB", s.sideBits, "bits that go along: input port, lane of the output"),
      localparam("IW", s.indexBits, "bits of a count of words less one"),
      localparam("MW", s.marksBits, "bits beside the data of a beat"),
      ...(s.single ? [] : tileParams(s)),
    ],
  };
}

function tileParams(s: CrossbarSizes): readonly View[] {
  const low = indexBits(tileSize);
  return [
    localparam("MS", s.marksStride, "bits between the marks of two outputs"),
    localparam("TILE", tileSize, "inputs and outputs of a tile"),
    localparam("TB", low, "bits of an input's number within a tile"),
    localparam("GROUPS", s.groups, "tiles in a row and in a column"),
    localparam("GB", s.portBits - low, "bits of a tile's number"),
    localparam("LAST", s.last, "inputs and outputs of the last tiles"),
  ];
}

/** `crossbar_tile`: a multiplexer and a register for each output. */
function crossbarTileView(design: SwitchDesign): View {
  const s = crossbarSizes(design);
  const registered = s.stages === 3;
  return {
    header: header(design, "Part of the crossbar: some inputs to some outputs."),
    module: moduleName(design, "crossbar_tile"),
    registered,
    inputs: String(s.single ? s.P : tileSize),
    marksBits: String(s.marksBits),
    dataBits: String(s.W),
    selectBits: String(s.selectBits),
    valid: registered ? "valid_reg" : "in_valid",
    marks: registered ? "marks_reg" : "in_marks",
    data: registered ? "data_reg" : "in_data",
    ...marksView(s),
    params: [
      localparam("W", s.W, "bits of a beat"),
      localparam("MW", s.marksBits, "bits beside its data"),
      localparam("MS", s.marksStride, "bits between the marks of two inputs"),
    ],
  };
}

/** Text that brings marks to their distance, and makes indices of bits of those of fields. */
function marksView({ W, marksBits, marksStride }: CrossbarSizes): Readonly<Record<string, string>> {
  const spare = marksStride - marksBits;
  return {
    padding: spare > 0 ? `${spare}'d0, ` : "",
    marksZeros: dec(0, Math.log2(marksStride)),
    dataZeros: dec(0, Math.log2(W)),
  };
}

/** The modules of the crossbar, each after those that it instantiates. */
export function crossbarModules(design: SwitchDesign): readonly ModuleFile[] {
  return [
    ["crossbar_tile", "switch/crossbar_tile", crossbarTileView(design)],
    ["crossbar", "switch/crossbar", crossbarView(design)],
  ];
}

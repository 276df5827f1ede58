import type { Cell } from "./netlist.ts";
import type { Area } from "./types.ts";

/** A way through a cell within one cycle: what it costs in LUT levels, in bits of a carry chain, in wide multiplexers. */
export interface Arc {
  readonly from: number;
  readonly to: number;
  readonly levels: number;
  readonly carryBits: number;
  readonly wideMuxes: number;
}

export const noArea: Area = {
  luts: 0,
  flipFlops: 0,
  lutMemory: 0,
  ramBits: 0,
  blockRams: 0,
  dsps: 0,
  carries: 0,
};

export const areaKeys = Object.keys(noArea) as readonly (keyof Area)[];

/** `a` and `times` of `b`. */
export function addArea(a: Area, b: Area, times = 1): Area {
  return Object.fromEntries(areaKeys.map((key) => [key, a[key] + times * b[key]])) as unknown as Area;
}

/** LUTs that a cell of LUT memory takes (UG474, UG574; ECP5: a slice and the one that writes it). */
const memoryLuts: Readonly<Record<string, number>> = {
  RAM32X1S: 1,
  RAM64X1S: 1,
  RAM32X1D: 2,
  RAM64X1D: 2,
  RAM128X1D: 4,
  RAM32M: 4,
  RAM64M: 4,
  RAM32M16: 8,
  RAM64M8: 8,
  SRL16E: 1,
  SRLC16E: 1,
  SRLC32E: 1,
  TRELLIS_DPR16X4: 4,
};

/** Blocks of RAM in the target's unit: 36 Kbit (Xilinx), 18 Kbit (ECP5), 4 Kbit (iCE40). */
const ramBlocks: readonly (readonly [RegExp, number])[] = [
  [/^RAMB36/, 1],
  [/^RAMB18/, 0.5],
  [/^URAM288/, 8],
  [/^(DP16KD|PDPW16KD)$/, 1],
  [/^SB_RAM40_4K/, 1],
];

const lut = /^(LUT[1-6]|INV|SB_LUT4|\$lut)$/;
const flipFlop = /^(FD[RSCP]E(_1)?|LD[CP]E|TRELLIS_FF|SB_DFF\w*|\$_S?DFF\w*|\$_ALDFF\w*|\$_DLATCH\w*)$/;
const dsp = /^(DSP48E[12]|MULT18X18D|ALU54B|SB_MAC16)$/;
const wideMux = /^(MUXF[789]|PFUMX|L6MUX21)$/;
const carry = /^(CARRY[48]|SB_CARRY|CCU2C)$/;

export const isLutMemory = (type: string): boolean => type in memoryLuts;
export const isBlockRam = (type: string): boolean => ramBlocks.some(([pattern]) => pattern.test(type));
export const isMemory = (type: string): boolean => type.startsWith("$mem");

/** What a cell counts as; instances of other modules count as nothing. */
export function areaOf({ type }: Cell): Partial<Area> {
  if (lut.test(type)) return { luts: 1 };
  if (flipFlop.test(type)) return { flipFlops: 1 };
  if (type === "CCU2C") return { luts: 2, carries: 1 };
  if (carry.test(type)) return { carries: 1 };
  if (isLutMemory(type)) return { lutMemory: memoryLuts[type] ?? 0 };
  if (dsp.test(type)) return { dsps: 1 };
  const blocks = ramBlocks.find(([pattern]) => pattern.test(type));
  return blocks === undefined ? {} : { blockRams: blocks[1] };
}

/**
 * The ways through a cell. Flip-flops, block RAM, DSPs and unknown cells have none: paths end and begin there.
 * A LUT is one level, an inverter that Yosys left alone, too; a carry chain is one where it is entered, and what it
 * then runs along is counted apart; wide multiplexers sit behind their LUTs without wires between and are counted apart.
 */
export function arcsOf(cell: Cell): readonly Arc[] {
  const { type, pins } = cell;
  if (lut.test(type)) return between(inputs(pins, /^(O|Y|Z)$/), pins.O ?? pins.Y ?? pins.Z ?? [], 1);
  if (wideMux.test(type)) return between(inputs(pins, /^(O|Z)$/), pins.O ?? pins.Z ?? [], 0, 1);
  if (carry.test(type)) return carryArcs(cell);
  if (isLutMemory(type)) return lutMemoryArcs(cell);
  if (isMemory(type) && !isClocked(cell)) return between(pins.RD_ADDR ?? [], pins.RD_DATA ?? [], 1);
  return [];
}

/** True for a memory of Yosys' own whose read ports are all registered. */
export const isClocked = ({ parameters }: Cell): boolean => !(parameters?.RD_CLK_ENABLE ?? "1").includes("0");

function inputs(pins: Cell["pins"], output: RegExp): readonly number[] {
  return Object.entries(pins).flatMap(([pin, nets]) => (output.test(pin) ? [] : nets));
}

function between(from: readonly number[], to: readonly number[], levels: number, wideMuxes = 0): Arc[] {
  return to.flatMap((out) => from.map((into) => ({ from: into, to: out, levels, carryBits: 0, wideMuxes })));
}

function carryArcs({ type, pins }: Cell): readonly Arc[] {
  const arc = (from: number, to: number, levels: number, carryBits: number): Arc => ({
    ...{ from, to, levels, carryBits },
    wideMuxes: 0,
  });
  const pin = (name: string): readonly number[] => pins[name] ?? [];
  if (type === "SB_CARRY") {
    const [out = -1] = pin("CO");
    return [
      ...[...pin("I0"), ...pin("I1")].map((from) => arc(from, out, 1, 0)),
      ...pin("CI").map((from) => arc(from, out, 0, 1)),
    ];
  }
  if (type === "CCU2C") {
    const halves = [0, 1].map((half) => ["A", "B", "C", "D"].flatMap((letter) => pin(letter + half)));
    const [first = [], second = []] = halves;
    const ends = (...names: string[]): readonly number[] => names.flatMap(pin);
    return [
      ...first.flatMap((from) => ends("S0", "S1", "COUT").map((to) => arc(from, to, 2, 0))),
      ...second.flatMap((from) => ends("S1", "COUT").map((to) => arc(from, to, 2, 0))),
      ...pin("CIN").flatMap((from) => ends("S0", "S1", "COUT").map((to) => arc(from, to, 0, 2))),
    ];
  }
  const [sum, out] = [pin("O"), pin("CO")];
  const side = [pin("S"), pin("DI")].flatMap((bits) =>
    bits.flatMap((from, at) =>
      [sum, out].flatMap((tos) => tos.slice(at).map((to, beyond) => arc(from, to, 1, beyond))),
    ),
  );
  const along = (from: number, levels: number): Arc[] =>
    [sum, out].flatMap((tos) => tos.map((to, bits) => arc(from, to, levels, bits + 1)));
  return [
    ...side,
    ...pin("CI").flatMap((from) => along(from, 0)),
    ...pin("CYINIT").flatMap((from) => along(from, 1)),
  ];
}

/** Address to data of memories that are read without a clock; shift registers by their length. */
function lutMemoryArcs({ type, pins }: Cell): readonly Arc[] {
  const named = (pattern: RegExp): readonly number[] =>
    Object.entries(pins).flatMap(([pin, nets]) => (pattern.test(pin) ? nets : []));
  if (type.startsWith("SRL")) return between(named(/^A\d?$/), named(/^Q$/), 1);
  if (type === "TRELLIS_DPR16X4") return between(named(/^RAD$/), named(/^DO$/), 1);
  if (/M\d*$/.test(type)) {
    return [..."ABCDEFGH"].flatMap((port) => between(pins[`ADDR${port}`] ?? [], pins[`DO${port}`] ?? [], 1));
  }
  return [
    ...between(named(/^A\d?$/), named(/^(SPO|O)$/), 1),
    ...between(named(/^DPRA\d?$/), named(/^DPO$/), 1),
  ];
}

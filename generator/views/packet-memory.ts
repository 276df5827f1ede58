import type { MemoryProtection } from "../design/link.ts";
import {
  checkBitsFor,
  firmCopies,
  type SecdedCode,
  secdedCode,
  sliceBits,
  slicesOf,
} from "../math/secded.ts";
import { bin, dec, hex, range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, localparam, moduleName } from "./common.ts";
import type { ModuleFile } from "./files.ts";

/** What a memory of packets needs to know of its device. */
export interface ProtectedDesign {
  readonly name: string;
  readonly memoryProtection: MemoryProtection;
}

/** One memory of packets. */
export interface PacketMemory {
  /** Bits of a row. */
  readonly rowBits: number;
  /** Rows. */
  readonly depth: number;
  readonly purpose: string;
  /** Top bits of a row that come out right even with two wrong bits: what frames packets. Default 0. */
  readonly firmBits?: number;
}

/** `common/packet_memory`: block RAM with one write and one read port, under the name `suffix`. */
export function packetMemoryView(design: ProtectedDesign, suffix: string, memory: PacketMemory): View {
  const { rowBits, depth, purpose, firmBits = 0 } = memory;
  const common = {
    header: header(design, purpose),
    module: moduleName(design, suffix),
    row: range(rowBits),
    depth: String(depth),
  };
  return design.memoryProtection === "none"
    ? { ...common, secded: false, params: [localparam("MW", rowBits, "bits of a row")] }
    : { ...common, ...protectedView(design, rowBits - firmBits, firmBits) };
}

/** A row in memory, from the top: its firm bits five times, the check bits of its slices, its other bits. */
function protectedView(design: ProtectedDesign, slicedBits: number, firmBits: number): View {
  if (slicedBits < 2) throw new RangeError(`${slicedBits} bits besides the firm ones; two are needed`);
  const slices = slicesOf(slicedBits);
  const whole = Math.floor(slicedBits / sliceBits);
  const restBits = slicedBits % sliceBits;
  const perSlice = checkBitsFor(sliceBits);
  const checkBits = slices.reduce((sum, bits) => sum + checkBitsFor(bits), 0);
  const restAt = sliceBits * whole;
  return {
    secded: true,
    firm: firmBits > 0,
    whole: whole > 0,
    rest: restBits > 0,
    codes: vector(slices.length),
    sliceBits: String(sliceBits),
    checkBits: String(perSlice),
    module_encode: moduleName(design, `secded_encode_${sliceBits}`),
    module_decode: moduleName(design, `secded_decode_${sliceBits}`),
    module_encode_rest: moduleName(design, `secded_encode_${restBits}`),
    module_decode_rest: moduleName(design, `secded_decode_${restBits}`),
    restSlice: String(whole),
    restData: bits(restAt, restBits),
    restCheck: bits(perSlice * whole, checkBits - perSlice * whole),
    restStored: bits(slicedBits + perSlice * whole, checkBits - perSlice * whole),
    firmData: bits(slicedBits, firmBits),
    correctedSet: firmBits > 0 ? "corrected, differ" : "corrected",
    params: [
      ...(whole > 0 ? [localparam("SLICES", whole, `slices of ${sliceBits} bits`)] : []),
      localparam("SW", slicedBits, "bits of a row in slices"),
      localparam("CW", checkBits, "bits: check bits of the slices"),
      ...(firmBits > 0
        ? [
            localparam("FB", firmBits, "bits of a row kept five times"),
            localparam("[31:0] MAJORITY", majority, "votes of five that are a 1"),
          ]
        : []),
      localparam("MW", slicedBits + checkBits + firmCopies * firmBits, "bits of a row in memory"),
    ],
  };
}

/** Bit `n` is set where most bits of `n` are. */
const majority = hex(
  Array.from({ length: 32 }, (_, votes) => BigInt(votes)).reduce(
    (set, votes) => (ones(votes) > 2 ? set | (1n << votes) : set),
    0n,
  ),
  32,
);

function ones(value: bigint): number {
  return value.toString(2).replaceAll("0", "").length;
}

/** `[5:2]`, `[2]` for one bit. */
function bits(at: number, count: number): string {
  return count === 1 ? `[${at}]` : `[${at + count - 1}:${at}]`;
}

/**
 * The modules of a device's memories: a `packet_memory` for each, and the codes that they share. In the order in which
 * `memories` has them.
 */
export function packetMemoryModules(
  design: ProtectedDesign,
  memories: Readonly<Record<string, PacketMemory>>,
): readonly ModuleFile[] {
  const list = Object.entries(memories);
  const used = list.flatMap(([, { rowBits, firmBits = 0 }]) => slicesOf(rowBits - firmBits));
  const codes = design.memoryProtection === "none" ? [] : [...new Set(used)].sort((a, b) => a - b);
  return [
    ...codes.flatMap((dataBits): readonly ModuleFile[] => {
      const code = secdedCode(dataBits);
      return [
        [`secded_encode_${dataBits}`, "common/secded_encode", secdedEncodeView(design, code)],
        [`secded_decode_${dataBits}`, "common/secded_decode", secdedDecodeView(design, code)],
      ];
    }),
    ...list.map(
      ([suffix, memory]): ModuleFile => [
        suffix,
        "common/packet_memory",
        packetMemoryView(design, suffix, memory),
      ],
    ),
  ];
}

function codeView(design: ProtectedDesign, side: "encode" | "decode", code: SecdedCode): View {
  return {
    module: moduleName(design, `secded_${side}_${code.dataBits}`),
    data: vector(code.dataBits),
    check: range(code.checkBits),
    parities: code.masks.map((mask, bit) => ({ bit: String(bit), mask: hex(mask, code.dataBits) })),
  };
}

function secdedEncodeView(design: ProtectedDesign, code: SecdedCode): View {
  const counts = code.masks.map(ones);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return {
    ...codeView(design, "encode", code),
    header: header(design, `Check bits of ${code.dataBits} bits: ${code.checkBits}.`),
    ones: least === most ? String(least) : `${least} to ${most}`,
  };
}

function secdedDecodeView(design: ProtectedDesign, code: SecdedCode): View {
  const { dataBits, checkBits, columns, known } = code;
  return {
    ...codeView(design, "decode", code),
    header: header(
      design,
      `Corrects one wrong bit of ${dataBits} bits and ${checkBits} check bits, finds two.`,
    ),
    columns: columns.map((column, at) => ({
      syndrome: bin(column, checkBits),
      bit: hex(1n << BigInt(at), dataBits),
    })),
    none: dec(0, dataBits),
    module_encode: moduleName(design, `secded_encode_${dataBits}`),
    codeBits: String(dataBits + checkBits),
    params: [
      localparam(
        `[${2 ** checkBits - 1}:0] KNOWN`,
        wideHex(known, 2 ** checkBits),
        "syndromes of none or one wrong bit",
      ),
    ],
  };
}

/** A literal of at most 128 bits a line. */
function wideHex(value: bigint, width: number): string {
  if (width <= 128) return hex(value, width);
  const half = BigInt(width / 2);
  const parts = [value >> half, value & ((1n << half) - 1n)].map((part) => hex(part, width / 2));
  return `{\n        ${parts.join(",\n        ")}\n    }`;
}

/** A range that a single bit has too: it is indexed. */
function vector(count: number): string {
  return `[${count - 1}:0]`;
}

/** Wrong bits in a protected memory, for the benches: where they stand and what has to come of them. */
import { checkBitsFor, firmCopies, slicesOf } from "../../generator/math/secded.ts";
import type { PacketMemory } from "../../generator/views/packet-memory.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

/** What a read must tell of a row. */
export interface Outcome {
  /** An error was put right. */
  readonly corrected: boolean;
  readonly uncorrectable: boolean;
}

/** A row as it is kept: from the bottom, the bits of its slices, their check bits, its firm bits five times. */
export class RowLayout {
  /** Part of each bit kept: the number of its slice, or a firm bit's number behind the slices. */
  readonly parts: readonly number[];
  readonly slices: number;

  constructor({ rowBits, firmBits = 0 }: PacketMemory) {
    const slices = slicesOf(rowBits - firmBits);
    this.slices = slices.length;
    const firm = Array.from({ length: firmBits }, (_, at) => slices.length + at);
    this.parts = [
      ...slices.flatMap((bits, slice) => new Array<number>(bits).fill(slice)),
      ...slices.flatMap((bits, slice) => new Array<number>(checkBitsFor(bits)).fill(slice)),
      ...Array.from({ length: firmCopies }, () => firm).flat(),
    ];
  }

  /** What comes of up to two wrong bits; those beyond the row are none. */
  outcome(all: readonly number[]): Outcome {
    const wrong = all.filter((bit) => bit < this.parts.length);
    const parts = wrong.map((bit) => this.parts[bit]!);
    const twice = parts.length === 2 && parts[0] === parts[1] && wrong[0] !== wrong[1];
    const none = parts.length === 0 || (parts.length === 2 && wrong[0] === wrong[1]);
    const uncorrectable = twice && parts[0]! < this.slices;
    return { corrected: !none && !uncorrectable, uncorrectable };
  }

  /** Two bits side by side in one slice: what {@link plantPair} takes. */
  drawPair(rng: Rng): number {
    const pairs = this.parts.flatMap((part, bit) =>
      part === this.parts[bit + 1] && part < this.slices ? [bit] : [],
    );
    return rng.pick(pairs);
  }

  /** Up to two wrong bits, often in one slice. */
  draw(rng: Rng): readonly number[] {
    const count = this.parts.length;
    const first = rng.below(count);
    const same = this.parts.flatMap((part, bit) =>
      part === this.parts[first] && bit !== first ? [bit] : [],
    );
    return rng.pick([[], [first], [first, rng.below(count)], [first, rng.pick(same)]]);
  }
}

/** Bytes of a row's data that {@link plantFault} writes. */
export const faultBytes = 6;
const magic = 0x5a;

/** Makes a row that is written with these bytes have wrong bits, in a memory that {@link withPlantedFaults} has prepared. */
export function plantFault(bytes: Uint8Array, wrong: readonly number[]): void {
  const places = [wrong[0] ?? 0, wrong[1] ?? 0];
  bytes.set([magic, wrong.length, ...places.flatMap((bit) => [bit & 0xff, bit >> 8])]);
}

/** The same with bits `at` and `at` + 1 wrong, in four bytes. */
export function plantPair(bytes: Uint8Array, at: number): void {
  bytes.set([magic, 3, at & 0xff, at >> 8]);
}

/** The wrong bits that a row has that is written with these bytes. */
export function plantedFault(bytes: Uint8Array): readonly number[] {
  const first = bytes[2]! + 256 * bytes[3]!;
  if (bytes[0] !== magic || bytes[1]! > 3) return [];
  if (bytes[1] === 3) return [first, first + 1];
  return [first, bytes[4]! + 256 * bytes[5]!].slice(0, bytes[1]);
}

/** The module with what {@link plantFault} asks for; other modules as they are. */
export function withPlantedFaults(name: string, text: string): string {
  if (!name.endsWith("_memory")) return text;
  const wires = `
    wire [MW-1:0] fault_one = { {MW-1{1'b0}}, 1'b1};
    wire [MW-1:0] fault_a   = wr_data[15:8] != 8'd0 ? fault_one << wr_data[31:16] : {MW{1'b0}};
    wire [MW-1:0] fault_b   = wr_data[15:8] == 8'd2 ? fault_one << wr_data[47:32]
                            : wr_data[15:8] == 8'd3 ? fault_a << 1 : {MW{1'b0}};
    wire [MW-1:0] fault     = wr_data[7:0] == 8'd${magic} && wr_data[15:8] <= 8'd3 ? fault_a ^ fault_b : {MW{1'b0}};
`;
  return spoil(text, "fault").replace("    // ---- write", (title) => `${wires}\n${title}`);
}

/** The module with an input more, `flip`: bits of the row written in this cycle that are wrong. */
export function withFlips(text: string, storedBits: number): string {
  return spoil(text, "flip").replace(
    /( *)input +wire +rd_en,/u,
    (line, indent: string) => `${indent}input wire [${storedBits - 1}:0] flip,\n${line}`,
  );
}

function spoil(text: string, wrong: string): string {
  const written = /(mem\[wr_addr\] <= \{.*\});/u;
  if (!written.test(text)) throw new Error("the memory has no protected write");
  return text.replace(written, (_all, row: string) => `${row} ^ ${wrong};`);
}

/**
 * Model of a PCS without FEC: 64B/66B blocks, scrambled, on one lane (IEEE Std 802.3 clause 49) or dealt to 4 or 20 lanes with
 * alignment markers (clause 82). A lane is a string of bits, one in a byte, first bit first.
 */
import { bytesOf, readBits, writeBits } from "./bits.ts";
import { blockBytes, decodeBlock, encodeBlock, header } from "./blocks.ts";
import { Descrambler, Scrambler } from "./scrambler.ts";

export const bitsOfBlock = 66;

/** The first three octets of each lane's marker, first octet on the wire in front: tables 82-3 and 82-2. */
const firstOctets: Readonly<Record<number, string>> = {
  1: "",
  4: "90 76 47  F0 C4 E6  C5 65 9B  A2 79 3D",
  20: `C1 68 21  9D 71 8E  59 4B E8  4D 95 7B  F5 07 09  DD 14 C2  9A 4A 26  7B 45 66  A0 24 76  68 C9 FB
    FD 6C 99  B9 91 55  5C B9 B2  1A F8 BD  83 C7 CA  35 36 CD  C4 31 4C  AD D6 B7  5F 66 2A  C0 F0 E5`,
};

/** The eight octets of each lane's marker; the two of the parity, the last of each half, are 0. */
export function markersOf(lanes: number): Uint8Array[] {
  const octets =
    (firstOctets[lanes] ?? "").match(/[0-9A-F]{2}/gu)?.map((text) => Number.parseInt(text, 16)) ?? [];
  return Array.from({ length: octets.length / 3 }, (_, lane) => {
    const three = octets.slice(3 * lane, 3 * lane + 3);
    return Uint8Array.from([...three, 0, ...three.map((octet) => octet ^ 0xff), 0]);
  });
}

/** Parity of a block (table 82-4): bit i of its octets in bit i, the two bits of the sync header in bits 3 and 4. */
export function parityOf(block: Uint8Array): number {
  const head = block[0]!;
  return block.subarray(1).reduce((sum, octet) => sum ^ octet, ((head & 1) << 3) | ((head >> 1) << 4));
}

/** Bits of a lane, growing. */
export class LaneBits {
  length = 0;
  #bits = new Uint8Array(1 << 12);

  get bits(): Uint8Array {
    return this.#bits.subarray(0, this.length);
  }

  /** A block of 9 bytes as `blocks.ts` has it. */
  push(block: Uint8Array): void {
    if (this.length + bitsOfBlock > this.#bits.length) {
      const larger = new Uint8Array(2 * this.#bits.length);
      larger.set(this.#bits);
      this.#bits = larger;
    }
    for (let at = 0; at < 2; at++) this.#bits[this.length++] = (block[0]! >> at) & 1;
    for (let at = 0; at < 64; at++) this.#bits[this.length++] = (block[1 + (at >> 3)]! >> (at & 7)) & 1;
  }
}

/** The block that begins at bit `at` of a lane. */
export function blockAt(lane: Uint8Array, at: number): Uint8Array {
  const block = new Uint8Array(blockBytes);
  for (let bit = 0; bit < 2; bit++) block[0]! |= lane[at + bit]! << bit;
  for (let bit = 0; bit < 64; bit++) block[1 + (bit >> 3)]! |= lane[at + 2 + bit]! << (bit & 7);
  return block;
}

export interface BaseRShape {
  /** PCS lanes: 1, 4 or 20. */
  readonly lanes: number;
  /** Blocks of a lane from one marker to the next, the marker counted. */
  readonly period: number;
}

/** Columns to lanes. */
export class BaseRTransmitter {
  readonly lanes: readonly LaneBits[];
  readonly #period: number;
  readonly #scrambler: Scrambler;
  readonly #markers: readonly Uint8Array[];
  readonly #parity: Uint8Array;
  #lane = 0;
  #row = 0;

  /** @param state of the scrambler, as `Scrambler` takes it */
  constructor({ lanes, period }: BaseRShape, state = 0n) {
    this.lanes = Array.from({ length: lanes }, () => new LaneBits());
    this.#period = period;
    this.#scrambler = new Scrambler(state);
    this.#markers = markersOf(lanes);
    this.#parity = new Uint8Array(lanes);
  }

  /** A column: 8 octets and their flags. */
  send(data: Uint8Array, flags: number): void {
    if (this.#lane === 0 && this.#row === 0 && this.lanes.length > 1) this.#mark();
    const block = new Uint8Array(blockBytes + 3);
    encodeBlock(data, Uint8Array.of(flags), 0, block, 0);
    this.#scrambler.run(block, 8, 64);
    this.#push(this.#lane, block.subarray(0, blockBytes));
    this.#lane = (this.#lane + 1) % this.lanes.length;
    if (this.#lane === 0) this.#row = (this.#row + 1) % this.#period;
  }

  #mark(): void {
    for (const [lane, marker] of this.#markers.entries()) {
      const block = Uint8Array.from([header.control, ...marker]);
      block[4] = this.#parity[lane]!;
      block[8] = this.#parity[lane]! ^ 0xff;
      this.#parity[lane] = 0;
      this.#push(lane, block);
    }
    this.#row = 1;
  }

  #push(lane: number, block: Uint8Array): void {
    this.#parity[lane]! ^= parityOf(block);
    this.lanes[lane]!.push(block);
  }
}

/** What {@link readLanes} finds. */
export interface LanesRead {
  /** 9 bytes a column: the flags, then the octets. */
  readonly columns: readonly Uint8Array[];
  /** Number of each lane, as they stand. */
  readonly numbers: readonly number[];
  /** Markers whose parity is wrong; the first one of a lane is not judged. */
  readonly parityErrors: number;
  readonly markers: number;
}

/**
 * Reads whole recordings of lanes without errors: finds blocks and markers, deskews, puts in order, descrambles, decodes. Throws
 * where something is not as it must be. The first column comes out wrong: the descrambler knows nothing yet.
 */
export function readLanes(lanes: readonly Uint8Array[], { period }: Pick<BaseRShape, "period">): LanesRead {
  const blocks = lanes.map(blocksOf);
  const descrambler = new Descrambler(0n);
  const decode = (scrambled: Uint8Array): Uint8Array => {
    const block = new Uint8Array(blockBytes + 3);
    block.set(scrambled);
    descrambler.run(block, 8, 64);
    const [data, flags] = [new Uint8Array(8), new Uint8Array(1)];
    decodeBlock(block, 0, data, flags, 0);
    return Uint8Array.from([flags[0]!, ...data]);
  };
  if (lanes.length === 1)
    return { columns: blocks[0]!.map(decode), numbers: [0], parityErrors: 0, markers: 0 };

  const tables = markersOf(lanes.length);
  const numberOf = (block: Uint8Array): number =>
    block[0] === header.control
      ? tables.findIndex((one) => one.every((octet, at) => at % 4 === 3 || octet === block[1 + at]))
      : -1;
  const starts = blocks.map((lane) => lane.findIndex((block) => numberOf(block) >= 0));
  const numbers = blocks.map((lane, at) => numberOf(lane[starts[at]!]!));
  if (new Set(numbers).size !== lanes.length)
    throw new Error(`lanes are not all different: ${numbers.join()}`);
  const order = numbers.map((_, number) => numbers.indexOf(number));
  const rows = Math.min(...blocks.map((lane, at) => lane.length - starts[at]!));
  const parity = new Uint8Array(lanes.length);
  const columns: Uint8Array[] = [];
  let [markers, parityErrors] = [0, 0];
  for (let row = 0; row < rows; row++) {
    for (const [number, lane] of order.entries()) {
      const block = blocks[lane]![starts[lane]! + row]!;
      if (row % period !== 0) {
        columns.push(decode(block));
        parity[lane]! ^= parityOf(block);
        continue;
      }
      if (numberOf(block) !== number) throw new Error(`row ${row}: no marker on lane ${lane}`);
      if ((block[4]! ^ block[8]!) !== 0xff)
        throw new Error(`row ${row}: parity and complement on lane ${lane}`);
      if (row > 0 && block[4] !== parity[lane]) parityErrors += 1;
      parity[lane] = parityOf(block);
      markers += 1;
    }
  }
  return { columns, numbers, parityErrors, markers };
}

/** The blocks of a lane, from the first place from which on all sync headers are good. */
function blocksOf(lane: Uint8Array): Uint8Array[] {
  const count = Math.floor(lane.length / bitsOfBlock) - 1;
  for (let start = 0; start < bitsOfBlock; start++) {
    const good = (at: number): boolean =>
      lane[start + at * bitsOfBlock] !== lane[start + at * bitsOfBlock + 1];
    let at = 0;
    while (at < count && good(at)) at++;
    if (at === count)
      return Array.from({ length: count }, (_, block) => blockAt(lane, start + block * bitsOfBlock));
  }
  throw new Error("no place where all sync headers are good");
}

/** Takes the bits of PCS lanes out of words of physical lanes: lane l carries `mux` of them bit by bit in turn. */
export function splitWord(
  word: Uint8Array,
  {
    mux,
    laneBits,
    bits,
    lanes,
  }: { readonly mux: number; readonly laneBits: number; readonly bits: number; readonly lanes: number },
  take: (lane: number, bit: number) => void,
): void {
  for (let lane = 0; lane < lanes; lane++) {
    const base = Math.floor(lane / mux) * laneBits + (lane % mux);
    for (let at = 0; at < bits; at++) take(lane, readBits(word, base + at * mux, 1));
  }
}

/** Puts a bit onto a word of all physical lanes. */
export function putBit(word: Uint8Array, at: number, bit: number): void {
  writeBits(word, at, 1, bit);
}

export { bytesOf };

/**
 * Model of a PCS with the RS-FEC of clauses 91 and 108 of IEEE Std 802.3: 64B/66B blocks, scrambled, then transcoded; one
 * stream of codewords, whose symbols are dealt to the FEC lanes in turn. A lane is a string of bits, one in a byte, first bit
 * first.
 *
 * What is not from a public source: the pads, the octets in the places of the parity at 25G.
 */
import { markersOf, parityOf } from "./base-r.ts";
import { bytesOf, copyBits, readBits, writeBits } from "./bits.ts";
import { blockBytes, decodeBlock, encodeBlock, header } from "./blocks.ts";
import { type ReedSolomon, rs528, rs544 } from "./reed-solomon.ts";
import { Descrambler, Scrambler } from "./scrambler.ts";
import {
  blocksPerGroup,
  groupBits,
  payloadOf,
  transcodeScrambled,
  untranscodeScrambled,
} from "./transcode.ts";

export const groupsPerCodeword = 20;
const pcsLanes = 20;

export interface Fec91Shape {
  /** FEC lanes: 1 for 25G, 4 for 100G. */
  readonly lanes: number;
  /** Physical lanes: with as many of them as FEC lanes, the last four markers are alike. */
  readonly physical: number;
  /** Symbols of a codeword: 528 or 544. */
  readonly symbols: number;
  /** Codewords from markers to markers. */
  readonly period: number;
}

/** 257-bit groups of markers at a time. */
export function markerGroupsOf({ lanes }: Pick<Fec91Shape, "lanes">): number {
  return lanes === 1 ? 1 : 5;
}

function codeOf({ symbols }: Fec91Shape): ReedSolomon {
  return symbols === 544 ? rs544 : rs528;
}

/** The 64 bits of each marker in the order of the PCS lanes that they stand for; the parity is 0. */
function markersSent({ lanes, physical }: Fec91Shape): Uint8Array[] {
  const all = markersOf(pcsLanes);
  if (lanes === 1) {
    const four = [all[0]!, ...markersOf(4).slice(1)].map((marker) => marker.slice());
    for (const marker of four) [marker[3], marker[7]] = [0x33, 0xcc];
    return four;
  }
  return all.map((own, lane) => {
    if (lane < 4) return all[0]!.slice();
    return (lane >= 16 && physical === 4 ? all[16]! : own).slice();
  });
}

/**
 * Bits of a group of markers.
 * @param parity BIP3 of each PCS lane
 * @param turn how many groups of markers were sent before
 */
function markerBits(shape: Fec91Shape, parity: Uint8Array, turn: number): Uint8Array {
  const bits = new Uint8Array(bytesOf(markerGroupsOf(shape) * groupBits) + 4);
  const markers = markersSent(shape);
  if (shape.lanes === 1) {
    for (const [at, marker] of markers.entries()) bits.set(marker, 8 * at);
    return bits;
  }
  for (const [lane, marker] of markers.entries()) {
    marker[3] = parity[lane]!;
    marker[7] = parity[lane]! ^ 0xff;
  }
  for (let lane = 0; lane < 4; lane++) {
    const own = new Uint8Array(44);
    for (let each = 0; each < 5; each++) own.set(markers[lane + 4 * each]!, 8 * each);
    for (let k = 0; k < 32; k++) writeBits(bits, 10 * (lane + 4 * k), 10, readBits(own, 10 * k, 10));
  }
  writeBits(bits, 1280, 5, turn % 2 === 0 ? 0b00101 : 0b11010);
  return bits;
}

/** Bits of a lane, growing. */
class Bits {
  length = 0;
  #bits = new Uint8Array(1 << 12);

  get bits(): Uint8Array {
    return this.#bits.subarray(0, this.length);
  }

  pushSymbol(symbol: number): void {
    if (this.length + 10 > this.#bits.length) {
      const larger = new Uint8Array(2 * this.#bits.length);
      larger.set(this.#bits);
      this.#bits = larger;
    }
    for (let at = 0; at < 10; at++) this.#bits[this.length++] = (symbol >> at) & 1;
  }
}

/** Columns to FEC lanes. */
export class Fec91Transmitter {
  readonly lanes: readonly { readonly bits: Uint8Array }[];
  /** Codeword of each column that was sent. */
  readonly codewordOf: number[] = [];
  readonly #shape: Fec91Shape;
  readonly #lanes: readonly Bits[];
  readonly #scrambler: Scrambler;
  readonly #blocks = new Uint8Array(blocksPerGroup * blockBytes + 4);
  readonly #parity = new Uint8Array(pcsLanes);
  #blockCount = 0;
  #lane = 0;
  #message: Uint8Array;
  #groups = 0;
  #codewords = 0;

  /** @param state of the scrambler, as `Scrambler` takes it */
  constructor(shape: Fec91Shape, state = 0n) {
    this.#shape = shape;
    this.#lanes = Array.from({ length: shape.lanes }, () => new Bits());
    this.lanes = this.#lanes;
    this.#scrambler = new Scrambler(state);
    this.#message = this.#emptyMessage();
  }

  /** Codewords that are complete. */
  get codewords(): number {
    return this.#codewords;
  }

  /** A column: 8 octets and their flags. */
  send(data: Uint8Array, flags: number): void {
    if (this.#groups === 0 && this.#codewords % this.#shape.period === 0) this.#mark();
    this.codewordOf.push(this.#codewords);
    const at = this.#blockCount * blockBytes;
    encodeBlock(data, Uint8Array.of(flags), 0, this.#blocks, at);
    const payload = this.#blocks.slice(at + 1, at + blockBytes + 3);
    this.#scrambler.run(payload, 0, 64);
    this.#blocks.set(payload.subarray(0, 8), at + 1);
    this.#parity[this.#lane]! ^= parityOf(this.#blocks.subarray(at, at + blockBytes));
    this.#lane = (this.#lane + 1) % pcsLanes;
    this.#blockCount = (this.#blockCount + 1) % blocksPerGroup;
    if (this.#blockCount > 0) return;
    copyBits(transcodeScrambled(this.#blocks), 0, this.#message, this.#groups * groupBits, groupBits);
    this.#groups++;
    if (this.#groups === groupsPerCodeword) this.#close();
  }

  #mark(): void {
    const turn = this.#codewords / this.#shape.period;
    const groups = markerGroupsOf(this.#shape);
    copyBits(markerBits(this.#shape, this.#parity, turn), 0, this.#message, 0, groups * groupBits);
    for (const [lane, marker] of markersOf(pcsLanes).entries()) {
      const block = Uint8Array.from([header.control, ...marker]);
      block[4] = this.#parity[lane]!;
      block[8] = this.#parity[lane]! ^ 0xff;
      this.#parity[lane] = parityOf(block);
    }
    this.#groups = groups;
  }

  #close(): void {
    const code = codeOf(this.#shape);
    const word = new Uint16Array(code.n);
    for (let at = 0; at < code.k; at++) word[at] = readBits(this.#message, 10 * at, 10);
    code.encode(word);
    for (const [at, symbol] of word.entries()) this.#lanes[at % this.#lanes.length]!.pushSymbol(symbol);
    this.#message = this.#emptyMessage();
    this.#groups = 0;
    this.#codewords++;
  }

  #emptyMessage(): Uint8Array {
    return new Uint8Array(bytesOf(10 * codeOf(this.#shape).k) + 4);
  }
}

/** What {@link readFec91} finds. */
export interface Fec91Read {
  /** 9 bytes a column: the flags, then the octets. The first four are errors: what was in front is not known. */
  readonly columns: readonly Uint8Array[];
  /** Number of each lane, as they stand. */
  readonly numbers: readonly number[];
  readonly codewords: number;
  readonly markers: number;
  /** Symbols corrected, codewords not correctable. */
  readonly corrected: number;
  readonly uncorrectable: number;
}

/**
 * Reads whole recordings of the FEC lanes: finds the markers, which must be without errors, parity and pad too, deskews, puts in
 * order, decodes. Columns of a codeword that is not correctable, and the four behind them, come out as errors, as do the first
 * four.
 */
export function readFec91(lanes: readonly Uint8Array[], shape: Fec91Shape): Fec91Read {
  const code = codeOf(shape);
  const starts = lanes.map((lane) => findMarkers(lane, shape));
  const numbers = starts.map(({ number }) => number);
  if (new Set(numbers).size !== lanes.length)
    throw new Error(`lanes are not all different: ${numbers.join()}`);
  const order = lanes.map((_, number) => numbers.indexOf(number));
  const each = code.n / lanes.length;
  const room = lanes.map((lane, at) => Math.floor((lane.length - starts[at]!.at) / (10 * each)));
  const codewords = Math.min(...room);
  const symbolAt = (lane: number, index: number): number => {
    let symbol = 0;
    for (let bit = 0; bit < 10; bit++) symbol |= lanes[lane]![starts[lane]!.at + 10 * index + bit]! << bit;
    return symbol;
  };

  const descrambler = new Descrambler(0n);
  const columns: Uint8Array[] = [];
  const parity = new Uint8Array(pcsLanes);
  let previous: Uint8Array = new Uint8Array(32);
  let [markers, turn, corrected, uncorrectable, lane] = [0, 0, 0, 0, 0];
  let spoilt = true;
  for (let number = 0; number < codewords; number++) {
    const word = Uint16Array.from({ length: code.n }, (_, at) =>
      symbolAt(order[at % lanes.length]!, number * each + Math.floor(at / lanes.length)),
    );
    const decoded = code.decode(word);
    corrected += decoded.positions.length;
    if (!decoded.correctable) uncorrectable += 1;
    const message = new Uint8Array(bytesOf(10 * code.k) + 4);
    for (let at = 0; at < code.k; at++) writeBits(message, 10 * at, 10, decoded.word[at]!);
    const marked = number % shape.period === 0;
    if (marked && decoded.correctable) {
      if (markers === 0) turn = readBits(message, 1280, 5) === 0b11010 ? 1 : 0;
      checkMarkers(message, shape, parity, turn, markers === 0);
      turn += 1;
      markers += 1;
    }
    for (let group = marked ? markerGroupsOf(shape) : 0; group < groupsPerCodeword; group++) {
      const bits = new Uint8Array(33 + 4);
      copyBits(message, group * groupBits, bits, 0, groupBits);
      const blocks = new Uint8Array(blocksPerGroup * blockBytes + 4);
      untranscodeScrambled(bits, previous, blocks);
      previous = payloadOf(blocks);
      for (let j = 0; j < blocksPerGroup; j++) {
        const block = new Uint8Array(blockBytes + 3);
        block.set(blocks.subarray(j * blockBytes, (j + 1) * blockBytes));
        parity[lane]! ^= parityOf(block.subarray(0, blockBytes));
        lane = (lane + 1) % pcsLanes;
        descrambler.run(block, 8, 64);
        if (!decoded.correctable || spoilt) block[0] = header.invalid;
        const [data, flags] = [new Uint8Array(8), new Uint8Array(1)];
        decodeBlock(block, 0, data, flags, 0);
        columns.push(Uint8Array.from([flags[0]!, ...data]));
      }
      spoilt = !decoded.correctable;
    }
  }
  return { columns, numbers, codewords, markers, corrected, uncorrectable };
}

/** Where the first markers of a lane begin, and which lane it is: by all octets but the parity. */
function findMarkers(lane: Uint8Array, shape: Fec91Shape): { readonly at: number; readonly number: number } {
  const octetAt = (at: number): number => {
    let octet = 0;
    for (let bit = 0; bit < 8; bit++) octet |= lane[at + bit]! << bit;
    return octet;
  };
  const matches = (at: number, marker: Uint8Array): boolean =>
    marker.every((octet, i) => i % 4 === 3 || octet === octetAt(at + 8 * i));
  const sent = markersSent(shape);
  const own = Array.from({ length: shape.lanes }, (_, number) =>
    sent.filter((_, at) => shape.lanes === 1 || at % 4 === number),
  );
  for (let at = 0; at + 64 * own[0]!.length <= lane.length; at++) {
    if (!matches(at, own[0]![0]!)) continue;
    const number = own.findIndex((markers) =>
      markers.every((marker, each) => matches(at + 64 * each, marker)),
    );
    if (number >= 0) return { at, number };
  }
  throw new Error("a lane has no markers");
}

/**
 * Throws when the markers are not those that the blocks since the last ones ask for; takes the parity from the first ones.
 * @param turn tells the pad
 */
function checkMarkers(
  message: Uint8Array,
  shape: Fec91Shape,
  parity: Uint8Array,
  turn: number,
  isFirst: boolean,
): void {
  if (isFirst && shape.lanes > 1) {
    for (let lane = 0; lane < pcsLanes; lane++) {
      // the lane's octet 3 of marker number floor(lane / 4), which its symbols bring together
      let octet = 0;
      for (let bit = 0; bit < 8; bit++) {
        const inLane = 64 * Math.floor(lane / 4) + 24 + bit;
        octet |= readBits(message, 10 * ((lane % 4) + 4 * Math.floor(inLane / 10)) + (inLane % 10), 1) << bit;
      }
      parity[lane] = octet;
    }
  }
  const wanted = markerBits(shape, parity, turn);
  for (let at = 0; at < markerGroupsOf(shape) * groupBits; at++) {
    if (readBits(message, at, 1) !== readBits(wanted, at, 1))
      throw new Error(`marker ${turn}: bit ${at} is wrong`);
  }
  for (let lane = 0; lane < pcsLanes; lane++) parity[lane] = 0x08;
}

import { describe, expect, it } from "vitest";
import { Rng } from "../../traffic/rng.ts";
import { bitsToHex, copyBits, hexToBits, readBits, writeBits } from "./bits.ts";
import { blockTypes, decodeBlock, encodeBlock, header, writeErrorBlock } from "./blocks.ts";
import { Descrambler, Scrambler, scramblerStateOf } from "./scrambler.ts";
import { payloadOf, transcode, transcodeScrambled, untranscode, untranscodeScrambled } from "./transcode.ts";
import { blocksOf, readVectors } from "./vectors.ts";

const vectors = readVectors();
const idleGroup = "0000000000000003c000000000000003c000000000000003c00000000000001c0";

function encoded(octets: ArrayLike<number>, flags: number): Uint8Array {
  const block = new Uint8Array(9);
  encodeBlock(Uint8Array.from(octets), Uint8Array.of(flags), 0, block, 0);
  return block;
}

function decoded(block: Uint8Array): [number[], number] {
  const data = new Uint8Array(8);
  const flags = new Uint8Array(1);
  decodeBlock(block, 0, data, flags, 0);
  return [[...data], flags[0]!];
}

const error: [number[], number] = [new Array(8).fill(0xfe), 0xff];

describe("strings of bits", () => {
  it("are copied at any places", () => {
    const rng = new Rng(1);
    for (let round = 0; round < 200; round++) {
      const from = new Uint8Array(60);
      const to = new Uint8Array(60);
      rng.fill(from);
      rng.fill(to);
      const [start, at, count] = [rng.below(100), rng.below(100), rng.below(300)];
      const expected = Array.from({ length: 480 }, (_, i) =>
        i >= at && i < at + count ? readBits(from, start + i - at, 1) : readBits(to, i, 1),
      );
      copyBits(from, start, to, at, count);
      expect(Array.from({ length: 480 }, (_, i) => readBits(to, i, 1))).toEqual(expected);
    }
  });
});

describe("64B/66B", () => {
  for (const { txd, txc, sync_01, payload_hex64 } of vectors.encode_66b) {
    it(`block ${payload_hex64}`, () => {
      const block = encoded(txd, txc);
      expect(block).toEqual(blocksOf([sync_01], [payload_hex64]));
      expect(decoded(block)).toEqual([txd, txc]);
    });
  }

  it("keeps control sets whole, and tells other ordered sets from them", () => {
    const control = [0x5c, 1, 2, 3, 0x46, 5, 6, 7];
    expect([...encoded(control, 1)]).toEqual([1, 0x4b, ...control.slice(1)]);
    expect(decoded(encoded(control, 1))).toEqual([control, 1]);
    const signal = [0x5c, 1, 2, 3, 0, 0, 0, 0];
    expect([...encoded(signal, 1)]).toEqual([1, 0x4b, 1, 2, 3, 0x0f, 0, 0, 0]);
    expect(decoded(encoded(signal, 1))).toEqual([signal, 1]);
    expect(decoded(encoded([0x5c, 1, 2, 3, 0x40, 0, 0, 0], 1))).toEqual(error);
    expect(decoded(encoded([0x9c, 1, 2, 3, 0x46, 5, 6, 7], 1))).toEqual(error);
  });

  it("takes error blocks for what is not of the grammar", () => {
    const columns: [number[], number][] = [
      [[0xfb, 1, 2, 3, 4, 5, 6, 7], 0x03],
      [[0x07, 0x07, 0x07, 0x07, 0xfb, 1, 2, 3], 0x1f],
      [[1, 2, 3, 0xfe, 5, 6, 7, 8], 0x08],
      [[1, 0xfd, 7, 7, 7, 7, 7, 8], 0x7e],
      [[1, 0xfd, 7, 7, 7, 7, 7, 0xfd], 0xfe],
      [[0x07, 0x1c, 7, 7, 7, 7, 7, 7], 0xff],
      [[0x9c, 0, 0, 1, 7, 7, 7, 7], 0xf1],
    ];
    for (const [octets, flags] of columns) expect(decoded(encoded(octets, flags))).toEqual(error);
  });

  it("decodes illegal blocks to errors", () => {
    const blocks: number[][] = [
      [0, 0x1e, 0, 0, 0, 0, 0, 0, 0],
      [3, 0x1e, 0, 0, 0, 0, 0, 0, 0],
      [1, 0x00, 0, 0, 0, 0, 0, 0, 0],
      [1, 0x33, 0, 0, 0, 0, 0, 0, 0],
      [1, 0x1e, 1, 0, 0, 0, 0, 0, 0],
      [1, 0x4b, 0, 0, 1, 0x05, 0, 0, 0],
      [1, 0x4b, 0, 0, 1, 0x00, 0, 0, 1],
      [1, 0x87, 0, 0, 0, 0, 0, 0, 0x10],
    ];
    for (const block of blocks) expect(decoded(Uint8Array.from(block))).toEqual(error);
  });
});

describe("256B/257B", () => {
  for (const [i, { sync, payload_hex64, xcoded_hex257 }] of vectors.transcode_256b257b.entries()) {
    it(`vector ${i}, headers ${sync.join(" ")}`, () => {
      const blocks = blocksOf(sync, payload_hex64);
      const group = transcode(blocks);
      expect(bitsToHex(group, 257)).toBe(xcoded_hex257);
      const back = new Uint8Array(36);
      untranscode(group, back);
      expect(back).toEqual(blocks);
    });
  }

  it("brings every mix of types through", () => {
    const rng = new Rng(2);
    for (let round = 0; round < 2000; round++) {
      const blocks = new Uint8Array(36);
      rng.fill(blocks);
      for (let j = 0; j < 36; j += 9) {
        const isData = rng.chance(0.5);
        blocks[j] = isData ? header.data : header.control;
        if (!isData) blocks[j + 1] = rng.pick(blockTypes);
      }
      const back = new Uint8Array(36);
      untranscode(transcode(blocks), back);
      expect(back).toEqual(blocks);
    }
  });

  it("hands an invalid header on as four, and an unknown type as an illegal one", () => {
    const blocks = new Uint8Array(36).fill(header.data);
    blocks[9] = header.invalid;
    const group = transcode(blocks);
    expect(readBits(group, 0, 5)).toBe(0b11110);
    const back = new Uint8Array(36);
    untranscode(group, back);
    expect([0, 9, 18, 27].map((at) => back[at])).toEqual([3, 3, 3, 3]);
    for (const low of [0, 3, 5, 6, 13]) {
      const unknown = hexToBits(idleGroup, 257);
      writeBits(unknown, 5, 4, low);
      untranscode(unknown, back);
      expect(back[1]).toBe(low);
      expect(decoded(back)).toEqual(error);
    }
  });

  it("has the known group of four idle blocks, and of four error blocks", () => {
    const idle = encoded(new Array(8).fill(7), 0xff);
    const blocks = new Uint8Array(36);
    for (let j = 0; j < 4; j++) blocks.set(idle, 9 * j);
    expect(bitsToHex(transcode(blocks), 257)).toBe(idleGroup);
    writeErrorBlock(blocks, 0);
    expect(blocks.subarray(0, 9)).toEqual(encoded(new Array(8).fill(0xfe), 0xff));
  });

  it("of scrambled payloads: clause 91", () => {
    const { previous_payload_hex256, groups } = vectors.transcode_clause91;
    let previous = hexToBits(previous_payload_hex256, 256);
    for (const one of groups) {
      const blocks = blocksOf(one.sync, one.scrambled_payload_hex64);
      const group = transcodeScrambled(blocks);
      expect(bitsToHex(group, 257)).toBe(one.tx_scrambled_hex257);
      const back = new Uint8Array(36);
      untranscodeScrambled(group, previous, back);
      expect(back).toEqual(blocks);
      previous = payloadOf(blocks);
    }
  });
});

describe("scrambler", () => {
  for (const one of vectors.scrambler) {
    it(one.name, () => {
      const state = BigInt(`0x${one.state_S57_to_S0_hex58}`);
      const scrambler = new Scrambler(state);
      expect(scrambler.state).toBe(state);
      const bits = hexToBits(one.in_hex514, 514);
      scrambler.run(bits, 0, 514);
      expect(bitsToHex(bits, 514)).toBe(one.out_hex514.padStart(129, "0"));
      expect(scrambler.state).toBe(BigInt(`0x${one.state_after_hex58}`));
      new Descrambler(state).run(bits, 0, 514);
      expect(bitsToHex(bits, 514)).toBe(one.in_hex514);
    });
  }

  it("reads the state as the standard prints it", () => {
    const [, annex] = vectors.scrambler;
    expect(scramblerStateOf("24E6959D0FA5DBD")).toBe(BigInt(`0x${annex!.state_S57_to_S0_hex58}`));
  });

  it("comes into step after 58 bits, and makes three errors of one", () => {
    const rng = new Rng(3);
    const plain = new Uint8Array(400);
    rng.fill(plain);
    const bits = plain.slice();
    new Scrambler(0x123456789n).run(bits, 0, 3200);
    writeBits(bits, 1000, 1, readBits(bits, 1000, 1) ^ 1);
    new Descrambler(0n).run(bits, 0, 3200);
    const wrong = Array.from({ length: 3200 }, (_, i) => i).filter(
      (i) => readBits(bits, i, 1) !== readBits(plain, i, 1),
    );
    expect(wrong.filter((i) => i >= 58)).toEqual([1000, 1039, 1058]);
    expect(wrong.length).toBeGreaterThan(3);
  });
});

describe("a frame", () => {
  const frame = vectors.tx_frame;

  it("through the coding and the scrambler", () => {
    const blocks = new Uint8Array(9 * frame.words_txc_txd.length);
    for (const [i, [flags, octets]] of frame.words_txc_txd.entries()) {
      blocks.set(encoded(Buffer.from(octets, "hex"), Number.parseInt(flags, 16)), 9 * i);
    }
    const [sync, payload] = [0, 1].map((k) => frame.blocks66_sync_payload.map((one) => one[k as 0 | 1]));
    expect(blocks).toEqual(blocksOf(sync!, payload!));
    const scrambler = new Scrambler(BigInt(`0x${frame.scrambler_state_S57_to_S0_hex58}`));
    for (const [i, hex] of frame.blocks257_hex.entries()) {
      const group = transcode(blocks, 36 * i);
      expect(bitsToHex(group, 257)).toBe(hex);
      scrambler.run(group, 0, 257);
      expect(bitsToHex(group, 257)).toBe(frame.scrambled257_hex[i]);
    }
  });
});

import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  beatContributions,
  type CrcSpec,
  crcSeed,
  goodResidue,
  icrc,
  reflectedPolynomial,
  sliceMasks,
  undoZeroWords,
  vcrc,
  zeroBitsMatrix,
} from "./crc.ts";
import { applyMatrix, identityMatrix, parity } from "./gf2.ts";

/** The register after `bytes`, bit by bit as the fact sheet of the CRC gives it. */
function serial(spec: CrcSpec, bytes: Uint8Array, start = crcSeed(spec)): bigint {
  const feedback = Number(reflectedPolynomial(spec));
  let register = Number(start);
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit += 1) register = (register >>> 1) ^ (register & 1 ? feedback : 0);
  }
  return BigInt(register >>> 0);
}

/** Little-endian number of a beat: byte 0 in bits 7:0. */
function beatOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n);
}

function pseudoRandom(length: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const digits = new TextEncoder().encode("123456789");

describe("the CRCs of InfiniBand", () => {
  it("have the published check values", () => {
    expect(serial(vcrc, digits) ^ crcSeed(vcrc)).toBe(0x0a3dn);
    expect(serial(icrc, digits) ^ crcSeed(icrc)).toBe(BigInt(crc32(digits)));
    expect(reflectedPolynomial(vcrc)).toBe(0xd008n);
    expect(reflectedPolynomial(icrc)).toBe(0xedb88320n);
  });

  it("leave the published residues behind a good CRC", () => {
    expect(goodResidue(vcrc, 0)).toBe(0x556fn);
    expect(goodResidue(icrc, 0)).toBe(0xdebb20e3n);
  });
});

describe.each([vcrc, icrc])("$name in matrix form", (spec) => {
  it("goes over zeros as the serial form does", () => {
    const start = 0x1234n;
    expect(applyMatrix(zeroBitsMatrix(spec, 8 * 13), start)).toBe(serial(spec, new Uint8Array(13), start));
  });

  it("adds up a beat from its slices, all widths", () => {
    for (const beatBits of [64, 128, 256, 512, 1024, 2048]) {
      const bytes = pseudoRandom(beatBits / 8, beatBits);
      const data = beatOf(bytes);
      const expected = serial(spec, bytes, 0n);
      const contributions = beatContributions(spec, beatBits);
      const direct = contributions.reduce((sum, c, bit) => ((data >> BigInt(bit)) & 1n ? sum ^ c : sum), 0n);
      expect(direct).toBe(expected);
      const masks = sliceMasks(spec, beatBits, 64);
      let sliced = 0n;
      for (const [bit, row] of masks.entries()) {
        const odd = row.reduce((sum, mask, slice) => sum ^ parity(mask & (data >> BigInt(64 * slice))), 0n);
        sliced |= odd << BigInt(bit);
      }
      expect(sliced).toBe(expected);
    }
  });

  it("takes zero words back", () => {
    const undo = undoZeroWords(spec, 64);
    expect(undo).toHaveLength(64);
    expect(undo[0]).toEqual(identityMatrix(spec.bits));
    const state = serial(spec, digits);
    for (const [words, matrix] of undo.entries()) {
      expect(applyMatrix(matrix, serial(spec, new Uint8Array(4 * words), state))).toBe(state);
    }
  });

  it("knows the register behind a good CRC and zeros, and 0 behind a complemented one", () => {
    const sent = Number(serial(spec, digits) ^ crcSeed(spec));
    const tail = Uint8Array.from({ length: spec.bits / 8 }, (_, at) => (sent >>> (8 * at)) & 0xff);
    for (const zeros of [0, 2, 60, 254]) {
      const padded = new Uint8Array([...digits, ...tail, ...new Uint8Array(zeros)]);
      expect(serial(spec, padded)).toBe(goodResidue(spec, zeros));
      const inverted = new Uint8Array([
        ...digits,
        ...tail.map((byte) => byte ^ 0xff),
        ...new Uint8Array(zeros),
      ]);
      expect(serial(spec, inverted)).toBe(0n);
    }
  });
});

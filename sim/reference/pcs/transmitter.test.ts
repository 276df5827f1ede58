import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rng } from "../../traffic/rng.ts";
import { bitsToHex, hexToBits, readBits, symbolsToBits, writeBits } from "./bits.ts";
import {
  codeOf,
  deinterleave,
  demuxLanes,
  encodePair,
  fromLineWords,
  interleave,
  joinPair,
  lineWords,
  muxLanes,
  placeOf,
} from "./distribution.ts";
import { laneBitsPerPair, laneFormat, markerPeriodPairs } from "./format.ts";
import { commonOctets, markerGroup, markerStatus, markersOf } from "./markers.ts";
import { Prbs9 } from "./prbs9.ts";
import { scramblerStateOf } from "./scrambler.ts";
import { PcsTransmitter } from "./transmitter.ts";
import { type PairVector, readVectors, symbolsOf } from "./vectors.ts";

interface Recorded {
  readonly runs: readonly {
    readonly rateGbps: 200 | 400;
    readonly pairs: number;
    readonly periodPairs: number;
    readonly status: number;
    readonly scramblerS57toS0: string;
    readonly padP8toP0: string;
    readonly columns: string;
    readonly lanesSha256: readonly string[];
  }[];
}

const vectors = readVectors();
const file = new URL("../../data/pcs-transmit.json", import.meta.url);
const recorded = JSON.parse(readFileSync(file, "utf8")) as Recorded;
const at400 = laneFormat(400);
const formats = [400, 200].flatMap((rate) =>
  (["rs544", "rs272"] as const).map((fec) => laneFormat(rate as 400 | 200, fec)),
);

const laneOf = (symbols: Uint16Array, lane: number, lanes: number): Uint16Array =>
  symbols.filter((_, i) => i % lanes === lane);

describe("alignment markers", () => {
  const published = vectors.alignment_markers;

  it("are the published ones", () => {
    const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
    expect(markersOf(at400).map(hex)).toEqual(published.am400);
    const at200 = markersOf(laneFormat(200)).map(hex);
    expect(at200).toEqual([published.am200_lane0_from_memory, ...published.am400.slice(1, 8)]);
    expect(markersOf(at400).map((one) => bitsToHex(one, 120))).toEqual(published.am400_vec120_hex);
  });

  it("are built alike: the second half of each is the first one inverted", () => {
    for (const one of [...markersOf(at400), ...markersOf(laneFormat(200))]) {
      for (let i = 0; i < 3; i++) {
        expect(one[4 + i]).toBe(one[i]! ^ 255);
        expect(one[12 + i]).toBe(one[8 + i]! ^ 255);
        expect(one[commonOctets[i]!]).toBe(markersOf(at400)[0]![i]);
      }
      expect(one[11]).toBe(one[7]! ^ 255);
    }
  });

  it("stand in their group as published, with the pad behind them", () => {
    const pad = new Prbs9();
    const group = markerGroup(at400, pad);
    expect(bitsToHex(group, 2056)).toBe(published.am_mapped400_prbs_all_ones_hex2056);
    const again = new Prbs9();
    const bits = Array.from({ length: 133 }, () => again.next()).join("");
    expect(bits).toBe(published.pad133_prbs_all_ones);
    expect(pad.state).toBe(again.state);
    expect(pad.state).toBe(0b000001000);
    const text = Array.from({ length: 2056 }, (_, i) => readBits(group, i, 1)).join("");
    expect(createHash("sha256").update(text).digest("hex")).toBe(
      "d2d54fc33e0b658060e0a146ccd0bbf08b19250cb5a832b8a7a94f711ef976bd",
    );
  });

  it("begin every lane, whole", () => {
    for (const format of formats) {
      const bits = new Uint8Array((20 * format.messageSymbols + 7) >> 3);
      bits.set(markerGroup(format, new Prbs9(5), 6));
      expect(markerStatus(format, bits)).toBe(6);
      const symbols = interleave(format, encodePair(format, bits));
      for (const [lane, marker] of markersOf(format).entries()) {
        const packed = new Uint8Array(15);
        symbolsToBits(laneOf(symbols, lane, format.pcsLanes).subarray(0, 12), packed);
        expect(packed).toEqual(marker);
      }
    }
  });
});

function expectPair(pair: PairVector): void {
  const bits = hexToBits(pair.tx_scrambled_am_hex10280, 10280);
  const words = encodePair(at400, bits);
  expect(words).toEqual({ a: symbolsOf(pair.codeword_A), b: symbolsOf(pair.codeword_B) });
  const symbols = interleave(at400, words);
  for (const [lane, hex] of pair.lanes.entries()) expect(laneOf(symbols, lane, 16)).toEqual(symbolsOf(hex));
  expect(deinterleave(at400, symbols)).toEqual(words);
  expect(joinPair(at400, words)).toEqual(bits);
}

describe("pairs of codewords", () => {
  it("with markers and PRBS17", () => expectPair(vectors.fixture_am_plus_prbs17_400g));
  it("with markers and idles", () => expectPair(vectors.annex119a_style_idle_400g));

  it("go through the distribution of every format and width", () => {
    const rng = new Rng(4);
    for (const format of formats) {
      const bits = new Uint8Array((20 * format.messageSymbols + 7) >> 3);
      rng.fill(bits);
      const words = encodePair(format, bits);
      const symbols = interleave(format, words);
      expect(deinterleave(format, symbols)).toEqual(words);
      const index = rng.below(codeOf(format).n);
      expect(symbols[placeOf(format, 1, index)]).toBe(words.b[index]);
      expect(symbols[placeOf(format, 0, index)]).toBe(words.a[index]);
      for (const p of [8, 16]) {
        const line = lineWords(format, symbols, p);
        expect(fromLineWords(format, line, p)).toEqual(symbols);
        for (const lanes of [1, 4, 8]) {
          const muxed = muxLanes(line[0]!, 20 * p, format.pcsLanes, lanes);
          expect(demuxLanes(muxed, 20 * p, format.pcsLanes, lanes)).toEqual(line[0]);
        }
      }
    }
  });

  it("are muxed bit by bit as in the vectors", () => {
    const { lanes0_3_first40_bits, bitmux_4to1 } = vectors.pma;
    const word = new Uint8Array(20);
    for (const [lane, text] of lanes0_3_first40_bits.entries()) {
      for (const [i, bit] of [...text].entries()) writeBits(word, 40 * lane + i, 1, Number(bit));
    }
    const serial = muxLanes(word, 160, 4, 1);
    expect(Array.from({ length: 160 }, (_, i) => readBits(serial, i, 1)).join("")).toBe(bitmux_4to1);
  });
});

describe("transmitter", () => {
  const idle = [new Uint8Array(8).fill(7), Uint8Array.of(0xff)] as const;

  it("sends the idles of annex 119A", () => {
    const transmitter = new PcsTransmitter(at400, {
      scramblerState: scramblerStateOf("24E6959D0FA5DBD"),
      prbsState: 0x001,
    });
    expect(transmitter.room).toBe(32);
    for (let i = 0; i < 32 * 4; i++) transmitter.pushColumn(...idle);
    const symbols = transmitter.takePair()!;
    for (const [lane, hex] of vectors.annex119a_style_idle_400g.lanes.entries()) {
      expect(laneOf(symbols, lane, 16)).toEqual(symbolsOf(hex));
    }
    expect(transmitter.takePair()).toBeUndefined();
    expect(transmitter.room).toBe(40);
  });

  for (const one of recorded.runs) {
    it(`sends at ${one.rateGbps}G what the model in Python sent`, () => {
      const format = laneFormat(one.rateGbps);
      const transmitter = new PcsTransmitter(format, {
        scramblerState: BigInt(`0x${one.scramblerS57toS0}`),
        prbsState: Number.parseInt(one.padP8toP0, 16),
        periodPairs: one.periodPairs,
      });
      transmitter.status = one.status;
      const columns = Buffer.from(one.columns, "hex");
      for (let at = 0; at < columns.length; at += 9) {
        transmitter.pushColumn(columns.subarray(at + 1, at + 9), columns.subarray(at, at + 1));
      }
      const hashes = Array.from({ length: format.pcsLanes }, () => createHash("sha256"));
      for (let pair = 0; pair < one.pairs; pair++) {
        for (const [i, symbol] of transmitter.takePair()!.entries()) {
          const text = Array.from({ length: 10 }, (_, bit) => (symbol >> bit) & 1).join("");
          hashes[i % format.pcsLanes]!.update(text);
        }
      }
      expect(hashes.map((hash) => hash.digest("hex"))).toEqual(one.lanesSha256);
    });
  }

  it("repeats the markers after a period, with the status of that time", () => {
    for (const format of formats) {
      const transmitter = new PcsTransmitter(format, { periodPairs: 3 });
      const statuses: number[] = [];
      for (let pair = 0; pair < 7; pair++) {
        transmitter.status = pair;
        for (let i = transmitter.room; i > 0; i--) transmitter.pushGroup(new Uint8Array(33));
        const bits = joinPair(format, deinterleave(format, transmitter.takePair()!));
        if (pair % 3 === 0) statuses.push(markerStatus(format, bits));
      }
      expect(statuses).toEqual([0, 3, 6]);
      expect([transmitter.markers, transmitter.pairs]).toEqual([3, 7]);
    }
  });

  it("has the standard's periods", () => {
    expect(formats.map(markerPeriodPairs)).toEqual([4096, 8192, 2048, 4096]);
    expect(formats.map(laneBitsPerPair)).toEqual([680, 340, 1360, 680]);
  });
});

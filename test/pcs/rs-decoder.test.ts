import { describe, expect, it } from "vitest";
import { elaboratePcs } from "../../generator/elaborate/pcs.ts";
import { legalSymbolsPerClock, pcsFormats } from "../../generator/elaborate/pcs-formats.ts";
import { rsDecoderCycles, rsDecoderOf } from "../../generator/views/pcs/rs-decoder.ts";
import { rsShapeOf } from "../../generator/views/pcs/rs-shape.ts";
import { multiply } from "../../sim/reference/pcs/gf.ts";
import { ReedSolomon } from "../../sim/reference/pcs/reed-solomon.ts";
import { readVectors, symbolsOf } from "../../sim/reference/pcs/vectors.ts";
import { Rng, withSeed } from "../../sim/traffic/rng.ts";
import { caseText, damage, openRs, randomCodeword, rsCases, seed, shapeOf } from "./rs-bench.ts";
import { DecoderBench } from "./rs-decoder-bench.ts";

const vectors = readVectors();
/** Codewords of the random run; the regression asks for 10^5. */
const codewords = Number(process.env.LANEWRIGHT_CODEWORDS ?? "150");

describe("decoderCycles", () => {
  it.each(pcsFormats)("is the decoder's latency: $rateGbps Gb/s, $fec", (format) => {
    for (const symbolsPerClock of legalSymbolsPerClock(format)) {
      const lanes = { count: 4, gbps: format.rateGbps / 4 };
      const link = { rateGbps: format.rateGbps, clockMHz: 400, datapathBits: 1024, lanes, fec: format.fec };
      const pcs = elaboratePcs(link, { symbolsPerClock })!;
      const { decoderCycles, keyEquationEngines } = pcs.derived;
      const shape = rsShapeOf({ name: "dut", pcs });
      expect(rsDecoderCycles(shape)).toBe(decoderCycles.value);
      expect(keyEquationEngines.value * (format.codewordSymbols / symbolsPerClock)).toBeGreaterThan(
        2 * shape.code.t,
      );
    }
  });
});

describe.each(rsCases.map((one) => [caseText(one), one] as const))("rs_decoder: %s", (_, one) => {
  const { reference, symbols } = one;
  const words = reference.n / symbols;
  const model = openRs(rsDecoderOf(shapeOf(one)));

  it("decodes the vectors", async () => {
    const bench = new DecoderBench(await model, one, new Rng(1));
    const own = vectors.rs_decode.filter(({ n, k }) => n === reference.n && k === reference.k);
    for (const { received } of own) bench.send(symbolsOf(received));
    bench.drain();
    expect(bench.uncorrectable).toBe(own.filter(({ correctable }) => !correctable).length);
  });

  const title = "corrects up to t symbols and says so when there are more, back to back and with gaps";
  it(title, { timeout: 180_000 + 20 * codewords }, async () => {
    const opened = await model;
    await withSeed(seed, (rng) => {
      const bench = new DecoderBench(opened, one, rng);
      for (let count = 0; count < codewords; count += 1) {
        const sent = randomCodeword(rng, reference);
        const errors = rng.chance(0.2) ? 0 : rng.below(reference.t + 6);
        bench.send(damage(rng, sent, errors), sent);
        if (rng.chance(0.2)) bench.idle(rng.range(1, 2 * words));
        if (count % 100 === 99) bench.drain();
      }
      bench.drain();
      expect(bench.corrected).toBeGreaterThan(codewords / 4);
      expect(bench.uncorrectable).toBeGreaterThan(codewords / 20);
    });
  });

  it("a codeword that breaks off leaves its neighbours alone", async () => {
    const opened = await model;
    await withSeed(seed, (rng) => {
      const bench = new DecoderBench(opened, one, rng);
      for (let count = 0; count < 60; count += 1) {
        bench.send(damage(rng, randomCodeword(rng, reference), rng.below(reference.t + 1)));
        const cut = damage(rng, randomCodeword(rng, reference), rng.range(1, reference.t));
        const place = rng.range(1, words - 1);
        bench.sendPart(cut, 0, place);
        const rest = rng.below(4);
        if (rest === 0) bench.idle(rng.range(1, words));
        if (rest === 1) {
          bench.idle(1);
          bench.sendPart(cut, place, words);
        }
        if (rest === 2) {
          bench.sendPart(cut, 0, words - 1);
          bench.sendPart(cut, 0, 1);
          bench.idle(words);
        }
      }
      bench.drain();
    });
  });

  it("bursts, errors in the first and the last word, in the parity alone", async () => {
    const opened = await model;
    await withSeed(seed, (rng) => {
      const bench = new DecoderBench(opened, one, rng);
      const { n, t } = reference;
      for (const start of [0, 1, symbols - 1, n - 2 * t, n - t - 1, n - t]) {
        for (const length of [1, 2, t - 1, t]) {
          const sent = randomCodeword(rng, reference);
          const received = sent.slice();
          for (let at = start; at < start + length; at += 1) received[at]! ^= rng.range(1, 1023);
          bench.send(received, sent);
        }
      }
      bench.drain();
      expect([bench.corrected, bench.miscorrected]).toEqual([24, 0]);
    });
  });

  it("errors whose first syndromes are 0: the key equation's register grows by leaps, beyond t, too", async () => {
    const opened = await model;
    await withSeed(seed, (rng) => {
      const bench = new DecoderBench(opened, one, rng);
      const { n, t } = reference;
      for (let zeros = 1; zeros < 2 * t; zeros += 1) {
        // a multiple of the polynomial with as many of the code's roots, times a few errors more at times
        const { generator } = new ReedSolomon(n, n - zeros);
        for (const more of [0, 0, 1, 2]) {
          const sent = randomCodeword(rng, reference);
          const received = sent.slice();
          const [start, factor] = [rng.below(n - zeros), rng.range(1, 1023)];
          for (const [power, symbol] of generator.entries()) {
            received[start + zeros - power]! ^= multiply(factor, symbol);
          }
          bench.send(damage(rng, received, more), sent);
        }
      }
      bench.drain();
      expect(bench.corrected).toBeGreaterThanOrEqual(2 * (t - 1));
      expect(bench.uncorrectable).toBeGreaterThan(2 * (t - 1));
    });
  });

  it("starts anew after a reset in the middle of a codeword", async () => {
    const opened = await model;
    await withSeed(seed, (rng) => {
      for (let run = 0; run < 5; run += 1) {
        const bad = damage(rng, randomCodeword(rng, reference), reference.t);
        const broken = new DecoderBench(opened, one, rng);
        broken.send(bad);
        broken.sendPart(bad, 0, rng.range(1, words - 1));
        opened.reset(rng.range(1, 3));
        const bench = new DecoderBench(opened, one, rng);
        bench.send(damage(rng, randomCodeword(rng, reference), reference.t));
        bench.drain();
      }
    });
  });
});

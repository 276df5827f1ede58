import { beforeAll, describe, expect, it } from "vitest";
import { rxParserModules } from "../../generator/views/nic/rx-parser.ts";
import type { Model } from "../../sim/driver/model.ts";
import { writeUint16 } from "../../sim/reference/headers.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { clientBytes, datagramOpcodes, randomSample, usedOpcodes } from "./packets.ts";
import { type Pace, ParserRun, type Sent } from "./parser-run.ts";
import { randomBytes } from "./records.ts";
import { openStreamModule, protectedWidths, streamDesign } from "./streams-design.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

function good(rng: Rng, opcode: number, payloadBytes: number): Sent {
  const sample = randomSample(rng, opcode, payloadBytes);
  return { bytes: clientBytes(sample), vl: sample.lrh.vl };
}

/** A packet with something wrong, or that is not for this slice; often right again by its length. */
function harmed(rng: Rng, mtuBytes: number, how: number): Sent {
  const { bytes, vl } = good(rng, rng.pick(usedOpcodes), rng.below(200));
  switch (how) {
    case 0:
      return { bytes, vl, error: true };
    case 1: {
      const cut = bytes.slice(0, 4 * rng.range(1, bytes.length / 4));
      if (rng.chance(0.7) && cut.length >= 8) writeUint16(cut, 4, cut.length / 4 + 1);
      return { bytes: cut, vl };
    }
    case 2:
      bytes[1] = (bytes[1]! & 0xf0) | rng.pick([0, 1, 3]);
      return { bytes, vl };
    case 3:
      writeUint16(bytes, 4, bytes.length / 4 + 1 + rng.pick([-1, 1, 1024]));
      return { bytes, vl };
    case 4:
      bytes[rng.pick([0, 9])]! ^= rng.range(1, 15);
      return { bytes, vl };
    case 5:
      bytes.fill(0, 13, 15);
      bytes[15] = rng.below(3);
      return { bytes, vl: rng.pick([vl, 15]) };
    case 6:
      bytes[8] = rng.below(256);
      return { bytes, vl };
    case 7: {
      const long = good(rng, rng.pick([0x00, 0x06, 0x0d, 0x15]), mtuBytes + rng.range(-1, 300));
      return { bytes: long.bytes, vl };
    }
    default: {
      const empty = good(rng, rng.pick(usedOpcodes), rng.below(3)).bytes;
      empty[9] = (empty[9]! & 0xcf) | (rng.below(4) << 4);
      return { bytes: empty, vl };
    }
  }
}

describe.each(protectedWidths)("nic_rx_parser at %i bits, memories with %s", (width, memoryProtection) => {
  const beatBytes = width / 8;
  /** One of the widths has UD. */
  const datagrams = width === 128;
  const opcodes = [...usedOpcodes, ...(datagrams ? datagramOpcodes : [])];
  const mtuBytes = { 128: 512, 256: 256 }[width] ?? 4096;
  let model: Model;
  beforeAll(async () => {
    const design = streamDesign({ width, mtuBytes, memoryProtection, datagrams });
    model = await openStreamModule(design, rxParserModules(design));
  }, 600_000);

  const start = (rng: Rng, pace?: Pace, lid = 0, lmc = 0): ParserRun =>
    new ParserRun(model, { mtuBytes, lid, lmc, datagrams }, rng, pace);
  const someBytes = (rng: Rng): number =>
    rng.chance(0.2) ? rng.range(mtuBytes - 4, mtuBytes) : rng.below(Math.min(mtuBytes, 5 * beatBytes));

  it.each([
    ["without a stall", {}],
    ["with gaps", { gaps: 0.5 }],
    ["with slow headers", { headerStalls: 0.9 }],
    ["with slow payload", { payloadStalls: 0.8 }],
    ["with all of them", { gaps: 0.2, headerStalls: 0.5, payloadStalls: 0.5 }],
  ] as const)("takes packets of every opcode apart, %s", (_name, pace) =>
    withSeed(seed, (rng) => {
      const run = start(rng, pace);
      for (let count = 0; count < 200; count += 1)
        run.push(good(rng, rng.chance(0.9) ? rng.pick(opcodes) : rng.below(0x20), someBytes(rng)));
      run.run();
    }),
  );

  it("takes every payload length of every opcode", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      for (const opcode of opcodes)
        for (let bytes = 0; bytes <= Math.min(mtuBytes, 2 * beatBytes + 5); bytes += 1)
          run.push(good(rng, opcode, bytes));
      for (let bytes = 0; bytes <= mtuBytes; bytes += 1) run.push(good(rng, rng.pick(opcodes), bytes));
      run.run(1_000_000);
    }));

  it("drops what is wrong or not for it, counts it by its reason, and nothing else", () =>
    withSeed(seed, (rng) => {
      for (const pace of [{}, { gaps: 0.3 }, { headerStalls: 0.5, payloadStalls: 0.7 }]) {
        const lid = rng.range(1, 0xbfff);
        const lmc = rng.below(8);
        const run = start(rng, pace, lid, lmc);
        for (let count = 0; count < 300; count += 1) {
          const one = rng.chance(0.6)
            ? harmed(rng, mtuBytes, count % 9)
            : good(rng, rng.pick(opcodes), someBytes(rng));
          // To this adapter, to one whose LID is near, or where it will
          const near = lid ^ (rng.chance(0.7) ? rng.below(1 << lmc) : 1 << rng.below(16));
          if (one.bytes.length >= 4 && rng.chance(0.9))
            writeUint16(one.bytes, 2, rng.chance(0.1) ? rng.range(0xc000, 0xffff) : near);
          run.push(one);
        }
        run.run();
        for (const [drop, count] of Object.entries(run.counts)) expect(count, drop).toBeGreaterThan(0);
      }
    }));

  it("takes a packet that does not end with a word for damaged, and only that", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      for (let cut = 1; cut < 4; cut += 1) {
        const { bytes, vl } = good(rng, 0x04, 3 * beatBytes);
        run.push({ bytes: bytes.slice(0, -cut), vl }, good(rng, 0x04, 40));
      }
      run.run();
      expect(run.counts.icrc).toBe(3);
    }));

  it("draws the line at its MTU, and outlives packets that are longer than its buffer", () =>
    withSeed(seed, (rng) => {
      const run = start(rng, { payloadStalls: 0.2 });
      for (const opcode of [0x00, 0x06, 0x0d, 0x13]) {
        for (let more = -4; more <= 5; more += 1) run.push(good(rng, opcode, mtuBytes + more));
        const { bytes, vl } = good(rng, opcode, mtuBytes);
        const endless = randomBytes(rng, 12 * mtuBytes);
        endless.set(bytes);
        run.push({ bytes: endless, vl }, good(rng, opcode, 100));
      }
      run.run();
      expect(run.counts.malformed).toBe(4 * 6);
    }));

  it("throws whatever bytes there are away without harm", () =>
    withSeed(seed, (rng) => {
      const run = start(rng, { gaps: 0.1, payloadStalls: 0.3 });
      for (let count = 0; count < 300; count += 1) {
        const bytes = randomBytes(rng, 4 * rng.range(1, 3 * beatBytes));
        if (bytes.length >= 20 && rng.chance(0.7)) {
          bytes[0]! &= 0xf0;
          bytes[1] = 2;
          writeUint16(bytes, 4, bytes.length / 4 + 1);
          bytes[8]! &= 0x1f;
          bytes[9]! &= 0xf0;
        }
        run.push({ bytes, vl: rng.below(16), error: rng.chance(0.1) });
      }
      run.run();
    }));

  it("takes a beat a cycle", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      for (let count = 0; count < 40; count += 1) run.push(good(rng, 0x07, mtuBytes));
      run.run();
      const beats = 40 * Math.ceil((20 + mtuBytes) / beatBytes);
      expect([run.source.blockedCycles, run.source.beats]).toEqual([1, beats]);
    }));

  it("shows a record 3 cycles behind the last beat, its payload 5", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      run.push(good(rng, 0x04, 8));
      run.run();
      const [end] = run.lastInAt;
      expect([run.headerAt[0]! - end!, run.payloadAt[0]! - end!]).toEqual([3, 5]);
    }));

  it("holds 16 records and 4 longest packets while nobody takes them", () =>
    withSeed(seed, (rng) => {
      for (const [opcode, bytes, least] of [
        [0x11, 0, 16],
        [0x07, mtuBytes, 4],
      ] as const) {
        const run = start(rng, { headerStalls: 1, payloadStalls: 1 });
        for (let count = 0; count < 80; count += 1) run.push(good(rng, opcode, bytes));
        for (let cycle = 0; cycle < 4000; cycle += 1) run.cycle();
        expect(run.lastInAt.length).toBeGreaterThanOrEqual(least);
        expect(run.lastInAt.length).toBeLessThan(80);
        run.headers.stalls = 0;
        run.payload.stalls = 0;
        run.run();
      }
    }));
});

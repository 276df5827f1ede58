import { describe, expect, it } from "vitest";
import { Rng, withSeed } from "../../sim/traffic/rng.ts";
import { benchWidths } from "./build.ts";
import { lengthsOf, type MacFrame, randomFrame, TxDriver, type TxTraffic } from "./mac-bench.ts";
import { macDesign, openMacTx } from "./mac-build.ts";
import { brokenRules, expectedFrame, firstDifference, startsBefore, WireLog } from "./mac-wire.ts";

/** Width in bits, register stages in front of the alignment. */
const shapes = [...benchWidths.map((bits) => [bits, 1] as const), [64, 0] as const, [128, 0] as const];

describe.each(shapes)("mac_tx with %i bits, %i register stages", (bits, stages) => {
  const design = macDesign(bits, stages);
  const columns = bits / 64;
  const longest = design.derived.maxPacketBytes.value;

  async function bench(
    seed: number,
    frames: (rng: Rng) => MacFrame[],
    traffic: (rng: Rng) => TxTraffic,
    spacing = 16,
  ) {
    return await withSeed(seed, async (rng) => {
      const log = new WireLog(columns);
      const model = await openMacTx(design);
      const driver = new TxDriver(model, rng.fork("driver"), (data, flags) => log.row(data, flags));
      driver.setSpacing(spacing);
      driver.frames.push(...frames(rng.fork("frames")));
      driver.run(traffic(rng.fork("traffic")), 3_000_000);
      model.close();
      expect(brokenRules(log, spacing).slice(0, 5)).toEqual([]);
      expect(firstDifference(log.frames, driver.frames.map(expectedFrame))).toBeUndefined();
      expect(log.messages).toEqual(driver.messages.map(({ code, seq, word }) => ({ code, seq, word })));
      // A message does not overtake a frame of one beat that was there before it
      const starts = startsBefore(log);
      for (const [at, { behind }] of driver.messages.entries()) expect(starts[at]).toBeGreaterThan(behind);
      return { log, driver };
    });
  }

  it("sends packets of every length back to back", async () => {
    const { log, driver } = await bench(
      0x11,
      (rng) =>
        lengthsOf(rng, longest, Math.min(4 * design.datapathBits, 1100)).map((length) =>
          randomFrame(rng, length),
        ),
      () => ({}),
    );
    expect(log.fillSets).toBe(0);
    expect(driver.fills).toBe(0);
  });

  it.each([
    [0.02, 0, 1],
    [0.3, 0, 1],
    [0.7, 0.03, 0.1],
    [0, 0.03, 1],
    [0, 0.5, 1],
    [0.1, 0.3, 0.02],
    [0.5, 0.5, 1],
  ])(
    "keeps the rules with %f bubbles, a wire that stalls %f, messages %f",
    async (bubble, stall, message) => {
      for (const [at, spacing] of [0, 1, 2, 16].entries()) {
        const { driver } = await bench(
          0x100 + at,
          (rng) =>
            Array.from({ length: 300 }, () =>
              randomFrame(rng, 1 + rng.below(rng.pick([8, bits / 8, bits / 2, 3 * bits, 900])), 0.15),
            ),
          (rng) => ({ bubble: () => rng.chance(bubble), ready: () => !rng.chance(stall), message }),
          spacing,
        );
        if (bubble >= 0.3 && stall === 0) expect(driver.fills).toBeGreaterThan(0);
        expect(driver.messages.length).toBeGreaterThan(10);
      }
    },
  );

  it.each(["idle", "single beat", "poisoned single beat", "two beats", "poisoned two beats", "long"])(
    "never holds a message back for long: %s packets",
    async (kind) => {
      const length = kind.includes("single") ? 8 : kind.includes("two") ? bits / 8 + 1 : longest;
      const { driver } = await bench(
        0x21,
        (rng) =>
          Array.from({ length: kind === "idle" ? 0 : kind === "long" ? 20 : 400 }, () =>
            randomFrame(rng, length, kind.startsWith("poisoned") ? 1 : 0),
          ),
        () => ({ ready: (cycle) => cycle % 33 !== 0, message: 1, idle: 50 }),
      );
      const worst = Math.max(...driver.messages.map(({ waited }) => waited));
      // inside a long packet the configured 16 beats and, on a narrow path, the first 256 bytes
      expect(worst).toBeLessThanOrEqual(kind === "long" ? Math.max(20, (256 * 8) / bits + 4) : 8);
      expect(driver.messages.length).toBeGreaterThan(20);
    },
  );

  it("begins anew after a reset in the midst of anything", async () => {
    const model = await openMacTx(design);
    for (let seed = 0; seed < 60; seed += 1) {
      await withSeed(0x400 + seed, (rng) => {
        const some = (): MacFrame[] =>
          Array.from({ length: 30 }, () =>
            randomFrame(rng, 1 + rng.below(rng.pick([8, bits / 8, bits])), 0.2),
          );
        const traffic = {
          bubble: () => rng.chance(0.1),
          ready: () => rng.chance(0.6),
          message: rng.pick([0, 0.3, 1]),
        };
        const before = new TxDriver(model, rng.fork("before"), () => {});
        before.setSpacing(1);
        before.frames.push(...some());
        for (let cycle = rng.below(60); cycle > 0; cycle -= 1) before.cycle(traffic);
        const log = new WireLog(columns);
        const driver = new TxDriver(model, rng.fork("after"), (data, flags) => log.row(data, flags));
        driver.frames.push(...some());
        driver.run(traffic, 100_000);
        expect(brokenRules(log, 1)).toEqual([]);
        expect(firstDifference(log.frames, driver.frames.map(expectedFrame))).toBeUndefined();
        expect(log.messages).toEqual(driver.messages.map(({ code, seq, word }) => ({ code, seq, word })));
      });
    }
    model.close();
  });

  it("has a beat on the MII in the cycle after it is taken, or after its register", async () => {
    const model = await openMacTx(design);
    const rng = new Rng(0x31);
    const log = new WireLog(columns);
    const driver = new TxDriver(model, rng, (data, flags) => log.row(data, flags));
    for (let at = 0; at < 8; at += 1) driver.cycle({});
    expect(log.flags.every((flags) => flags === 0xff)).toBe(true);
    expect(log.data.every((byte) => byte === 0x07)).toBe(true);
    driver.frames.push(randomFrame(rng, 5 * (bits / 8)));
    const before = log.count;
    driver.cycle({});
    expect(driver.accepted).toBe(1);
    for (let at = 0; at <= stages; at += 1) driver.cycle({});
    // idle until then, afterwards the start column
    const start = before + (1 + stages) * columns;
    expect(log.flags.slice(before, start).every((flags) => flags === 0xff)).toBe(true);
    expect(log.flags[start]).toBe(0x01);
    expect(log.data[8 * start]).toBe(0xfb);
    model.close();
  });
});

describe("mac_tx throughput", () => {
  it.each([
    [1024, 1],
    [256, 0],
  ])("%i bits, messages %f: the wire is the bottleneck with packets of 4122 bytes", async (bits, message) => {
    const model = await openMacTx(macDesign(bits));
    const rng = new Rng(0x41);
    const columns = bits / 64;
    let rows = 0;
    let setsSent = 0;
    const log = new WireLog(columns);
    const driver = new TxDriver(model, rng, (data, flags) => {
      rows += 1;
      if (rows < 4000) log.row(data, flags);
    });
    driver.setSpacing(2048 / (bits / 8));
    const packets = 320;
    for (let at = 0; at < packets + 40; at += 1) driver.frames.push(randomFrame(rng, 4122));
    const traffic = { ready: (cycle: number) => cycle % 33 !== 32, message };
    const beats = Math.ceil(4122 / (bits / 8));
    while (driver.accepted < 20 * beats) driver.cycle(traffic);
    [rows, setsSent] = [0, driver.messages.length];
    while (driver.accepted < (20 + packets) * beats) driver.cycle(traffic);
    const perPacket = (rows * columns - (driver.messages.length - setsSent)) / packets;
    const least = 1 + Math.floor(4122 / 8) + 1;
    model.close();
    expect(least / perPacket).toBeGreaterThanOrEqual(0.995);
    expect(driver.fills).toBe(0);
  });
});

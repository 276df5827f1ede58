import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { encodeWire } from "../../sim/reference/wire.ts";
import { Rng, withSeed } from "../../sim/traffic/rng.ts";
import { benchWidths } from "./build.ts";
import { lengthsOf, randomFrame, TxDriver, type TxTraffic } from "./mac-bench.ts";
import { macDesign, openMacRx, openMacTx } from "./mac-build.ts";
import { faultKinds, faultyLine } from "./mac-faults.ts";
import { RxMonitor } from "./mac-rx-monitor.ts";
import { expectedFrame, firstDifference, WireLog } from "./mac-wire.ts";

const noEvents = { ctlBad: 0, symbolError: 0, overrun: 0, oversize: 0 };

describe.each(benchWidths)("mac_rx with %i bits", (bits) => {
  const design = macDesign(bits);
  const columns = bits / 64;
  const longest = design.derived.maxPacketBytes.value;
  const maxBytes = (design.derived.maxPacketBeats.value + 1) * (bits / 8);
  let rx: Model;
  let tx: Model;

  beforeAll(async () => {
    rx = await openMacRx(design);
    tx = await openMacTx(design);
  });

  afterAll(() => {
    rx.close();
    tx.close();
  });

  /** Columns of traffic through `mac_tx`; also which rows the wire took a break before. */
  function sent(rng: Rng, lengths: readonly number[], poison: number, traffic: TxTraffic) {
    const log = new WireLog(columns);
    const breaks: number[] = [];
    const driver = new TxDriver(tx, rng.fork("driver"), (data, flags) => log.row(data, flags));
    driver.setSpacing(2);
    driver.frames.push(...lengths.map((length) => randomFrame(rng, length, poison)));
    const ready = traffic.ready;
    driver.run(
      {
        ...traffic,
        ready: (cycle) => {
          const go = ready?.(cycle) ?? true;
          if (!go) breaks.push(log.count / columns);
          return go;
        },
      },
      3_000_000,
    );
    return { log, driver, breaks };
  }

  /** Loops mac_tx back at a rotation; the receiver sees the wire's breaks where the transmitter had them. */
  function loop(
    seed: number,
    rotation: number,
    lengths: (rng: Rng) => number[],
    traffic: (rng: Rng) => TxTraffic,
  ) {
    const rng = new Rng(seed);
    const { log, driver, breaks } = sent(rng, lengths(rng), 0.1, traffic(rng.fork("traffic")));
    const monitor = new RxMonitor(rx);
    let row = 0;
    let at = 0;
    monitor.line(log.data, log.flags, rotation, () => {
      if (breaks[at] === row) {
        at += 1;
        return true;
      }
      row += 1;
      return false;
    });
    monitor.drain();
    expect(monitor.events).toEqual(noEvents);
    expect(firstDifference(monitor.frames, driver.frames.map(expectedFrame))).toBeUndefined();
    expect(monitor.messages).toEqual(driver.messages.map(({ code, seq, word }) => ({ code, seq, word })));
  }

  it("takes packets of every length from mac_tx, at every rotation", () => {
    for (let rotation = 0; rotation < columns; rotation += 1) {
      const short = rotation < 2 ? Math.min(4 * bits, 1100) : 3 * (bits / 8);
      loop(
        0x50 + rotation,
        rotation,
        (rng) => lengthsOf(rng, longest, short),
        () => ({}),
      );
    }
  });

  it.each([
    [0, 0.03, 1],
    [0, 0.5, 1],
    [0.3, 0, 1],
    [0.5, 0.3, 0.3],
  ])(
    "takes what mac_tx sends with %f bubbles, a wire that stalls %f, messages %f",
    (bubble, stall, message) => {
      for (let seed = 0; seed < 6; seed += 1)
        loop(
          0x600 + seed,
          seed % columns,
          (rng) => Array.from({ length: 300 }, () => 1 + rng.below(rng.pick([8, bits / 8, bits / 2, 900]))),
          (rng) => ({ bubble: () => rng.chance(bubble), ready: () => !rng.chance(stall), message }),
        );
    },
  );

  it("keeps up with packets of one byte more than a beat behind long stalls of the wire", () => {
    for (let rotation = 0; rotation < columns; rotation += 1)
      loop(
        0x70 + rotation,
        rotation,
        (rng) => Array.from({ length: 400 }, () => bits / 8 + 1 + rng.below(8)),
        () => ({ ready: (cycle) => cycle % 97 >= 20 }),
      );
  });

  it("has the first beat out four cycles after the start column", () => {
    for (let rotation = 0; rotation < columns; rotation += 1) {
      const rng = new Rng(0x80 + rotation);
      const frame = randomFrame(rng, 4 * (bits / 8) + 3);
      const wire = encodeWire([{ type: "frame", bytes: frame.bytes, seq: 7, kind: "data" }]);
      const monitor = new RxMonitor(rx);
      monitor.line(wire.data, wire.flags, rotation);
      monitor.drain();
      expect(monitor.frames).toHaveLength(1);
      // the row of the start column is on the MII in cycle 0
      expect(monitor.firstBeats[0]).toBeLessThanOrEqual(4);
    }
  });

  it.each(faultKinds)("marks what it damages, and nothing else: %s", async (kind) => {
    for (let seed = 0; seed < 40; seed += 1) {
      await withSeed(0x9000 + seed, (rng) => {
        const rotation = rng.below(columns);
        const line = faultyLine(kind, rng, { columns, rotation, longest: Math.min(longest, 8 * (bits / 8)) });
        const monitor = new RxMonitor(rx);
        monitor.line(line.data, line.flags, rotation, () => rng.chance(0.05));
        monitor.drain();
        expect(firstDifference(monitor.frames, line.expected)).toBeUndefined();
        expect(monitor.messages).toEqual(line.messages);
        expect(monitor.events).toMatchObject({ overrun: 0, oversize: 0, ctlBad: line.badControls });
        expect(monitor.events.symbolError > 0).toBe(line.illegal);
      });
    }
  });

  it("forgets everything at a reset in the midst of anything", async () => {
    const monitor = new RxMonitor(rx);
    for (let seed = 0; seed < 60; seed += 1) {
      await withSeed(0xa000 + seed, (rng) => {
        const kind = rng.pick(faultKinds);
        const rotation = rng.below(columns);
        const line = faultyLine(kind, rng, { columns, rotation, longest: 8 * (bits / 8) });
        const rows = rng.below(Math.floor(line.flags.length / columns));
        monitor.line(
          line.data.subarray(0, (rows * bits) / 8),
          line.flags.subarray(0, rows * columns),
          rotation,
        );
        monitor.reset(
          line.data.subarray((rows * bits) / 8, ((rows + 1) * bits) / 8),
          line.flags.subarray(rows * columns, (rows + 1) * columns),
        );
        // Control sets in each row, so that one of them is under way
        const { bytes } = randomFrame(rng, 70);
        const inside = [0, 1, 2, 3].map(
          (after) => ({ type: "control", code: 1 + rng.below(6), seq: after, word: 0, after }) as const,
        );
        const item = { type: "frame", bytes, seq: 9, kind: "data", inside } as const;
        const wire = encodeWire([item]);
        for (let cut = 1; columns * (cut + 1) <= wire.flags.length; cut += 1) {
          monitor.line(wire.data.subarray(0, (cut * bits) / 8), wire.flags.subarray(0, cut * columns));
          monitor.reset(
            wire.data.subarray((cut * bits) / 8, ((cut + 1) * bits) / 8),
            wire.flags.subarray(cut * columns, (cut + 1) * columns),
          );
        }
        const { length } = monitor.frames;
        const whole = encodeWire([{ type: "frame", bytes, seq: 9, kind: "data" }]);
        monitor.line(whole.data, whole.flags, rotation);
        monitor.drain();
        const expected = expectedFrame({ bytes, seq: 9, kind: 0x55, poison: false });
        expect(firstDifference(monitor.frames.slice(length), [expected])).toBeUndefined();
      });
    }
  });

  it("cuts a packet that is too long, and takes the next one", () => {
    for (const over of [-bits / 8, 0, 1, 8, bits / 8, bits, 5000]) {
      const rng = new Rng(0xa0);
      const frames = [randomFrame(rng, 40), randomFrame(rng, maxBytes + over), randomFrame(rng, 90)];
      const wire = encodeWire(
        frames.flatMap(({ bytes, seq, kind }) => [
          {
            type: "frame",
            bytes,
            seq: seq < 0 ? null : seq,
            kind: kind === 0x66 ? "flowControl" : "data",
          } as const,
          { type: "idle", columns } as const,
        ]),
      );
      const monitor = new RxMonitor(rx);
      monitor.line(wire.data, wire.flags);
      monitor.drain();
      const expected = frames.map(expectedFrame);
      if (over > 0) expected[1] = { ...expected[1]!, damaged: true };
      expect(firstDifference(monitor.frames, expected)).toBeUndefined();
      expect(monitor.frames[1]!.bytes.length).toBeLessThanOrEqual(maxBytes);
      expect(monitor.events).toEqual({ ...noEvents, oversize: over > 0 ? 1 : 0 });
    }
  });

  it("ends a packet as damaged when the link goes down, with or without rows", () => {
    for (const rows of [true, false]) {
      const rng = new Rng(0xb0);
      const frame = randomFrame(rng, 5 * (bits / 8));
      const whole = encodeWire([{ type: "frame", bytes: frame.bytes, seq: 5, kind: "data" }]);
      const monitor = new RxMonitor(rx);
      monitor.line(whole.data.subarray(0, 24 * columns), whole.flags.subarray(0, 3 * columns));
      monitor.setLinkUp(false);
      for (let at = 0; at < 10; at += 1) {
        if (rows) monitor.line(whole.data, whole.flags);
        else monitor.gap();
      }
      expect(monitor.frames).toHaveLength(1);
      expect(monitor.frames[0]!.damaged).toBe(true);
      monitor.setLinkUp(true);
      monitor.line(whole.data, whole.flags);
      monitor.drain();
      expect(monitor.frames).toHaveLength(2);
      expect(monitor.frames[1]!.damaged).toBe(false);
      expect(monitor.events).toEqual(noEvents);
    }
  });

  // start, a beat and a byte are C + 2 columns and two beats: more than a beat a row from C = 4 on
  if (columns > 2)
    it("loses packets that come faster than beats can leave, but never gives out a wrong one", () => {
      const rng = new Rng(0xc0);
      const frames = Array.from({ length: 300 }, (_, at) => ({
        ...randomFrame(rng, bits / 8 + 1),
        seq: at,
        kind: 0x55,
      }));
      const wire = encodeWire(frames.map(({ bytes, seq }) => ({ type: "frame", bytes, seq, kind: "data" })));
      const monitor = new RxMonitor(rx);
      monitor.line(wire.data, wire.flags);
      monitor.drain();
      expect(monitor.events.overrun).toBeGreaterThan(0);
      const good = monitor.frames.filter(({ damaged }) => !damaged);
      const want = good.map(({ seq }) => ({ ...expectedFrame(frames[seq]!), poison: false }));
      expect(firstDifference(good, want)).toBeUndefined();
      expect(new Set(good.map(({ seq }) => seq)).size).toBe(good.length);
      expect(good.length).toBeGreaterThan(20);
    });
});

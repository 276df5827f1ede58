import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { type BenchOptions, benchDesign, openLinkModule, titleOf } from "./link-bench.ts";
import { calm, type Limits, LlrTxBench, type Weather } from "./llr-tx-bench.ts";

const cases: readonly BenchOptions[] = [
  { bits: 64, derived: { replayDepthBeats: 256 } },
  { bits: 256, derived: { replayDepthBeats: 64 } },
  { bits: 64, memoryProtection: "secded", derived: { replayDepthBeats: 256 } },
];

describe.each(cases.map((one) => [titleOf(one), one] as const))("llr_tx, %s", (_title, one) => {
  const design = benchDesign(one);
  const { maxPacketBeats, beatBytes, replayBytes, replayEntries } = design.derived;
  const roomy: Limits = {
    timer: 400,
    count: 255,
    frames: replayEntries.value - 1,
    bytes: replayBytes.value,
    age: 0,
  };
  let model: Model;

  beforeAll(async () => {
    model = await openLinkModule(design, "llr_tx");
  });
  afterAll(() => model?.close());

  const withBench = async (
    seed: number,
    limits: Limits,
    body: (bench: LlrTxBench) => void,
  ): Promise<void> => {
    await withSeed(seed, (rng) => body(new LlrTxBench(model, design, rng, limits)));
  };

  /** Lets everything arrive and be acknowledged. */
  const drain = (bench: LlrTxBench): void => {
    const quiet: Weather = { ...calm, load: 0, ack: 0.2 };
    for (let cycle = 0; cycle < 6000; cycle += 1) {
      bench.cycle(quiet);
      if (bench.source.queue.length === 0 && bench.reference.outstanding === 0 && bench.ready) break;
    }
    bench.run({ ...calm, load: 0 }, 10);
    expect([bench.source.queue.length, bench.reference.outstanding]).toEqual([0, 0]);
  };

  it.each(["steady", "lossy", "hostile", "restarting", "held"])(
    "does as go-back-N does under random answers: %s",
    async (kind) => {
      await withBench(0x51, { ...roomy, timer: kind === "hostile" ? 150 : 400 }, (bench) => {
        const { rng, seen, monitor } = bench;
        for (let phase = 0; phase < 28; phase += 1) {
          bench.run(
            {
              load: rng.pick([0.1, 0.7, 1]),
              bubble: rng.pick([0, 0.1, 0.5]),
              ready: rng.pick([0.3, 0.9, 1]),
              ack: rng.pick([0, 0.02, 0.2]),
              nack: kind === "steady" ? 0 : rng.pick([0, 0.005, kind === "hostile" ? 0.2 : 0.02]),
              garbage: kind === "hostile" ? 0.5 : 0.02,
              restart: kind === "restarting" ? rng.pick([0.002, 0.02]) : 0,
              stop: kind === "restarting" ? 0.001 : 0,
              hold: kind === "held" ? 0.01 : 0,
            },
            1000,
          );
        }
        drain(bench);
        expect(seen.ok).toBeGreaterThan(100);
        if (kind !== "steady") expect(monitor.replays).toBeGreaterThan(10);
        if (kind !== "steady")
          expect(monitor.replayedFrames).toBeGreaterThan(kind === "restarting" ? 15 : 80);
        if (kind === "hostile") expect(seen.refused).toBeGreaterThan(500);
        if (kind === "restarting") expect(monitor.damaged).toBeGreaterThan(20);
        if (kind === "held") expect(seen.held).toBeGreaterThan(2000);
      });
    },
  );

  it.each([2, 3, 5])("has at most %i frames on their way", async (frames) => {
    await withBench(0x52, { ...roomy, timer: 4000, frames }, (bench) => {
      bench.run(calm, 1500);
      expect(bench.reference.outstanding).toBeGreaterThanOrEqual(frames - 1);
      drain(bench);
      bench.run(calm, 300);
      expect(bench.seen.ok).toBeGreaterThan(frames);
    });
  });

  it.each([2, 3, 4])("has at most the bytes of %i longest packets on their way", async (packets) => {
    const bytes = packets * maxPacketBeats.value * beatBytes.value;
    await withBench(0x53, { ...roomy, timer: 4000, bytes }, (bench) => {
      bench.run(calm, 2000);
      const held = bench.heldBeats() * beatBytes.value;
      expect(held).toBeGreaterThan(bytes - 2 * maxPacketBeats.value * beatBytes.value);
      drain(bench);
      expect(model.port("window_open").get()).toBe(1);
    });
  });

  it("holds what fits into the replay buffer, and no more", async () => {
    await withBench(0x54, { ...roomy, timer: 8000, bytes: 2 ** 31 }, (bench) => {
      bench.run(calm, 4000);
      const held = bench.heldBeats();
      expect(held).toBeLessThan(replayEntries.value);
      expect(held).toBeGreaterThan(replayEntries.value - 3 * maxPacketBeats.value - 4);
      bench.run({ ...calm, load: 0 }, 9000);
      expect(bench.monitor.replays).toBeGreaterThanOrEqual(1);
      drain(bench);
    });
  });

  it("returns every reservation, whatever becomes of the frame", async () => {
    const bytes = 2 * maxPacketBeats.value * beatBytes.value;
    await withBench(0x55, { ...roomy, bytes, frames: 2, timer: 300 }, (bench) => {
      for (let round = 0; round < 30; round += 1) {
        bench.run({ ...calm, ready: 0.8, ack: 0.1, restart: 0.01, bubble: 0.2 }, 400);
        drain(bench);
        // Exactly two longest packets fit, so that a single beat or frame left over closes the window
        expect(model.port("window_open").get()).toBe(1);
      }
    });
  });

  it("gives up after cfg_replay_ct_max replays, and not with 255", async () => {
    for (const count of [0, 1, 3, 255]) {
      await withBench(0x56, { ...roomy, timer: 100, count }, (bench) => {
        bench.run({ ...calm, load: 0.3 }, count === 255 ? 20_000 : 6000);
        if (count === 255) expect(bench.seen.flushes).toBe(0);
        else expect(bench.seen.flushes).toBeGreaterThan(1);
        expect(bench.seen.expired).toBeGreaterThanOrEqual(bench.seen.flushes * (count + 1));
        const nacked = { ...calm, load: 0.5, nack: 0.01, ack: 0.01 };
        bench.run(nacked, 3000);
      });
    }
  });

  it("counts no NACK of all that was sent as a replay", async () => {
    await withBench(0x5b, { ...roomy, timer: 100, count: 3 }, (bench) => {
      for (let round = 0; round < 4; round += 1) {
        bench.run({ ...calm, load: 0.3, ack: 0.2 }, 200);
        drain(bench);
        const seq = (bench.reference.oldest - 1 + 2 ** 20) % 2 ** 20;
        for (let nacks = 0; nacks < 5; nacks += 1) bench.cycle({ ...calm, load: 0 }, { kind: "nack", seq });
        bench.run({ ...calm, load: 0.1 }, 1500);
      }
      expect(bench.seen.flushes).toBeGreaterThan(1);
    });
  });

  it("sends nothing while the settings do not let two longest packets, or two frames, be on their way", async () => {
    const bytes = 2 * maxPacketBeats.value * beatBytes.value;
    for (const limits of [{ bytes: bytes - 1 }, { bytes: 0 }, { frames: 1 }, { frames: 0 }]) {
      await withBench(0x5c, { ...roomy, ...limits }, (bench) => {
        bench.run(calm, 300);
        expect([bench.seen.ok, model.port("window_open").get()]).toEqual([0, 0]);
      });
    }
  });

  it("keeps silent about the replay that a reset meets", async () => {
    const events = model.ports.filter(({ dir, name }) => dir === "out" && name.startsWith("evt_"));
    const rst = model.port("rst");
    const resetsQuietly = (): void => {
      rst.set(1);
      model.step();
      rst.set(0);
      for (const { name, bytes } of events) expect(bytes[0], name).toBe(0);
    };
    for (let lead = 0; lead < 12; lead += 1) {
      // A replay that a NACK asks for, and one that the timer does
      await withBench(0x5d, roomy, (bench) => {
        bench.run({ ...calm, load: 0.05 }, 300);
        while (bench.source.queue.length > 0) bench.cycle({ ...calm, load: 0 });
        bench.run({ ...calm, load: 0 }, 5);
        expect(bench.reference.outstanding).toBeGreaterThan(0);
        const seq = (bench.reference.oldest - 1 + 2 ** 20) % 2 ** 20;
        bench.cycle({ ...calm, load: 0 }, { kind: "nack", seq });
        bench.run({ ...calm, load: 0 }, lead);
        resetsQuietly();
      });
      await withBench(0x5e, { ...roomy, timer: 150 }, (bench) => {
        bench.run(calm, 120);
        for (let cycles = 0; bench.quiet < 144; cycles += 1) {
          expect(cycles).toBeLessThan(2000);
          bench.cycle({ ...calm, load: 0 });
        }
        bench.run({ ...calm, load: 0 }, lead);
        resetsQuietly();
      });
    }
  });

  it("gives up when the oldest frame is too old, however often it was replayed", async () => {
    for (const age of [640, 1000, 3000]) {
      await withBench(0x57, { ...roomy, timer: 200, age }, (bench) => {
        bench.run({ ...calm, load: 0.3 }, 12_000);
        expect(bench.seen.flushes).toBeGreaterThan(2);
        bench.run({ ...calm, load: 0.3, ack: 0.05, nack: 0.01 }, 6000);
      });
    }
  });

  it("replays back to back, and leaves no gap in front of new frames", async () => {
    await withBench(0x58, roomy, (bench) => {
      bench.run({ ...calm, load: 0.05 }, 300);
      while (bench.source.queue.length > 0) bench.cycle({ ...calm, load: 0 });
      const { oldest, outstanding } = bench.reference;
      expect(outstanding).toBeGreaterThan(2);
      const before = bench.monitor.replayedFrames;
      const beats = bench.heldBeats();
      bench.cycle({ ...calm, load: 0 }, { kind: "nack", seq: (oldest - 1 + 2 ** 20) % 2 ** 20 });
      bench.run({ ...calm, load: 0 }, beats + 4);
      expect(bench.monitor.replayedFrames - before).toBe(outstanding);
    });
  });

  it("falls silent when its session is stopped, also in the middle of a replay", async () => {
    await withBench(0x5a, { ...roomy, timer: 120 }, (bench) => {
      for (let round = 0; round < 200; round += 1) {
        const weather = { ...calm, load: 0.1, nack: 0.03, ready: bench.rng.pick([0.6, 1]) };
        bench.run(weather, 65 + bench.rng.below(200));
        bench.cycle({ ...weather, stop: 1 });
        bench.run({ ...weather, nack: 0 }, 20);
        bench.cycle(weather, "restart");
      }
      expect(bench.monitor.damaged).toBeGreaterThan(30);
      drain(bench);
    });
  });

  it("never lets a frame of the last session end as a good one, wherever the new one begins", async () => {
    await withBench(0x59, { ...roomy, timer: 120 }, (bench) => {
      for (let round = 0; round < 400; round += 1) {
        const weather = { ...calm, ready: bench.rng.pick([0.5, 1]), bubble: bench.rng.pick([0, 0.3]) };
        bench.run(weather, 65 + bench.rng.below(300));
        bench.cycle(weather, "restart");
      }
      expect(bench.monitor.damaged).toBeGreaterThan(150);
      drain(bench);
    });
  });
});

describe("llr_tx, retry none", () => {
  it("sends each frame once with a plain start column", async () => {
    const design = benchDesign({ retry: "none" });
    const model = await openLinkModule(design, "llr_tx");
    const limits: Limits = { timer: 0, count: 255, frames: 1e9, bytes: 1e9, age: 0 };
    await withSeed(0x61, (rng) => {
      const bench = new LlrTxBench(model, design, rng, limits);
      for (let phase = 0; phase < 20; phase += 1) {
        const [ready, bubble, restart] = [rng.pick([0.4, 1]), rng.pick([0, 0.4]), rng.pick([0, 0.01])];
        bench.run({ ...calm, ready, bubble, restart }, 1000);
      }
      bench.run({ ...calm, load: 0 }, 1000);
      expect(bench.source.queue.length).toBe(0);
      expect(bench.seen.ok).toBeGreaterThan(200);
      expect(bench.monitor.damaged).toBeGreaterThan(20);
      expect(model.port("window_open").get()).toBe(1);
    });
    model.close();
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { fail } from "./link-bench.ts";
import { benchSwitch, titleOfSwitch } from "./switch-bench.ts";
import { anyMix, blocked, draining, type Load, VoqBench } from "./switch-voq-bench.ts";
import { openSwitchPart } from "./switch-voq-build.ts";
import { packetOf, type VoqPacket, type Way } from "./switch-voq-packets.ts";
import { periodOf } from "./switch-voq-reference-reader.ts";
import { voqShapes } from "./switch-voq-shapes.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

describe.each(voqShapes.map((one) => [titleOfSwitch(one), one] as const))("voq_buffer: %s", (_, options) => {
  const design = benchSwitch(options);
  let model: Model;

  beforeAll(async () => {
    model = await openSwitchPart(design, "voq_buffer");
  });
  afterAll(() => model?.close());

  const withBench = (body: (bench: VoqBench) => void): Promise<void> =>
    withSeed(seed, (rng) => body(new VoqBench(model, design, rng)));

  /** A good packet of some beats; lane 0 to lane 0 of an output unless said otherwise. */
  const packet = (
    bench: VoqBench,
    beats: number,
    way: Way = { kind: "unicast", port: 1, lane: 0 },
    more: Partial<Pick<VoqPacket, "lane" | "lnh" | "badAfter">> = {},
  ): VoqPacket => {
    const { beatWords } = bench.shape;
    return packetOf(bench.shape, { lane: 0, length: Math.max(5, beats * beatWords), way, ...more });
  };
  /** Beats of the shortest packet. */
  const shortest = (bench: VoqBench): number => Math.ceil(5 / bench.shape.beatWords);

  /** Puts packets into the buffer and then lets them out; gives the cycles in which a beat was at the output. */
  const beatsOut = (bench: VoqBench, packets: readonly VoqPacket[], from: Load = blocked): number[] => {
    const { seen } = bench.checker;
    const cycles: number[] = [];
    bench.writer.queue.push(...packets);
    if (from === blocked) while (bench.writer.busy) bench.cycle(blocked);
    if (from === blocked) bench.run(blocked, 5);
    while (bench.writer.busy || !bench.reference.idle) {
      const before = seen.beats;
      bench.cycle(draining);
      if (seen.beats > before) cycles.push(model.cycle);
    }
    bench.checkAllLeft();
    return cycles;
  };

  it("passes packets on without a gap, those of one beat every second cycle", () =>
    withBench((bench) => {
      const { shape } = bench;
      const share = bench.reference.share(0);
      for (const beats of [1, 2, 3, 4, shape.pageBeats + 1].filter((one) => one >= shortest(bench))) {
        const pages = Math.ceil(beats / shape.pageBeats);
        const count = Math.floor((share.pages - share.longest) / pages) + 1;
        for (const ports of [1, shape.P]) {
          const packets = Array.from({ length: count }, (_unused, at) =>
            packet(bench, beats, { kind: "unicast", port: at % ports, lane: 0 }),
          );
          const cycles = beatsOut(bench, packets);
          expect(cycles).toHaveLength(count * beats);
          const busy = beats === 1 ? 2 * count - 1 : count * beats;
          expect(cycles.at(-1)! - cycles[0]! + 1, `${count} packets of ${beats} beats`).toBe(busy);
        }
      }
    }));

  it("has the first beat at the output as soon as the latency budget says, or as soon after the last one", () =>
    withBench((bench) => {
      const beats = Math.ceil(bench.shape.maxWords / bench.shape.beatWords);
      bench.run(draining, 20);
      const begin = model.cycle;
      const cycles = beatsOut(bench, [packet(bench, beats - 1)], draining);
      const written = bench.shape.cutThrough ? 1 : beats - 1;
      // the cycle after which a beat was seen, less that after which the beat was written
      expect(cycles[0]! - (begin + written)).toBe(6 + bench.shape.requestStages);
      expect(cycles.at(-1)! - cycles[0]!).toBe(beats - 2);
    }));

  it("lets a match through although packets to drop come without an end", () =>
    withBench((bench) => {
      const drops = (count: number): VoqPacket[] =>
        Array.from({ length: count }, () => packet(bench, shortest(bench), { kind: "drop" }));
      const one = packet(bench, shortest(bench));
      const behind = drops(60);
      bench.run(draining, 20);
      bench.writer.queue.push(...drops(20), one, ...behind);
      const begin = model.cycle;
      while (one.left === 0) {
        bench.cycle(draining);
        if (model.cycle - begin > 20 * 40) fail(model, "the packet never leaves");
      }
      expect(bench.writer.busy, "packets to drop still come when it leaves").toBe(true);
      bench.drain();
      bench.checkAllLeft();
    }));

  it("fills every lane to its last page, again and again", () =>
    withBench((bench) => {
      const { shape, reference, rng } = bench;
      for (let round = 0; round < 6; round += 1) {
        for (const lane of anyMix(shape).lanes) {
          const { pages, longest } = reference.share(lane);
          const words = lane === shape.dataLanes ? shape.maxWords15 : shape.maxWords;
          const way = (): Way => ({
            kind: "unicast",
            port: rng.below(shape.P),
            lane: rng.below(shape.lanes),
          });
          // one packet of some pages, then packets of one page, then a longest one that just fits
          const first = rng.range(1, Math.min(longest - 1, pages - longest));
          const ones = Array.from({ length: pages - longest - first }, () => 5);
          const sizes = [first * shape.pageBeats * shape.beatWords, ...ones, words];
          bench.write(
            sizes.map((length) => packetOf(shape, { lane, length, way: way() })),
            blocked,
          );
          // the limit counts a longest packet with its VCRC, which may be a page more
          const spare = longest - Math.ceil(words / (shape.beatWords * shape.pageBeats));
          expect(spare).toBeLessThanOrEqual(1);
          expect(reference.used[lane]).toBe(pages - spare);
        }
        bench.run({ ...blocked, mix: anyMix(shape) }, 50);
        bench.drain({ match: rng.pick([0.3, 1]) });
        bench.checkAllLeft();
      }
    }));

  it("drops what has been at the head of its queue from one look to the second one, and nothing else", () =>
    withBench((bench) => {
      const { shape, checker } = bench;
      const [stuck, free] = [1, 2];
      const period = periodOf(1);
      const rooms = { change: 0, open: 1, blocked: [stuck] };
      const load: Load = { ...draining, rooms };
      bench.run(load, 100);
      bench.configure({ lifetime: 1 });
      for (const wait of [0, period - 20, period - 1, Math.floor(period / 2)]) {
        bench.run(load, wait);
        const before = checker.seen.lifetime;
        bench.write([packet(bench, shortest(bench), { kind: "unicast", port: stuck, lane: 0 })], load);
        const begin = model.cycle;
        while (checker.seen.lifetime === before && model.cycle < begin + 3 * period) bench.cycle(load);
        const waited = model.cycle - begin;
        // the queues are looked at one a cycle
        expect(waited).toBeGreaterThanOrEqual(period - 10);
        expect(waited).toBeLessThanOrEqual(2 * period + shape.P * shape.stride + 10);
        bench.drain(load);
        expect(bench.checkAllLeft()).toBe(1);
      }
      // what moves now and then stays
      const mix = { ...anyMix(shape), outputs: [free, stuck], groups: [2], size: "short" as const };
      bench.run({ ...load, begin: 0.1, mix, match: 0.5 }, 6 * period);
      bench.drain(load);
      expect(bench.checkAllLeft()).toBeGreaterThan(1);
      // a shorter lifetime counts at once
      bench.configure({ lifetime: 1000 });
      bench.run(load, 50);
      bench.write([packet(bench, shortest(bench), { kind: "unicast", port: stuck, lane: 0 })], load);
      bench.configure({ lifetime: 1 });
      bench.run(load, 2 * period + shape.P * shape.stride + 10);
      bench.drain(load);
      expect(bench.checkAllLeft()).toBe(1);
      // what was seen before the lifetime was off does not count
      bench.configure({ lifetime: 1 });
      bench.write([packet(bench, shortest(bench), { kind: "unicast", port: stuck, lane: 0 })], load);
      bench.run(load, period);
      bench.configure({ lifetime: 0 });
      bench.run(load, 10);
      bench.configure({ lifetime: 1 });
      bench.run(load, period - 100);
      bench.drain();
      expect(bench.checkAllLeft()).toBe(0);
      // without an end
      bench.configure({ lifetime: 0 });
      bench.write([packet(bench, shortest(bench), { kind: "unicast", port: stuck, lane: 0 })], load);
      bench.run(load, 3 * period);
      bench.drain();
      expect(bench.checkAllLeft()).toBe(0);
    }));

  it("leaves a queue alone that moves in the very cycle in which it is found too old", () =>
    withBench((bench) => {
      const { reader } = bench.reference;
      const [port, lane] = [1, 0];
      const still: Load = { ...draining, match: 0 };
      bench.configure({ lifetime: 1 });
      for (let lead = 0; reader.spared === 0; lead += 1) {
        if (lead > 8) fail(model, "no match comes in that cycle");
        const way = { kind: "unicast", port, lane } as const;
        bench.write([packet(bench, shortest(bench), way), packet(bench, shortest(bench), way)], still);
        const before = bench.checker.seen.lifetime;
        for (let cycles = 0; reader.looksIn(port, lane) !== lead; cycles += 1) {
          if (cycles > 4 * periodOf(1)) fail(model, "the queue is never looked at");
          bench.cycle(still);
        }
        // The first packet leaves just then; the second one has its time before it
        while (bench.checker.seen.packets === 0 || !bench.reference.idle) bench.cycle(draining);
        const lost = bench.checkAllLeft();
        expect(bench.checker.seen.lifetime - before).toBe(lost);
        if (reader.spared > 0) expect(lost).toBe(0);
      }
    }));

  it("keeps the multicasts of a lane from holding up others, and unicast", () =>
    withBench((bench) => {
      const { shape, tables, reference, rng } = bench;
      const others = Array.from({ length: shape.P }, (_unused, port) => port).filter(
        (port) => port !== tables.own,
      );
      const stuck = others[0]!;
      const sl = Array.from({ length: 16 }, (_unused, at) => at).find((at) =>
        others.every((port) => tables.lane(port, at) >= 0),
      );
      tables.masks[2] = others.slice(1).reduce((mask, port) => mask | (1 << port), 0);
      const group = (index: number): Way => ({ kind: "multicast", index, sl: sl ?? 0 });
      const rooms = { change: 0, open: 1, blocked: [stuck] };
      const load: Load = { ...draining, rooms };
      const one = shortest(bench);
      // lane 0 sends to all until it cannot go on
      for (let sent = 0; reference.waiting[0]!.length < 2; sent += 1) {
        if (sent > 3 * shape.copies) fail(model, "the lane's multicasts go on and on");
        bench.write([packet(bench, one, group(0))], load);
        bench.run(load, 60);
      }
      const held = reference.waiting[0]!.length;
      // a lane has places for one packet to all ports beside the copies that wait
      expect(reference.copies[0]).toBe(shape.copies - shape.P + 1);
      for (let round = 0; round < 10; round += 1) {
        const lane = rng.range(1, shape.dataLanes);
        const packets = [
          packet(bench, one, group(2), { lane }),
          packet(bench, one, { kind: "unicast", port: stuck === 1 ? 2 : 1, lane: 0 }),
        ];
        bench.write(packets, load);
        bench.run(load, 60);
        for (const { due, left } of packets) expect(left).toBe(due);
      }
      expect(reference.waiting[0]).toHaveLength(held);
      bench.drain();
      bench.checkAllLeft();
    }));
});

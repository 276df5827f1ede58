import { describe, expect, it } from "vitest";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import {
  type BenchOptions,
  benchDesign,
  fail,
  openLinkModule,
  portsOf,
  resetAll,
  sameBytes,
  setField,
  titleOf,
} from "./link-bench.ts";

const cases: readonly BenchOptions[] = [
  { bits: 64, lanes: 1 },
  { bits: 64, lanes: 15 },
  { bits: 256, lanes: 4 },
];

/** A row of the receive buffer. */
interface Beat {
  readonly data: Uint8Array;
  readonly words: number;
  readonly last: boolean;
  readonly error: boolean;
}

function packet(rng: Rng, beatBytes: number): Beat[] {
  const count = rng.pick([1, 1, 2, 3, rng.range(1, 20)]);
  return Array.from({ length: count }, (_, at) => {
    const data = new Uint8Array(beatBytes);
    rng.fill(data);
    const last = at === count - 1;
    const words = last ? 1 + rng.below(beatBytes / 4) : beatBytes / 4;
    return { data, words, last, error: last && rng.chance(0.2) };
  });
}

describe.each(cases.map((one) => [titleOf(one), one] as const))("rx_egress, %s", (_title, one) => {
  const design = benchDesign(one);
  const lanes = (one.lanes ?? 4) + 1;
  const vlOf = (lane: number): number => (lane === lanes - 1 ? 15 : lane);

  /** @param holes probability that the next beat of a packet is not there yet */
  const run = async (seed: number, cycles: number, ready: number, holes: number, all: boolean) =>
    await withSeed(seed, async (rng) => {
      const model = await openLinkModule(design, "rx_egress");
      const p = portsOf(model, [
        ...([
          "beat_ready",
          "rd_en",
          "rd_lane",
          "rd_data",
          "rd_words",
          "rd_last",
          "rd_error",
          "vl_enable",
        ] as const),
        ...(["m_tdata", "m_tkeep", "m_tvalid", "m_tready", "m_tlast", "m_tuser"] as const),
      ]);
      resetAll(model);
      const beatBytes = p.rd_data.bytes.length;
      const queues: Beat[][] = Array.from({ length: lanes }, () => []);
      const expected: Beat[][] = Array.from({ length: lanes }, () => []);
      const served = new Array<number>(lanes).fill(0);
      const seen = { gaps: 0, packets: 0, errors: 0, skipped: 0 };
      let enable = 0xffff;
      /** Lane of the packet that is being read, and the lane served last. */
      let reading = -1;
      let lastLane = 0;
      /** Lane of the packet on the stream. */
      let streaming = -1;
      let held: Uint8Array | undefined;
      for (let cycle = 0; cycle < cycles; cycle += 1) {
        for (const [lane, queue] of queues.entries())
          if (queue.length < 30 && (all || rng.chance(0.05))) {
            const beats = packet(rng, beatBytes);
            queue.push(...beats);
            expected[lane]!.push(...beats);
          }
        if (!all && rng.chance(0.02)) enable = rng.below(65536);
        p.vl_enable.set(enable);
        const there = queues.map((queue) => queue.length > 0 && !rng.chance(holes));
        for (const [lane, is] of there.entries()) setField(p.beat_ready, lane, 1, is ? 1 : 0);
        p.m_tready.set(rng.chance(ready) ? 1 : 0);
        model.eval();

        const valid = p.m_tvalid.get() === 1;
        const stream = [p.m_tdata, p.m_tkeep, p.m_tlast, p.m_tuser].flatMap((port) => [...port.bytes]);
        const now = Uint8Array.from(stream);
        if (held !== undefined && (!valid || !sameBytes(held, now, now.length)))
          fail(model, "the stream moves");
        const taken = valid && p.m_tready.get() === 1;
        held = valid && !taken ? now : undefined;
        if (taken) {
          const vl = p.m_tuser.get() & 15;
          if (streaming < 0) streaming = vl === 15 ? lanes - 1 : vl;
          if (vl !== vlOf(streaming)) fail(model, "packets are mixed");
          const beat = expected[streaming]!.shift();
          if (beat === undefined) fail(model, "a beat from nowhere");
          if (!sameBytes(p.m_tdata.bytes, beat.data, beatBytes)) fail(model, "m_tdata");
          if ((p.m_tlast.get() === 1) !== beat.last) fail(model, "m_tlast");
          if (p.m_tuser.get() >> 4 !== Number(beat.error)) fail(model, "the error mark");
          for (let word = 0; word < beatBytes / 4; word += 1) {
            const keep = (p.m_tkeep.bytes[word >> 1]! >> (4 * (word & 1))) & 15;
            if (keep !== (word < beat.words ? 15 : 0)) fail(model, `m_tkeep of word ${word}`);
          }
          if (beat.last) {
            seen.packets += 1;
            seen.errors += Number(beat.error);
            streaming = -1;
          }
        } else if (p.m_tready.get() === 1 && cycle > 3) seen.gaps += 1;

        const reads = p.rd_en.get() === 1;
        const lane = p.rd_lane.get();
        if (reads && valid && !taken) fail(model, "read over a beat that waits");
        if (reads && there[lane] !== true) fail(model, "read of a beat that is not there");
        const wanted = there.map((is, at) => is && ((enable >> vlOf(at)) & 1) === 1);
        if (reads && reading >= 0 && lane !== reading) fail(model, "a packet is left in the middle");
        if (reads && reading < 0) {
          const order = Array.from({ length: lanes }, (_, at) => (lastLane + 1 + at) % lanes);
          const turn = order.find((at) => wanted[at]);
          if (turn !== lane) fail(model, `lane ${lane} is read out of turn, ${turn} is next`);
          if (there.some((is, at) => is && !wanted[at])) seen.skipped += 1;
          lastLane = lane;
          served[lane] = served[lane]! + 1;
        }
        const free = !valid || taken;
        const could = reading >= 0 ? there[reading] === true : wanted.includes(true);
        if (free && could && !reads) fail(model, "a beat could have been read");
        model.step();
        if (!reads) continue;
        const beat = queues[lane]!.shift()!;
        p.rd_data.bytes.set(beat.data);
        p.rd_words.set(beat.words - 1);
        p.rd_last.set(beat.last ? 1 : 0);
        p.rd_error.set(beat.error ? 1 : 0);
        reading = beat.last ? -1 : lane;
      }
      model.close();
      return { seen, served };
    });

  it("gives whole packets in turn to a client that comes and goes", async () => {
    const { seen } = await run(0xe1, 15_000, 0.7, 0.2, false);
    expect(Math.min(seen.packets, seen.errors, seen.skipped)).toBeGreaterThan(50);
  });

  it("has no gap while something waits, and serves every lane alike", async () => {
    const { seen, served } = await run(0xe2, 8000, 1, 0, true);
    expect(seen.gaps).toBe(0);
    expect(Math.max(...served) - Math.min(...served)).toBeLessThanOrEqual(1);
  });

  it("never moves what the client has not taken", async () => {
    const { seen } = await run(0xe3, 8000, 0.1, 0.5, false);
    expect(seen.packets).toBeGreaterThan(20);
  });
});

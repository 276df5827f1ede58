import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vlMemory } from "../../generator/views/vl-buffer.ts";
import type { Model } from "../../sim/driver/model.ts";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import {
  type BenchOptions,
  benchDesign,
  fail,
  field,
  openLinkModule,
  portsOf,
  resetAll,
  sameBytes,
  titleOf,
} from "./link-bench.ts";
import { plantedFault, plantFault, RowLayout, withPlantedFaults } from "./packet-memory-faults.ts";
import { type BufferBeat, BufferReference } from "./vl-buffer-reference.ts";

/** How a run is loaded; probabilities a cycle. */
interface Load {
  readonly write: number;
  readonly read: number;
  readonly abort: number;
  readonly lanes?: readonly number[];
}

const sizes = { vlBufferBeats: 130, vl15BufferBeats: 80 };
const cases: readonly (BenchOptions & { side: "tx" | "rx" })[] = [
  { side: "rx", lanes: 4, derived: sizes },
  { side: "rx", lanes: 15, bits: 256 },
  { side: "rx", lanes: 1, forwarding: "store-and-forward", derived: sizes },
  { side: "tx", lanes: 4 },
  { side: "tx", lanes: 15, bits: 256, forwarding: "store-and-forward" },
  { side: "rx", lanes: 4, memoryProtection: "secded", derived: sizes },
  { side: "tx", lanes: 2, bits: 256, forwarding: "store-and-forward", memoryProtection: "secded" },
];

describe.each(cases.map((one) => [`vl_${one.side}_buffer, ${titleOf(one)}`, one] as const))(
  "%s",
  (_title, { side, ...options }) => {
    const design = benchDesign(options);
    let model: Model;
    let bench: Bench;

    beforeAll(async () => {
      const secded = design.memoryProtection === "secded";
      model = await openLinkModule(design, `vl_${side}_buffer`, secded ? withPlantedFaults : undefined);
    });
    afterAll(() => model?.close());

    const run = async (seed: number, cycles: number, load: (rng: Rng) => Load): Promise<void> => {
      await withSeed(seed, (rng) => {
        const layout =
          design.memoryProtection === "secded" ? new RowLayout(vlMemory(design, side)) : undefined;
        bench = new Bench(model, new BufferReference(design, side), rng, layout);
        for (let part = 0; part < 20; part += 1) bench.run(load(rng), cycles / 20);
        bench.run({ write: 0, read: 1, abort: 0 }, 4000);
        expect(bench.reference.lanes.every(({ used, unread }) => used === 0 && unread.length === 0)).toBe(
          true,
        );
        expect(bench.told).toEqual(bench.wrongRows);
      });
    };

    it("keeps each lane's packets in order under any load", async () => {
      await run(1, 40_000, (rng) => ({
        write: rng.pick([0.1, 0.5, 0.9, 1]),
        read: rng.pick([0.05, 0.5, 0.9, 1]),
        abort: rng.pick([0, 0.1, 0.6]),
      }));
      expect(bench.aborts).toBeGreaterThan(25);
      expect(bench.packets).toBeGreaterThan(300);
      if (design.memoryProtection === "secded") {
        expect(bench.told.corrected).toBeGreaterThan(100);
        expect(bench.told.uncorrectable).toBeGreaterThan(30);
      }
      if (side === "rx" && options.forwarding !== "store-and-forward") expect(bench.kept).toBeGreaterThan(10);
    });

    it("fills one lane to the brim, while the others take and give packets", async () => {
      await run(2, 20_000, (rng) => ({
        write: 1,
        read: rng.pick([0, 0.3, 1]),
        abort: 0.1,
        lanes: [rng.below(options.lanes ?? 4), options.lanes ?? 4],
      }));
      expect(bench.full).toBeGreaterThan(5);
    });

    it("forgets everything at a reset in the middle of packets", async () => {
      await withSeed(4, (rng) => {
        const layout =
          design.memoryProtection === "secded" ? new RowLayout(vlMemory(design, side)) : undefined;
        for (let part = 0; part < 60; part += 1) {
          bench = new Bench(model, new BufferReference(design, side), rng, layout);
          bench.run({ write: 0.9, read: 0.8, abort: 0.1 }, 100 + rng.below(300));
        }
      });
    });

    it("passes a beat on in the cycle after it was written", async () => {
      await run(3, 10_000, () => ({ write: 1, read: 1, abort: 0 }));
    });
  },
);

class Bench {
  aborts = 0;
  packets = 0;
  /** Packets that were found bad when a reader had begun them. */
  kept = 0;
  full = 0;
  /** Rows read with wrong bits, as they were planted and as the events tell. */
  readonly wrongRows = { corrected: 0, uncorrectable: 0 };
  readonly told = { corrected: 0, uncorrectable: 0 };
  readonly #p;
  readonly #beatBytes: number;
  readonly #usedBits: number;
  #writing: { lane: number; left: number; abort: boolean; written: number } | undefined;
  #reading = -1;
  /** The packet that is being written may end in this cycle: only what looks whether it is being read is told. */
  #ending = false;
  #shown: BufferBeat | undefined;
  /** A row of the packet that is being read could not be put right; the one shown could not. */
  #badPacket = false;
  #badRow = false;

  readonly model: Model;
  readonly reference: BufferReference;
  readonly rng: Rng;
  /** Of a memory that corrects errors. */
  readonly layout: RowLayout | undefined;

  constructor(model: Model, reference: BufferReference, rng: Rng, layout: RowLayout | undefined) {
    this.layout = layout;
    this.model = model;
    this.reference = reference;
    this.rng = rng;
    resetAll(model);
    this.#p = portsOf(model, [
      "wr_valid",
      "wr_lane",
      "wr_data",
      "wr_words",
      "wr_last",
      "wr_error",
      "wr_abort",
      "room",
      "beat_ready",
      "rd_en",
      "rd_lane",
      "rd_data",
      "rd_words",
      "rd_last",
      "rd_error",
    ]);
    this.#beatBytes = this.#p.wr_data.bytes.length;
    const used = model.hasPort("used") ? model.port("used").bits : 0;
    this.#usedBits = used / (reference.lanes.length - 1);
  }

  run(load: Load, cycles: number): void {
    const started = this.model.hasPort("started") ? this.model.port("started") : undefined;
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      this.#drawEnding();
      const readLane = this.#chooseRead(load);
      this.model.eval();
      for (let lane = 0; started !== undefined && lane < this.reference.lanes.length; lane += 1) {
        if (this.reference.started(lane) !== (field(started, lane, 1) === 1))
          fail(this.model, `started of lane ${lane}`);
      }
      const beat = readLane < 0 ? undefined : this.reference.read(readLane);
      const commit = this.#write(load);
      this.model.step();
      commit();
      if (beat !== undefined) {
        this.#noteRow(beat);
        this.#shown = beat;
        this.#reading = beat.last ? -1 : readLane;
        if (beat.last) this.packets += 1;
      }
      this.#noteEvents();
      this.reference.endCycle(beat, readLane);
      this.#check();
    }
  }

  #noteRow({ data }: BufferBeat): void {
    const outcome = this.layout?.outcome(plantedFault(data)) ?? { corrected: false, uncorrectable: false };
    const begins = this.#shown === undefined || this.#shown.last;
    this.#badRow = outcome.uncorrectable;
    this.#badPacket = (this.#badPacket && !begins) || outcome.uncorrectable;
    this.wrongRows.corrected += Number(outcome.corrected);
    this.wrongRows.uncorrectable += Number(outcome.uncorrectable);
  }

  #noteEvents(): void {
    if (this.layout === undefined) return;
    this.told.corrected += this.model.port("evt_memory_corrected").get();
    this.told.uncorrectable += this.model.port("evt_memory_uncorrectable").get();
  }

  #drawEnding(): void {
    if (!this.model.hasPort("started")) return;
    this.#ending = this.#writing?.left === 1 || this.rng.chance(0.02);
    this.model.port("wr_ending").set(Number(this.#ending));
  }

  #chooseRead({ read }: Load): number {
    const { reference, rng } = this;
    let lane = -1;
    if (rng.chance(read)) {
      const first = this.#reading >= 0 ? this.#reading : rng.below(reference.lanes.length);
      const tries = this.#reading >= 0 ? 1 : reference.lanes.length;
      for (let at = 0; at < tries && lane < 0; at += 1) {
        const one = (first + at) % reference.lanes.length;
        if (reference.ready(one, this.#ending) && !this.#mayVanish(one)) lane = one;
      }
    }
    this.#p.rd_en.set(lane >= 0 ? 1 : 0);
    this.#p.rd_lane.set(lane >= 0 ? lane : rng.below(reference.lanes.length));
    return lane;
  }

  /** A transmit queue does not look whether a packet is being read: such a packet is not begun before it is complete. */
  #mayVanish(lane: number): boolean {
    const open = this.#writing;
    if (this.model.hasPort("started") || open === undefined) return false;
    return open.lane === lane && open.abort && this.reference.readsOpen(lane);
  }

  /** Sets the inputs of the write side; gives what the reference does at the edge. */
  #write(load: Load): () => void {
    const { reference, rng } = this;
    const p = this.#p;
    for (const port of [p.wr_valid, p.wr_abort]) port.set(0);
    // Marks mean something in the beat only that they belong to
    for (const port of [p.wr_last, p.wr_error]) port.set(rng.below(2));
    rng.fill(p.wr_data.bytes);
    if (this.layout !== undefined && rng.chance(0.05)) plantFault(p.wr_data.bytes, this.layout.draw(rng));
    if (this.#writing === undefined) {
      const lane = load.lanes === undefined ? rng.below(reference.lanes.length) : rng.pick(load.lanes);
      if (!rng.chance(load.write)) return () => {};
      if (!reference.room(lane)) {
        this.full += 1;
        return () => {};
      }
      const { longest } = reference.lanes[lane]!;
      const left = rng.chance(0.3) ? longest : 1 + rng.below(longest);
      this.#writing = { lane, left, abort: rng.chance(load.abort), written: 0 };
    }
    const packet = this.#writing;
    p.wr_lane.set(packet.lane);
    if (!rng.chance(load.write) && load.write > 0) return () => {};
    packet.left -= 1;
    packet.written += 1;
    const ends = packet.left === 0;
    if (ends) this.#writing = undefined;
    const begun = reference.started(packet.lane);
    if (ends && packet.abort && !begun) {
      this.aborts += 1;
      p.wr_abort.set(1);
      return () => reference.abort(packet.lane);
    }
    const words = ends ? 1 + rng.below(this.#beatBytes / 4) : this.#beatBytes / 4;
    const error = ends && (packet.abort || rng.chance(0.05));
    if (ends && packet.abort) this.kept += 1;
    p.wr_valid.set(1);
    p.wr_words.set(words - 1);
    p.wr_last.set(ends ? 1 : 0);
    if (ends) p.wr_error.set(error ? 1 : 0);
    const beat = { data: p.wr_data.bytes.slice(), words, last: ends, error };
    return () => reference.write(packet.lane, beat);
  }

  #check(): void {
    const { model, reference } = this;
    const p = this.#p;
    const beat = this.#shown;
    if (beat !== undefined) {
      const words = this.#badRow ? beat.words : p.rd_words.get() + 1;
      const shown = [words, p.rd_last.get() === 1, p.rd_error.get() === 1];
      const error = beat.error || (beat.last && this.#badPacket);
      if (!this.#badRow && !sameBytes(p.rd_data.bytes, beat.data, this.#beatBytes))
        fail(model, "rd_data is not the beat");
      if (shown.join() !== [beat.words, beat.last, error].join()) fail(model, `the marks are ${shown}`);
    }
    for (let lane = 0; lane < reference.lanes.length; lane += 1) {
      if (reference.ready(lane, this.#ending) !== (field(p.beat_ready, lane, 1) === 1))
        fail(model, `beat_ready of ${lane}`);
      if (reference.room(lane) !== (field(p.room, lane, 1) === 1)) fail(model, `room of lane ${lane}`);
      if (this.#usedBits === 0 || lane === reference.lanes.length - 1) continue;
      const used = field(model.port("used"), this.#usedBits * lane, this.#usedBits);
      if (used !== reference.lanes[lane]!.used) fail(model, `used of lane ${lane} is ${used}`);
    }
  }
}

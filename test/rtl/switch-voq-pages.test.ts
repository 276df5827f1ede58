import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { fail, field, portsOf, resetAll } from "./link-bench.ts";
import { benchSwitch, titleOfSwitch } from "./switch-bench.ts";
import { openSwitchPart } from "./switch-voq-build.ts";
import { type BufferShape, shapeOf } from "./switch-voq-packets.ts";
import { voqShapes } from "./switch-voq-shapes.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

interface Packet {
  readonly lane: number;
  readonly pages: number[];
}

interface Write {
  readonly kind: "beat" | "last" | "abort";
  readonly lane: number;
}

/**
 * Who holds which page. Of the packet that is written only this is asked: its beats are the rows of a page in order, then
 * those of the page that `wr_next` named with the last of them; its pages are nobody else's.
 */
class PagesBench {
  readonly shape: BufferShape;
  readonly rng: Rng;
  readonly used: number[];
  /** Complete packets, and the one that is being written. */
  packets: Packet[] = [];
  open: Packet | undefined;
  aborts = 0;
  readonly #model: Model;
  readonly #p;
  /** Pages of complete packets that have not come back. */
  readonly #held = new Set<number>();
  #beat = 0;
  #next = -1;
  /** The packet whose pages come back. */
  #leaving: { readonly packet: Packet; at: number } | undefined;

  constructor(model: Model, shape: BufferShape, rng: Rng) {
    this.#model = model;
    this.shape = shape;
    this.rng = rng;
    this.used = new Array<number>(shape.lanes).fill(0);
    this.#p = portsOf(model, [
      ...["wr_valid", "wr_lane", "wr_last", "wr_abort", "free_valid", "free_page"],
      ...[
        "release_valid",
        "release_lane",
        "release_pages",
        "ready",
        "wr_row",
        "wr_next",
        "room",
        "used_pages",
      ],
    ] as const);
    resetAll(model);
    for (let waited = 1; this.#p.ready.get() === 0; waited += 1) {
      if (waited >= shape.pages) fail(model, "not ready");
      model.step();
    }
  }

  share(lane: number): { pages: number; longest: number } {
    const { dataLanes, dataPages, vl15Pages, longest, longest15 } = this.shape;
    return lane === dataLanes ? { pages: vl15Pages, longest: longest15 } : { pages: dataPages, longest };
  }

  room(lane: number): boolean {
    const { pages, longest } = this.share(lane);
    return pages - this.used[lane]! >= longest;
  }

  /** A cycle with a beat, or none; `free` gives the next page of a packet back, packets in any order. */
  cycle(write: Write | undefined, free: boolean): void {
    const p = this.#p;
    p.wr_valid.set(Number(write?.kind === "beat" || write?.kind === "last"));
    p.wr_lane.set(write?.lane ?? this.rng.below(this.shape.lanes));
    p.wr_last.set(write === undefined ? this.rng.below(2) : Number(write.kind === "last"));
    p.wr_abort.set(Number(write?.kind === "abort"));
    const release = this.#free(free);
    this.#model.eval();
    this.#check();
    const next = p.wr_next.get();
    if (write?.kind === "abort") this.#takeBack();
    else if (write !== undefined) this.#write(write, p.wr_row.get(), next);
    this.#model.step();
    if (write?.kind === "last") this.#commit();
    if (release !== undefined) this.used[release.lane]! -= release.pages.length;
  }

  #check(): void {
    const p = this.#p;
    const { lanes, countBits } = this.shape;
    for (let lane = 0; lane < lanes; lane += 1) {
      if (field(p.room, lane, 1) !== Number(this.room(lane))) fail(this.#model, `room of lane ${lane}`);
      if (field(p.used_pages, lane * countBits, countBits) !== this.used[lane])
        fail(this.#model, `used_pages of lane ${lane}`);
    }
  }

  #write({ lane }: Write, row: number, next: number): void {
    const { pageBeats, pages } = this.shape;
    const page = Math.floor(row / pageBeats);
    if (this.open === undefined) {
      this.open = { lane, pages: [] };
      this.#beat = 0;
    }
    if (row % pageBeats !== this.#beat % pageBeats) fail(this.#model, `row ${row} for beat ${this.#beat}`);
    if (this.#beat % pageBeats === 0) {
      if (this.#beat > 0 && page !== this.#next) fail(this.#model, `page ${page}, not ${this.#next}`);
      if (page >= pages) fail(this.#model, `there is no page ${page}`);
      if (this.#held.has(page) || this.open.pages.includes(page)) fail(this.#model, `page ${page} is taken`);
      this.open.pages.push(page);
    } else if (page !== this.open.pages.at(-1)) fail(this.#model, `page ${page} within a page`);
    this.#beat += 1;
    this.#next = next;
  }

  #takeBack(): void {
    this.aborts += Number(this.open !== undefined);
    this.open = undefined;
  }

  #commit(): void {
    const packet = this.open!;
    for (const page of packet.pages) this.#held.add(page);
    this.used[packet.lane]! += packet.pages.length;
    this.packets.push(packet);
    this.open = undefined;
  }

  /** As the reader does: a page a cycle at most, and the packet's release with the last one. */
  #free(free: boolean): Packet | undefined {
    const p = this.#p;
    for (const port of [p.free_valid, p.release_valid]) port.set(0);
    p.free_page.set(this.rng.below(this.shape.pages));
    p.release_lane.set(this.rng.below(this.shape.lanes));
    if (!free) return undefined;
    if (this.#leaving === undefined) {
      if (this.packets.length === 0) return undefined;
      const [packet] = this.packets.splice(this.rng.below(this.packets.length), 1);
      this.#leaving = { packet: packet!, at: 0 };
    }
    const { packet, at } = this.#leaving;
    const page = packet.pages[at]!;
    this.#leaving.at += 1;
    this.#held.delete(page);
    p.free_valid.set(1);
    p.free_page.set(page);
    if (at + 1 < packet.pages.length) return undefined;
    this.#leaving = undefined;
    p.release_valid.set(1);
    p.release_lane.set(packet.lane);
    p.release_pages.set(packet.pages.length);
    return packet;
  }

  get empty(): boolean {
    return this.packets.length === 0 && this.#leaving === undefined;
  }
}

describe.each(voqShapes.map((one) => [titleOfSwitch(one), one] as const))("voq_pages: %s", (_, options) => {
  const design = benchSwitch(options);
  const shape = shapeOf(design);
  let model: Model;

  beforeAll(async () => {
    model = await openSwitchPart(design, "voq_pages");
  });
  afterAll(() => model?.close());

  /** A packet of some beats, ended or taken back behind them, while pages come back or not. */
  function packet(
    bench: PagesBench,
    lane: number,
    beats: number,
    aborted: boolean,
    free: () => boolean,
  ): void {
    for (let beat = 1; beat <= beats; beat += 1)
      bench.cycle({ kind: beat === beats && !aborted ? "last" : "beat", lane }, free());
    if (aborted) bench.cycle({ kind: "abort", lane }, free());
  }

  /** Takes every page that the lanes may have. */
  function fill(bench: PagesBench): void {
    for (let lane = 0; lane < shape.lanes; lane += 1) {
      const { pages, longest } = bench.share(lane);
      while (bench.used[lane]! < pages - longest) packet(bench, lane, 1, false, () => false);
      packet(bench, lane, longest * shape.pageBeats, false, () => false);
      expect(bench.used[lane]).toBe(pages);
      expect(bench.room(lane)).toBe(false);
    }
  }

  const empty = (bench: PagesBench): void => {
    while (!bench.empty) bench.cycle(undefined, true);
  };

  it("gives back what a packet took, wherever it is taken back", () =>
    withSeed(seed, (rng) => {
      const bench = new PagesBench(model, shape, rng);
      const most = shape.longest * shape.pageBeats;
      for (let beats = 0; beats < most; beats += 1) {
        for (const before of [0, 1, rng.below(shape.pages)]) {
          for (let one = 0; one < before; one += 1)
            if (bench.room(0)) packet(bench, 0, 1 + rng.below(most), false, () => rng.chance(0.5));
          packet(bench, 0, beats, true, () => rng.chance(0.5));
          if (rng.chance(0.3)) packet(bench, 0, beats, true, () => true);
        }
        empty(bench);
      }
      fill(bench);
      empty(bench);
      expect(bench.aborts).toBeGreaterThan(2 * (most - 1));
    }));

  it("takes no page twice and loses none, under any load", () =>
    withSeed(seed, (rng) => {
      const bench = new PagesBench(model, shape, rng);
      for (let round = 0; round < 10; round += 1) {
        for (let part = 0; part < 60; part += 1) {
          const freely = rng.pick([0.1, 0.5, 1]);
          const lane = rng.below(shape.lanes);
          const { longest } = bench.share(lane);
          const most = rng.pick([1, shape.pageBeats, shape.pageBeats + 1, longest * shape.pageBeats]);
          const free = (): boolean => rng.chance(freely);
          if (bench.room(lane)) packet(bench, lane, rng.range(1, most), rng.chance(0.2), free);
          while (rng.chance(0.4)) bench.cycle(undefined, free());
        }
        empty(bench);
        fill(bench);
        empty(bench);
      }
    }));

  it("sets its pages up again after a reset in the middle of everything", () =>
    withSeed(seed, (rng) => {
      for (let round = 0; round < 4; round += 1) {
        const bench = new PagesBench(model, shape, rng);
        fill(bench);
        empty(bench);
        packet(bench, 0, 1 + rng.below(5), false, () => false);
        bench.cycle({ kind: "beat", lane: 0 }, rng.chance(0.5));
      }
    }));
});

import { beforeAll, describe, expect, it } from "vitest";
import { dmaReadModules } from "../../generator/views/nic/dma-read.ts";
import { Axi4Memory } from "../../sim/bfm/axi4-memory.ts";
import { HostPages, hostPageBytes } from "../../sim/bfm/host-pages.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { RecordSink, RecordSource, randomBytes } from "./records.ts";
import { openStreamModule, protectedWidths, streamDesign } from "./streams-design.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

interface Piece {
  readonly address: bigint;
  readonly bytes: number;
}
interface Pace {
  readonly gaps?: number;
  readonly stalls?: number;
  readonly busStalls?: number;
  readonly latency?: readonly [number, number];
}

const base = 0xffff_fff0_0000_0000n;
const windowPages = 8;
const hole = base + BigInt(windowPages * hostPageBytes);
const outstandingReads = 8;

/** One run: packets of pieces, and the stream that comes of them. */
class ReadRun {
  readonly pages = new HostPages();
  readonly memory: Axi4Memory;
  readonly commands: RecordSource;
  readonly sink: RecordSink;
  readonly outAt: number[] = [];
  readonly arAt: number[] = [];
  readonly rAt: number[] = [];
  readonly takenAt: number[] = [];
  readonly #model: Model;
  readonly #beatBytes: number;
  readonly #due: { bytes: Uint8Array; error: boolean }[] = [];
  #got: Uint8Array[] = [];
  #at = 0;

  constructor(model: Model, rng: Rng, { gaps = 0, stalls = 0, busStalls = 0, latency = [1, 1] }: Pace = {}) {
    this.#model = model;
    this.#beatBytes = model.port("pl_tdata").bits / 8;
    this.pages.map(base, windowPages * hostPageBytes);
    this.pages.write(base, randomBytes(rng, windowPages * hostPageBytes));
    this.memory = new Axi4Memory(model, "m", this.pages, {
      ...{ sides: "read", seed: rng.next(), readLatency: latency },
      stalls: { ar: busStalls, r: busStalls },
    });
    this.commands = new RecordSource(model, "cmd_", rng.fork("cmd"), gaps);
    this.commands.onTaken = (_fields, cycle) => void this.takenAt.push(cycle);
    const take = (cycle: number): void => this.#take(cycle);
    this.sink = new RecordSink(model, "pl_t", ["data", "last", "user"], rng.fork("pl"), take, stalls);
  }

  packet(pieces: readonly Piece[]): void {
    pieces.forEach(({ address, bytes }, index) => {
      this.commands.push({ address, bytes, last: index === pieces.length - 1 ? 1 : 0 });
    });
    const error = pieces.some(({ address, bytes }) => address + BigInt(bytes) > hole);
    const parts = error ? [] : pieces.map(({ address, bytes }) => this.pages.read(address, bytes));
    const length = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#due.push({ bytes: error ? new Uint8Array(length) : Buffer.concat(parts), error });
  }

  run(limit = 200_000): void {
    for (; this.#due.length > 0; this.#cycle())
      if (this.#at > limit) throw new Error(`${this.#due.length} packets do not come`);
    for (let rest = 0; rest < 20; rest += 1) this.#cycle();
    expect([this.#got.length, this.memory.idle, this.commands.waiting]).toEqual([0, true, 0]);
    expect(this.memory.read!.most).toBeLessThanOrEqual(outstandingReads);
  }

  #cycle(): void {
    const model = this.#model;
    this.commands.drive();
    this.sink.drive();
    this.memory.drive(this.#at);
    model.eval();
    if (model.port("m_rready").get() !== 1) throw new Error("m_rready falls");
    if (model.port("m_arvalid").get() === 1) this.arAt.push(this.#at);
    if (model.port("m_rvalid").get() === 1) this.rAt.push(this.#at);
    this.commands.sample(this.#at);
    this.memory.sample(this.#at);
    this.sink.sample(this.#at);
    model.step();
    this.#at += 1;
  }

  #take(cycle: number): void {
    const model = this.#model;
    this.outAt.push(cycle);
    this.#got.push(model.port("pl_tdata").bytes.slice());
    if (model.port("pl_tlast").get() === 0) return;
    const due = this.#due.shift();
    if (due === undefined) throw new Error("a packet too many");
    const bytes = Buffer.concat(this.#got);
    const beats = Math.ceil(due.bytes.length / this.#beatBytes);
    expect([this.#got.length, model.port("pl_tuser").get()]).toEqual([beats, due.error ? 1 : 0]);
    this.#got = [];
    if (!due.error && Buffer.compare(bytes.subarray(0, due.bytes.length), due.bytes) !== 0) {
      const wrong = due.bytes.findIndex((value, at) => value !== bytes[at]);
      throw new Error(`byte ${wrong} of ${due.bytes.length} is ${bytes[wrong]}, not ${due.bytes[wrong]}`);
    }
  }
}

function place(rng: Rng, bytes: number): bigint {
  const room = windowPages * hostPageBytes - bytes;
  const page = hostPageBytes * rng.range(1, windowPages - 1);
  const near = page - rng.below(bytes + 1);
  return base + BigInt(Math.min(room, rng.chance(0.4) ? near : rng.below(room + 1)));
}

function randomPieces(rng: Rng, longest: number): Piece[] {
  const pieces: Piece[] = [];
  for (let left = rng.range(1, longest); left > 0; ) {
    const bytes = pieces.length === 5 || rng.chance(0.4) ? left : rng.range(1, left);
    pieces.push({ address: place(rng, bytes), bytes });
    left -= bytes;
  }
  return pieces;
}

describe.each(protectedWidths)("nic_dma_read at %i bits, memories with %s", (width, memoryProtection) => {
  const beatBytes = width / 8;
  const burstBeats = Math.min(32, 4096 / beatBytes);
  let model: Model;
  beforeAll(async () => {
    const design = streamDesign({ width, outstandingReads, readBurstBeats: burstBeats, memoryProtection });
    model = await openStreamModule(design, dmaReadModules(design));
  }, 600_000);

  const start = (rng: Rng, pace?: Pace): ReadRun => {
    model.reset();
    return new ReadRun(model, rng, pace);
  };

  it("packs pieces from anywhere into packets", () =>
    withSeed(seed, (rng) => {
      for (const [gaps, stalls, busStalls, longest] of [
        [0, 0, 0, 700],
        [0.4, 0, 0, 200],
        [0, 0.6, 0, 4096],
        [0, 0, 0.6, 1000],
        [0.5, 0.5, 0.5, 90],
      ] as const) {
        const latency: [number, number] = rng.chance(0.5) ? [1, 1] : [1, 60];
        const run = start(rng, { gaps, stalls, busStalls, latency });
        for (let count = 0; count < 50; count += 1)
          run.packet(randomPieces(rng, rng.chance(0.2) ? 4096 : longest));
        run.run();
      }
    }));

  it("reads every length at every alignment of memory and packet", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      const step = beatBytes > 32 && process.env.LANEWRIGHT_LONG === undefined ? 7 : 1;
      for (let bytes = 1; bytes <= 2 * beatBytes + 1; bytes += 1)
        for (let lane = rng.below(step); lane < beatBytes; lane += step) {
          const skip = rng.below(beatBytes);
          const address = base + BigInt(rng.below(windowPages - 1) * hostPageBytes + lane);
          run.packet([...(skip === 0 ? [] : [{ address: base, bytes: skip }]), { address, bytes }]);
        }
      run.run(1_000_000);
    }));

  it("never asks for more than it has room for, however long the stream stands still", () =>
    withSeed(seed, (rng) => {
      const run = start(rng, { stalls: 0.97 });
      for (let count = 0; count < 12; count += 1) run.packet(randomPieces(rng, 2048));
      run.run();
    }));

  it("marks the packet that memory failed for, and only that", () =>
    withSeed(seed, (rng) => {
      const run = start(rng, { stalls: 0.2, latency: [1, 9] });
      for (let count = 0; count < 60; count += 1) {
        const pieces = randomPieces(rng, 500);
        if (rng.chance(0.4))
          pieces.splice(rng.below(pieces.length + 1), 0, { address: hole - 20n, bytes: 40 });
        run.packet(pieces);
      }
      run.run();
    }));

  it.each([
    ["aligned", 0n, 0, 1],
    ["across beats", 13n, 1, 3],
  ])(
    "gives a beat a cycle from 4 KiB %s, with a latency that its bursts cover",
    (_name, offset, more, part) =>
      withSeed(seed, (rng) => {
        const covered = Math.floor(((outstandingReads - 1) * burstBeats - 8) / part);
        const run = start(rng, { latency: [covered, covered] });
        for (let count = 0; count < 20; count += 1)
          run.packet([{ address: base + BigInt((count % 6) * hostPageBytes) + offset, bytes: 4096 }]);
        run.run();
        const beats = (20 * 4096) / beatBytes;
        const cycles = run.outAt.at(-1)! - run.outAt[0]! + 1;
        expect(run.outAt.length).toBe(beats);
        expect(cycles).toBeLessThanOrEqual(beats + 20 * more);
      }),
  );

  it("is 3 cycles late with the address, and 4 with the data", () =>
    withSeed(seed, (rng) => {
      const run = start(rng, { latency: [10, 10] });
      run.packet([{ address: base + 40n, bytes: 8 }]);
      run.run();
      expect([run.arAt[0]! - run.takenAt[0]!, run.outAt[0]! - run.rAt[0]!]).toEqual([3, 4]);
    }));
});

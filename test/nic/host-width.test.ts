import { beforeAll, describe, expect, it } from "vitest";
import { hostWidthModules } from "../../generator/views/nic/host-width.ts";
import { Axi4Memory } from "../../sim/bfm/axi4-memory.ts";
import { HostPages, hostPageBytes } from "../../sim/bfm/host-pages.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { RecordSink, RecordSource, randomBytes } from "./records.ts";
import { openStreamModule, streamDesign } from "./streams-design.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const base = 0xabcd_0000_0000n;
/** Pages that are read, and behind one that is not there, as many that are written. */
const pages = 4;
const written = base + BigInt((pages + 1) * hostPageBytes);

interface Pace {
  readonly gaps?: number;
  readonly stalls?: number;
  readonly interleave?: number;
  readonly latency?: readonly [number, number];
}

/** Reads and writes of the adapter at random, on one side; host memory of another width on the other. */
class WidthRun {
  readonly memory: Axi4Memory;
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #host = new HostPages();
  readonly #due: { bytes: Uint8Array | null; last: boolean }[][] = [[], [], []];
  readonly #answers: boolean[] = [];
  readonly #expected = new Uint8Array(pages * hostPageBytes);
  readonly #sources: readonly RecordSource[];
  readonly #answer: RecordSink;
  readonly #bytes: number;
  #at = 0;

  constructor(model: Model, rng: Rng, { gaps = 0, stalls = 0, interleave = 0, latency = [1, 1] }: Pace) {
    model.reset();
    this.#model = model;
    this.#rng = rng;
    this.#bytes = model.port("s_rdata").bits / 8;
    this.#host.map(base, pages * hostPageBytes);
    this.#host.write(base, randomBytes(rng, pages * hostPageBytes));
    this.#host.map(written, pages * hostPageBytes);
    this.memory = new Axi4Memory(model, "m", this.#host, {
      ...{ seed: rng.next(), readLatency: latency, writeLatency: latency, interleave },
      stalls: { ar: stalls, r: stalls, aw: stalls, w: stalls, b: stalls },
    });
    this.#sources = ["s_ar", "s_aw", "s_w"].map(
      (name) => new RecordSource(model, name, rng.fork(name), gaps),
    );
    model.port("s_rready").set(1);
    this.#answer = new RecordSink(
      ...([model, "s_b", ["resp"], rng.fork("b"), () => this.#answered(), stalls] as const),
    );
  }

  /** A place for a burst within a page. */
  #place(): { offset: number; beats: number } {
    const most = hostPageBytes / this.#bytes;
    const beats = this.#rng.chance(0.1) ? this.#rng.range(1, most) : this.#rng.range(1, 5);
    const within = this.#rng.below(most - beats + 1);
    return { offset: this.#bytes * within, beats };
  }

  read(id: number): void {
    const { offset, beats } = this.#place();
    const page = this.#rng.below(pages + 1) * hostPageBytes;
    const addr = base + BigInt(page + offset);
    this.#sources[0]!.push({ id, addr, len: beats - 1 });
    for (let beat = 0; beat < beats; beat += 1)
      this.#due[id]!.push({
        bytes:
          page < pages * hostPageBytes
            ? this.#host.read(addr + BigInt(beat * this.#bytes), this.#bytes)
            : null,
        last: beat === beats - 1,
      });
  }

  write(): void {
    const { offset, beats } = this.#place();
    const page = this.#rng.below(pages + 1) * hostPageBytes;
    this.#sources[1]!.push({ addr: written + BigInt(page + offset), len: beats - 1 });
    this.#answers.push(page < pages * hostPageBytes);
    for (let beat = 0; beat < beats; beat += 1) {
      const data = randomBytes(this.#rng, this.#bytes);
      const strb = randomBytes(this.#rng, this.#bytes / 8);
      this.#sources[2]!.push({ data, strb, last: beat === beats - 1 ? 1 : 0 });
      const at = page + offset + beat * this.#bytes;
      for (let i = 0; page < pages * hostPageBytes && i < this.#bytes; i += 1)
        if ((strb[i >> 3]! >> (i & 7)) & 1) this.#expected[at + i] = data[i]!;
    }
  }

  run(): void {
    const open = () => this.#answers.length > 0 || this.#due.some((list) => list.length > 0);
    while (open()) {
      if (this.#at > 200_000) throw new Error("beats or answers do not come");
      this.#cycle();
    }
    for (let rest = 0; rest < 8; rest += 1) this.#cycle();
    expect([this.memory.idle, this.memory.violations]).toEqual([true, []]);
    expect(Buffer.compare(this.#host.read(written, this.#expected.length), this.#expected)).toBe(0);
  }

  #cycle(): void {
    for (const source of this.#sources) source.drive();
    this.#answer.drive();
    this.memory.drive(this.#at);
    this.#model.eval();
    if (this.#model.port("s_rvalid").get() === 1) this.#give(this.#model.port("s_rid").get());
    for (const source of this.#sources) source.sample(this.#at);
    this.#answer.sample(this.#at);
    this.memory.sample(this.#at);
    this.#model.step();
    this.#at += 1;
  }

  #answered(): void {
    const right = this.#answers.shift();
    if (right === undefined) throw new Error("an answer too many");
    if ((this.#model.port("s_bresp").get() === 0) !== right) throw new Error("wrong answer of a write");
  }

  #give(id: number): void {
    const due = this.#due[id]?.shift();
    if (due === undefined) throw new Error(`ID ${id} is given a beat too many`);
    const port = (name: string) => this.#model.port(`s_${name}`);
    if ((port("rresp").get() === 0) !== (due.bytes !== null)) throw new Error(`ID ${id}: response`);
    if ((port("rlast").get() === 1) !== due.last) throw new Error(`ID ${id}: last`);
    if (due.bytes !== null && Buffer.compare(port("rdata").bytes, due.bytes) !== 0)
      throw new Error(`ID ${id} is given a wrong beat`);
  }
}

/** Bits of the datapath, of host memory. */
const widths: readonly (readonly [number, number])[] = [
  [128, 512],
  [512, 128],
  ...(process.env.LANEWRIGHT_LONG === undefined
    ? []
    : ([
        [128, 256],
        [128, 1024],
        [512, 1024],
        [1024, 128],
        [1024, 512],
      ] as const)),
];

describe.each(widths)("a datapath of %i bits, host memory of %i bits", (width, hostBits) => {
  let model: Model;
  beforeAll(async () => {
    const design = streamDesign({ width });
    const wide = { ...design, host: { ...design.host, dataBits: hostBits } };
    model = await openStreamModule(wide, hostWidthModules(wide));
  }, 600_000);

  it.each([
    ["bursts one by one", {}],
    ["beats of bursts mixed", { interleave: 0.7, latency: [1, 20] }],
    ["everything slow", { gaps: 0.4, stalls: 0.4, interleave: 0.5, latency: [1, 20] }],
  ] as const)("reads and writes what it should, %s", (_name, pace) =>
    withSeed(seed, (rng) => {
      const run = new WidthRun(model, rng, pace);
      for (let count = 0; count < 300; count += 1) {
        run.read(rng.below(3));
        run.write();
      }
      run.run();
    }),
  );
});

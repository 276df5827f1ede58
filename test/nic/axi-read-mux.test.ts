import { beforeAll, describe, expect, it } from "vitest";
import { axiReadMuxModules } from "../../generator/views/nic/axi-read-mux.ts";
import { Axi4Memory } from "../../sim/bfm/axi4-memory.ts";
import { HostPages, hostPageBytes } from "../../sim/bfm/host-pages.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { RecordSource, randomBytes } from "./records.ts";
import { nicWidths, openStreamModule, streamDesign } from "./streams-design.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const base = 0xabcd_0000_0000n;
const windowPages = 4;
const readers = [0, 1, 2] as const;

interface Pace {
  readonly gaps?: number;
  readonly busStalls?: number;
  readonly interleave?: number;
  readonly latency?: readonly [number, number];
}

interface Beat {
  readonly bytes: Uint8Array | null;
  readonly last: boolean;
}

/** Three readers that ask at random, and what each of them is given. */
class MuxRun {
  readonly sources: readonly RecordSource[];
  readonly memory: Axi4Memory;
  readonly order: number[] = [];
  readonly arAt: number[] = [];
  readonly rAt: number[] = [];
  readonly gotAt: number[] = [];
  readonly givenAt: number[] = [];
  beats = 0;
  readonly #model: Model;
  readonly #pages = new HostPages();
  readonly #due: readonly Beat[][] = [[], [], []];
  readonly #beatBytes: number;
  #at = 0;

  constructor(
    model: Model,
    rng: Rng,
    { gaps = 0, busStalls = 0, interleave = 0, latency = [1, 1] }: Pace = {},
  ) {
    model.reset();
    this.#model = model;
    this.#beatBytes = model.port("m_rdata").bits / 8;
    this.#pages.map(base, windowPages * hostPageBytes);
    this.#pages.write(base, randomBytes(rng, windowPages * hostPageBytes));
    this.memory = new Axi4Memory(model, "m", this.#pages, {
      ...{ sides: "read", seed: rng.next(), readLatency: latency, interleave },
      stalls: { ar: busStalls, r: busStalls },
    });
    this.sources = readers.map((id) => new RecordSource(model, `c${id}_ar`, rng.fork(`c${id}`), gaps));
    this.sources.forEach((source, id) => {
      source.onTaken = (_fields, cycle) => {
        this.order.push(id);
        this.gotAt.push(cycle);
      };
    });
  }

  ask(rng: Rng, id: number, beats: number): void {
    const width = this.#beatBytes;
    const page = BigInt(hostPageBytes * rng.below(windowPages + 1));
    const addr = base + page + BigInt(width * rng.below(hostPageBytes / width - beats + 1));
    this.sources[id]!.push({ addr, len: beats - 1 });
    const mapped = page < BigInt(windowPages * hostPageBytes);
    for (let beat = 0; beat < beats; beat += 1)
      this.#due[id]!.push({
        bytes: mapped ? this.#pages.read(addr + BigInt(beat * width), width) : null,
        last: beat === beats - 1,
      });
  }

  run(): void {
    while (this.#due.some((list) => list.length > 0)) {
      if (this.#at > 100_000) throw new Error("beats do not come");
      this.#cycle();
    }
    for (let rest = 0; rest < 8; rest += 1) this.#cycle();
    expect(this.memory.idle).toBe(true);
  }

  #cycle(): void {
    const model = this.#model;
    for (const source of this.sources) source.drive();
    this.memory.drive(this.#at);
    model.eval();
    if (model.port("m_rready").get() !== 1) throw new Error("m_rready falls");
    if (model.port("m_arvalid").get() === 1) this.arAt.push(this.#at);
    if (model.port("m_rvalid").get() === 1) this.rAt.push(this.#at);
    for (const id of readers) if (model.port(`c${id}_rvalid`).get() === 1) this.#give(id);
    for (const source of this.sources) source.sample(this.#at);
    this.memory.sample(this.#at);
    model.step();
    this.#at += 1;
  }

  #give(id: number): void {
    const model = this.#model;
    this.givenAt.push(this.#at);
    this.beats += 1;
    const due = this.#due[id]!.shift();
    if (due === undefined) throw new Error(`reader ${id} is given a beat too many`);
    if ((model.port("c_rresp").get() === 0) !== (due.bytes !== null))
      throw new Error(`reader ${id}: response`);
    if ((model.port("c_rlast").get() === 1) !== due.last) throw new Error(`reader ${id}: last`);
    if (due.bytes !== null && Buffer.compare(model.port("c_rdata").bytes, due.bytes) !== 0)
      throw new Error(`reader ${id} is given a wrong beat`);
  }
}

describe.each(nicWidths.slice(0, 1))("nic_axi_read_mux at %i bits", (width) => {
  const pageBeats = hostPageBytes / (width / 8);
  let model: Model;
  beforeAll(async () => {
    const design = streamDesign({ width });
    model = await openStreamModule(design, axiReadMuxModules(design));
  }, 600_000);

  it.each([
    ["bursts one by one", {}],
    ["beats of bursts mixed", { interleave: 0.7, latency: [1, 20] }],
    ["everything slow", { gaps: 0.5, busStalls: 0.5, interleave: 0.5, latency: [1, 20] }],
  ] as const)("gives each reader its own beats in order, %s", (_name, pace) =>
    withSeed(seed, (rng) => {
      const run = new MuxRun(model, rng, pace);
      for (let count = 0; count < 200; count += 1)
        run.ask(rng, rng.below(3), rng.chance(0.1) ? rng.range(1, Math.min(64, pageBeats)) : rng.range(1, 4));
      run.run();
    }),
  );

  it("serves readers in turns, none of them twice while another one waits", () =>
    withSeed(seed, (rng) => {
      const run = new MuxRun(model, rng, { busStalls: 0.3 });
      for (let count = 0; count < 60; count += 1) run.ask(rng, count % 3, 1);
      run.run();
      expect(run.order.join("")).toMatch(/^(012){20}$/u);
    }));

  it("takes an address and gives a beat a cycle, one cycle late", () =>
    withSeed(seed, (rng) => {
      const run = new MuxRun(model, rng);
      for (let count = 0; count < 40; count += 1) run.ask(rng, count % 3, 1);
      run.run();
      expect(run.gotAt.at(-1)! - run.gotAt[0]!).toBe(39);
      expect(run.givenAt.at(-1)! - run.givenAt[0]!).toBe(39);
      expect([run.arAt[0]! - run.gotAt[0]!, run.givenAt[0]! - run.rAt[0]!]).toEqual([1, 1]);
    }));
});

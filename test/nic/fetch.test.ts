import { beforeAll, describe, expect, it } from "vitest";
import { fetchModules } from "../../generator/views/nic/fetch.ts";
import { Axi4Memory } from "../../sim/bfm/axi4-memory.ts";
import { HostPages, hostPageBytes } from "../../sim/bfm/host-pages.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { RecordSink, RecordSource, randomBytes } from "./records.ts";
import { nicWidths, openStreamModule, streamDesign } from "./streams-design.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const base = 0x1234_5678_0000_0000n;
const windowBytes = 4 * hostPageBytes;

interface Pace {
  readonly gaps?: number;
  readonly stalls?: number;
  readonly busStalls?: number;
  readonly latency?: readonly [number, number];
}

class FetchRun {
  readonly memory: Axi4Memory;
  readonly requests: RecordSource;
  readonly answers: RecordSink;
  readonly takenAt: number[] = [];
  readonly arAt: number[] = [];
  readonly rAt: number[] = [];
  readonly answerAt: number[] = [];
  errors = 0;
  readonly #model: Model;
  readonly pages = new HostPages();
  readonly #due: { readonly bytes: Uint8Array; readonly error: boolean }[] = [];
  #at = 0;

  constructor(model: Model, rng: Rng, { gaps = 0, stalls = 0, busStalls = 0, latency = [1, 1] }: Pace = {}) {
    model.reset();
    this.#model = model;
    this.pages.map(base, windowBytes);
    this.pages.write(base, randomBytes(rng, windowBytes));
    this.memory = new Axi4Memory(model, "m", this.pages, {
      ...{ sides: "read", seed: rng.next(), readLatency: latency },
      stalls: { ar: busStalls, r: busStalls },
    });
    this.requests = new RecordSource(model, "req_", rng.fork("req"), gaps);
    this.requests.onTaken = (_fields, cycle) => void this.takenAt.push(cycle);
    const take = (cycle: number): void => this.#take(cycle);
    this.answers = new RecordSink(model, "rsp_", ["data", "error"], rng.fork("rsp"), take, stalls);
  }

  push(address: bigint, bytes: number, small: boolean): void {
    this.requests.push({ address, small: small ? 1 : 0 });
    const error = address >= base + BigInt(windowBytes);
    this.#due.push({ bytes: error ? new Uint8Array(0) : this.pages.read(address, bytes), error });
  }

  run(): void {
    for (let rest = 0; rest < 10; rest = this.#due.length > 0 ? 0 : rest + 1) {
      if (this.#at > 100_000) throw new Error(`${this.#due.length} answers do not come`);
      this.cycle();
    }
    expect(this.memory.idle).toBe(true);
  }

  cycle(): void {
    const model = this.#model;
    this.requests.drive();
    this.answers.drive();
    this.memory.drive(this.#at);
    model.eval();
    if (model.port("m_rready").get() !== 1) throw new Error("m_rready falls");
    if (model.port("m_arvalid").get() === 1) this.arAt.push(this.#at);
    if (model.port("m_rvalid").get() === 1) this.rAt.push(this.#at);
    this.requests.sample(this.#at);
    this.answers.sample(this.#at);
    this.memory.sample(this.#at);
    model.step();
    this.#at += 1;
  }

  #take(cycle: number): void {
    this.answerAt.push(cycle);
    const due = this.#due.shift();
    if (due === undefined) throw new Error("an answer too many");
    const is = this.#model.port("rsp_data").bytes.subarray(0, due.bytes.length);
    const error = this.#model.port("rsp_error").get() === 1;
    this.errors += Number(error);
    if (error !== due.error || Buffer.compare(is, due.bytes) !== 0)
      throw new Error(`answer ${this.answers.taken}: error ${error}, or wrong bytes`);
  }
}

const shapes = nicWidths.flatMap((width, at) => [[width, at % 2 === 0 ? 128 : 64] as const]);

describe.each(shapes)("nic_fetch at %i bits, %i bytes", (width, fetchBytes) => {
  let model: Model;
  beforeAll(async () => {
    const design = streamDesign({ width });
    model = await openStreamModule(design, fetchModules(design, fetchBytes));
  }, 600_000);

  const random = (rng: Rng, run: FetchRun, beyond = 0): void => {
    const small = rng.chance(0.4);
    const bytes = small ? 8 : fetchBytes;
    const far = rng.chance(beyond) ? BigInt(windowBytes) : 0n;
    run.push(base + far + BigInt(bytes * rng.below(windowBytes / bytes)), bytes, small);
  };

  it.each([
    ["without a stall", {}],
    ["with gaps", { gaps: 0.6 }],
    ["with slow answers", { stalls: 0.8 }],
    ["with a slow memory", { busStalls: 0.5, latency: [1, 30] }],
    ["with all of them", { gaps: 0.3, stalls: 0.3, busStalls: 0.3, latency: [1, 9] }],
  ] as const)("answers in order, %s", (_name, pace) =>
    withSeed(seed, (rng) => {
      const run = new FetchRun(model, rng, pace);
      for (let count = 0; count < 300; count += 1) random(rng, run);
      run.run();
    }),
  );

  it("tells which answers memory failed for", () =>
    withSeed(seed, (rng) => {
      const run = new FetchRun(model, rng, { stalls: 0.3, latency: [1, 5] });
      for (let count = 0; count < 200; count += 1) random(rng, run, 0.2);
      run.run();
      expect(run.errors).toBeGreaterThan(10);
    }));

  it("remembers a failure of any beat but the last", () =>
    withSeed(seed, (rng) => {
      const run = new FetchRun(model, rng);
      run.push(base + BigInt(windowBytes), fetchBytes, false);
      while (run.rAt.length === 0) run.cycle();
      run.pages.map(base + BigInt(windowBytes), fetchBytes);
      run.run();
      expect(run.errors).toBe(1);
    }));

  it("has 8 under way, and no more while nobody takes them", () =>
    withSeed(seed, (rng) => {
      const run = new FetchRun(model, rng, { stalls: 1, latency: [40, 40] });
      for (let count = 0; count < 30; count += 1) random(rng, run);
      for (let cycle = 0; cycle < 200; cycle += 1) run.cycle();
      expect([run.takenAt.length, run.memory.read!.most]).toEqual([8, 8]);
      run.answers.stalls = 0;
      run.run();
    }));

  it("is 1 cycle late with the address, 2 with the answer", () =>
    withSeed(seed, (rng) => {
      const run = new FetchRun(model, rng, { latency: [7, 7] });
      run.push(base + BigInt(fetchBytes), fetchBytes, false);
      run.run();
      expect([run.arAt[0]! - run.takenAt[0]!, run.answerAt[0]! - run.rAt.at(-1)!]).toEqual([1, 2]);
    }));
});

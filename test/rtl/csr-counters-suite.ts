import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import { Rng, withSeed } from "../../sim/traffic/rng.ts";
import { AxilMonkey } from "./axil-monkey.ts";

/** One counter as the contract of the module has it: header name, port, place in the port. */
export interface CounterInput {
  readonly name: string;
  readonly port: string;
  readonly at: number;
  /** 1 for a pulse, else the bits of an amount. */
  readonly bits: number;
}

/** One model with its reference: what every counter must hold, counted by the bench. */
export class CounterBench {
  readonly model: Model;
  readonly inputs: readonly CounterInput[];
  readonly bits: number;
  readonly count: bigint[];
  bus: AxilMonkey;
  readonly #header: ReadonlyMap<string, number>;
  readonly #now: number[];
  readonly #ports: readonly { readonly port: Port; readonly fields: readonly number[] }[];

  /** @param bits of each counter */
  constructor(
    model: Model,
    header: ReadonlyMap<string, number>,
    bits: number,
    inputs: readonly CounterInput[],
  ) {
    this.model = model;
    this.bits = bits;
    this.inputs = inputs;
    this.#header = header;
    this.count = inputs.map(() => 0n);
    this.#now = inputs.map(() => 0);
    this.#ports = [...new Set(inputs.map(({ port }) => port))].map((name) => ({
      port: model.port(name),
      fields: inputs.flatMap(({ port }, index) => (port === name ? [index] : [])),
    }));
    this.bus = new AxilMonkey(model, new Rng(0), 0);
  }

  start(rng: Rng, idle: number): void {
    for (const port of this.model.ports) if (port.dir === "in" && port.name !== "clk") port.bytes.fill(0);
    this.#now.fill(0);
    this.model.reset(2);
    this.count.fill(0n);
    this.bus = new AxilMonkey(this.model, rng, idle);
  }

  /** One cycle in which the event inputs stand as they are. */
  step(): void {
    this.#add(1);
    this.bus.step();
  }

  /** `cycles` cycles with all inputs as they stand, fast: the bus must be idle. */
  run(cycles: number): void {
    this.#add(cycles);
    this.model.step(cycles);
  }

  #add(cycles: number): void {
    for (let i = 0; i < this.#now.length; i += 1) {
      if (this.#now[i]! > 0) this.count[i]! += BigInt(this.#now[i]!) * BigInt(cycles);
    }
  }

  /** Drives every input: with 0 or 1 where `pulse`, else with an amount. */
  set(value: (index: number, pulse: boolean) => number): void {
    for (let i = 0; i < this.inputs.length; i += 1) this.#now[i] = value(i, this.inputs[i]!.bits === 1);
    for (const { port, fields } of this.#ports) {
      let word = 0n;
      for (const i of fields) word |= BigInt(this.#now[i]!) << BigInt(this.inputs[i]!.at);
      port.setBig(word);
    }
  }

  quiet(): void {
    this.set(() => 0);
  }

  /** Random events and amounts, each with this chance. */
  noise(rng: Rng, load: number): void {
    this.set((index, pulse) => {
      if (!rng.chance(load)) return 0;
      return pulse ? 1 : rng.below(2 ** this.inputs[index]!.bits);
    });
  }

  address(name: string): number {
    const at = this.#header.get(`${name}_OFFSET`);
    if (at === undefined) throw new Error(`the header has no ${name}_OFFSET`);
    return at;
  }

  read(name: string): number {
    this.bus.readAnswers.length = 0;
    this.bus.read(this.address(name));
    while (!this.bus.idle) this.step();
    return this.bus.readAnswers[0]!.data;
  }

  value(index: number): bigint {
    const low = this.read(`${this.inputs[index]!.name}_LO`);
    return BigInt(low) + (BigInt(this.read(`${this.inputs[index]!.name}_HI`)) << 32n);
  }

  /** Compares every counter with the reference, modulo 2^bits. */
  check(): void {
    this.quiet();
    while (!this.bus.idle) this.step();
    for (const [index, { name }] of this.inputs.entries()) {
      expect(this.value(index), name).toBe(this.count[index]! % (1n << BigInt(this.bits)));
    }
  }

  clear(): void {
    this.bus.write({ address: this.address("CLEAR_COUNTERS"), data: 1, strobe: 1 });
    while (!this.bus.idle) this.step();
    this.count.fill(0n);
  }
}

/**
 * What the counters of every register block do. `builds`: one of at least 33 and at most 63 bits, one of 16, one of 32,
 * one of 64.
 */
export function describeCounters(
  title: string,
  builds: Readonly<Record<"usual" | "bits16" | "bits32" | "bits64", () => Promise<CounterBench>>>,
): void {
  describe(title, () => {
    const benches: Partial<Record<keyof typeof builds, CounterBench>> = {};
    beforeAll(async () => {
      for (const key of ["usual", "bits16", "bits32", "bits64"] as const) benches[key] = await builds[key]();
    }, 600_000);
    afterAll(() => {
      for (const bench of Object.values(benches)) bench.model.close();
    });
    const of = (key: keyof typeof builds): CounterBench => {
      const bench = benches[key];
      if (bench === undefined) throw new Error(`no bench ${key}`);
      return bench;
    };
    /** Indices of the counters of amounts. */
    const amountsOf = (bench: CounterBench): number[] =>
      bench.inputs.flatMap(({ bits }, index) => (bits > 1 ? [index] : []));

    it("count each event once, each in its own counter", async () => {
      await withSeed(11, (rng) => {
        const bench = of("usual");
        bench.start(rng, 0);
        for (const [index, { name }] of bench.inputs.entries()) {
          bench.set((one) => (one === index ? 1 : 0));
          bench.step();
          bench.quiet();
          expect(bench.value(index), name).toBe(1n);
        }
        bench.check();
        bench.set((index, pulse) => (pulse ? 1 : 1000 + index));
        bench.step();
        bench.check();
      });
    });

    it.each([
      ["usual", 12, 0.5],
      ["bits16", 13, 0.05],
      ["bits32", 14, 0.9],
      ["bits64", 15, 0.3],
    ] as const)("of %s count random events exactly while they are read", async (key, seed, load) => {
      await withSeed(seed, (rng) => {
        const bench = of(key);
        bench.start(rng, 0.2);
        const modulus = 1n << BigInt(Math.min(32, bench.bits));
        let from: bigint[] = [];
        for (let read = 0; read < 300; read += 1) {
          const index = rng.below(bench.inputs.length);
          bench.bus.onReadTaken = () => {
            from = [...bench.count];
          };
          bench.bus.readAnswers.length = 0;
          bench.bus.read(bench.address(`${bench.inputs[index]!.name}_LO`));
          for (let more = rng.below(30); more > 0 || !bench.bus.idle; more -= 1) {
            bench.noise(rng, load);
            bench.step();
          }
          const low = BigInt(bench.bus.readAnswers[0]!.data);
          const distance = (low - from[index]! + (modulus << 64n)) % modulus;
          const name = bench.inputs[index]!.name;
          expect(distance <= bench.count[index]! - from[index]!, `${name} reads ${low}`).toBe(true);
        }
        bench.check();
      });
    });

    it("lose nothing when everything happens in every cycle and the bus reads all the time", async () => {
      await withSeed(16, (rng) => {
        for (const reading of [false, true]) {
          const bench = of("usual");
          bench.start(rng, 0);
          bench.set((index, pulse) => (pulse ? 1 : 2 ** bench.inputs[index]!.bits - 1));
          for (let cycle = 0; cycle < 3000; cycle += 1) {
            if (reading && bench.bus.idle) bench.bus.read(bench.address(`${bench.inputs[5]!.name}_LO`));
            bench.step();
          }
          bench.check();
        }
      });
    });

    it("give the high word of the moment of the low word", async () => {
      await withSeed(17, (rng) => {
        for (const key of ["usual", "bits64"] as const) {
          const bench = of(key);
          const [index, other] = amountsOf(bench);
          const [name, otherName] = [bench.inputs[index!]!.name, bench.inputs[other!]!.name];
          bench.start(rng, 0);
          const cycles = Math.floor((2 ** 32 - 100_000) / 4095);
          bench.set((one) => (one === index ? 4095 : 0));
          bench.run(cycles);
          const low = bench.read(`${name}_LO`);
          expect(low).toBeGreaterThan(2 ** 32 - 100_000);
          bench.run(100);
          expect(bench.read(`${name}_HI`)).toBe(0);
          expect(bench.value(index!) >> 32n).toBe(1n);
          expect(bench.read(`${otherName}_HI`)).toBe(1);
          expect(bench.read(`${otherName}_LO`)).toBe(0);
          expect(bench.read(`${name}_HI`)).toBe(0);
          bench.check();
        }
      });
    });

    it("start at 0 again after 2^counterBits", async () => {
      await withSeed(18, (rng) => {
        const bench = of("bits16");
        bench.start(rng, 0);
        bench.set((index, pulse) => (pulse ? 1 : 4000 + index));
        bench.run(65_530);
        bench.set((index, pulse) => (pulse ? index % 2 : 0));
        bench.run(9);
        bench.check();
        expect(bench.value(0)).toBe(65_530n);
        expect(bench.value(1)).toBe(3n);

        const wide = of("bits32");
        wide.start(rng, 0);
        wide.set((_, pulse) => (pulse ? 0 : 4095));
        wide.run(1_048_900);
        wide.check();
        expect(wide.value(amountsOf(wide)[0]!) < 2n ** 24n).toBe(true);
      });
    });

    it("are cleared together, and count the events of that cycle and after it", async () => {
      await withSeed(19, (rng) => {
        for (let round = 0; round < 40; round += 1) {
          const bench = of(rng.pick(["usual", "bits16", "bits32", "bits64"]));
          bench.quiet();
          if (round < 8) bench.start(rng, 0);
          bench.set(() => rng.below(2));
          bench.run(rng.range(1, 400));
          // A read is on its way while the clear happens.
          if (rng.chance(0.5)) bench.bus.read(bench.address(`${bench.inputs[7]!.name}_LO`));
          bench.bus.write({ address: bench.address("CLEAR_COUNTERS"), data: 1, strobe: 1 });
          // The clear acts two edges after the one that takes address and data.
          while (bench.model.port("s_axil_bvalid").get() === 0) bench.step();
          bench.count.fill(0n);
          for (let cycle = rng.below(300); cycle > 0 || !bench.bus.idle; cycle -= 1) bench.step();
          bench.check();
        }
      });
    });

    it("are not cleared by a 0, nor by a byte that is not strobed", async () => {
      await withSeed(20, (rng) => {
        const bench = of("usual");
        bench.start(rng, 0);
        bench.set(() => 1);
        bench.run(50);
        bench.quiet();
        bench.bus.write({ address: bench.address("CLEAR_COUNTERS"), data: 0xfffffffe, strobe: 15 });
        bench.bus.write({ address: bench.address("CLEAR_COUNTERS"), data: 0xffffffff, strobe: 14 });
        bench.bus.drain();
        bench.check();
        bench.clear();
        bench.check();
        expect(bench.count.every((value) => value === 0n)).toBe(true);
      });
    });
  });
}

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { AxilMonkey } from "./axil-monkey.ts";

/** A field: header name of its register, port, place in the port, place in the register. */
export interface CsrField {
  readonly name: string;
  readonly port: string;
  readonly at: number;
  readonly lsb: number;
  readonly bits: number;
}

/** A field that software sets, with its reset value. */
export interface Setting extends CsrField {
  readonly reset: number;
}

/** What a register block is expected to do, written down apart from the generator's description of it. */
export interface CsrContract {
  readonly settings: readonly Setting[];
  /** Fields that show an input as it stands. */
  readonly status: readonly CsrField[];
  /** Header name of a register of commands, bit, port. */
  readonly commands: readonly { readonly name: string; readonly bit: number; readonly port: string }[];
  /** Registers that always read as this. */
  readonly constants: Readonly<Record<string, number>>;
  /** A read that takes long, to be cut short by a reset. */
  readonly slow: string;
}

export function setting(
  name: string,
  port: string,
  lsb: number,
  bits: number,
  reset: number,
  at = 0,
): Setting {
  return { name, port, at, lsb, bits, reset };
}

/** A register block with its bus, addressed by the names of the C header. */
export class CsrBench {
  readonly model: Model;
  readonly header: ReadonlyMap<string, number>;
  readonly contract: CsrContract;
  readonly settingNames: readonly string[];

  constructor(model: Model, header: ReadonlyMap<string, number>, contract: CsrContract) {
    this.model = model;
    this.header = header;
    this.contract = contract;
    this.settingNames = [...new Set(contract.settings.map(({ name }) => name))];
  }

  /** Byte address of a register, from the C header. */
  addressOf(name: string): number {
    const bracket = name.indexOf("[");
    const key = bracket < 0 ? `${name}_OFFSET` : `${name.slice(0, bracket)}_OFFSET${name.slice(bracket)}`;
    const value = this.header.get(key);
    if (value === undefined) throw new Error(`the header has no ${key}`);
    return value;
  }

  /** A fresh start: reset, inputs low. */
  start(rng: Rng, idle: number, reluctant = false): AxilMonkey {
    for (const port of this.model.ports) if (port.dir === "in" && port.name !== "clk") port.bytes.fill(0);
    this.model.reset(3);
    return new AxilMonkey(this.model, rng, idle, reluctant);
  }

  slice(port: string, at: number, bits: number): number {
    return Number((this.model.port(port).getBig() >> BigInt(at)) & ((1n << BigInt(bits)) - 1n));
  }

  /** Reads registers one after another; all of them answer OKAY. */
  read(bus: AxilMonkey, ...names: readonly string[]): number[] {
    bus.readAnswers.length = 0;
    for (const name of names) bus.read(this.addressOf(name));
    bus.drain();
    for (const answer of bus.readAnswers) expect(answer.response, `at ${answer.address}`).toBe(0);
    return bus.readAnswers.map(({ data }) => data);
  }

  write(bus: AxilMonkey, name: string, data: number, strobe = 15): void {
    bus.write({ address: this.addressOf(name), data, strobe });
    bus.drain();
  }

  resetValues(): Map<string, number> {
    return new Map(this.contract.settings.map(({ port, at, reset }) => [port + at, reset]));
  }

  /** What a register of settings should read as, from the values of its fields. */
  composed(values: ReadonlyMap<string, number>, name: string): number {
    let value = 0;
    for (const field of this.contract.settings.filter((one) => one.name === name)) {
      value += values.get(field.port + field.at)! * 2 ** field.lsb;
    }
    return value;
  }

  expectSettings(values: ReadonlyMap<string, number>): void {
    for (const { port, at, bits } of this.contract.settings) {
      expect(this.slice(port, at, bits), `${port} from bit ${at}`).toBe(values.get(port + at));
    }
  }
}

/** A field after a write of its register with byte strobes. */
export function strobed(
  old: number,
  data: number,
  strobe: number,
  field: { lsb: number; bits: number },
): number {
  let value = 0;
  for (let bit = 0; bit < field.bits; bit += 1) {
    const place = field.lsb + bit;
    const source = (strobe >>> (place >> 3)) & 1 ? Math.floor(data / 2 ** place) : Math.floor(old / 2 ** bit);
    value += (source % 2) * 2 ** bit;
  }
  return value;
}

/** What every register block does, whatever its registers are. */
export function describeCsr(title: string, build: () => Promise<CsrBench>): void {
  describe(title, () => {
    let bench: CsrBench;
    beforeAll(async () => {
      bench = await build();
    }, 300_000);
    afterAll(() => bench?.model.close());

    it("has its reset values, at the addresses of the C header, on registers and ports", async () => {
      await withSeed(1, (rng) => {
        const bus = bench.start(rng, 0);
        const values = bench.resetValues();
        bench.expectSettings(values);
        const read = bench.read(bus, ...bench.settingNames);
        expect(read).toEqual(bench.settingNames.map((name) => bench.composed(values, name)));
        for (const [index, name] of bench.settingNames.entries()) {
          const key = name.includes("[") ? name.replace("[", "_RESET_").replace("]", "") : `${name}_RESET`;
          expect(bench.header.get(key), key).toBe(read[index]);
        }
        for (const [name, value] of Object.entries(bench.contract.constants)) {
          expect(bench.read(bus, name), name).toEqual([value]);
          expect(bench.header.get(`${name}_RESET`), name).toBe(value);
        }
      });
    });

    it.each([
      [0, 2, false],
      [0.3, 3, true],
      [0.8, 4, false],
    ] as const)(
      "writes settings byte by byte and reads them back, bus idle %f, seed %i, ready waits %s",
      async (idle, seed, reluctant) => {
        await withSeed(seed, (rng) => {
          const bus = bench.start(rng, idle, reluctant);
          const values = bench.resetValues();
          for (let round = 0; round < 60; round += 1) {
            for (let burst = rng.range(1, 8); burst > 0; burst -= 1) {
              const name = rng.pick(bench.settingNames);
              const order = { address: bench.addressOf(name), data: rng.next(), strobe: rng.below(16) };
              bus.write(order);
              for (const field of bench.contract.settings.filter((one) => one.name === name)) {
                const old = values.get(field.port + field.at)!;
                values.set(field.port + field.at, strobed(old, order.data, order.strobe, field));
              }
            }
            bus.drain();
            bench.expectSettings(values);
            const names = Array.from({ length: 4 }, () => rng.pick(bench.settingNames));
            expect(bench.read(bus, ...names)).toEqual(names.map((name) => bench.composed(values, name)));
          }
          expect(bus.writeAnswers.every(({ response }) => response === 0)).toBe(true);
        });
      },
    );

    it("shows every status input, and takes writes to read-only registers without effect", async () => {
      await withSeed(5, (rng) => {
        const bus = bench.start(rng, 0.2);
        const { status, constants } = bench.contract;
        const names = [...new Set(status.map(({ name }) => name))];
        for (let round = 0; round < 20; round += 1) {
          for (const name of new Set(status.map(({ port }) => port))) {
            const port = bench.model.port(name);
            rng.fill(port.bytes);
            port.setBig(port.getBig() & ((1n << BigInt(port.bits)) - 1n));
          }
          for (const name of [...names, ...Object.keys(constants)]) bench.write(bus, name, rng.next());
          const expected = names.map((name) =>
            status
              .filter((field) => field.name === name)
              .reduce((sum, { port, at, lsb, bits }) => sum + bench.slice(port, at, bits) * 2 ** lsb, 0),
          );
          expect(bench.read(bus, ...names)).toEqual(expected);
        }
        expect(bus.writeAnswers.every(({ response }) => response === 0)).toBe(true);
        expect(bench.read(bus, ...Object.keys(constants))).toEqual(Object.values(constants));
        bench.expectSettings(bench.resetValues());
      });
    });

    it("gives one pulse for each command bit written, and none for what is not strobed", async () => {
      await withSeed(6, (rng) => {
        const bus = bench.start(rng, 0.5);
        const { commands } = bench.contract;
        const names = [...new Set(commands.map(({ name }) => name)), bench.settingNames[0]!];
        const ports = commands.map(({ port }) => bench.model.port(port));
        for (let round = 0; round < 300; round += 1) {
          const name = rng.pick(names);
          const order = { address: bench.addressOf(name), data: rng.next(), strobe: rng.below(16) };
          bus.write(order);
          const seen = ports.map(() => 0);
          for (let cycle = 0; cycle < 40 || !bus.idle; cycle += 1) {
            bus.step();
            for (const [index, port] of ports.entries()) seen[index]! += port.get();
          }
          const wanted = commands.map((one) =>
            one.name === name && (order.strobe >>> (one.bit >> 3)) & 1 ? (order.data >>> one.bit) & 1 : 0,
          );
          expect(seen).toEqual(wanted);
        }
        for (const name of names.slice(0, -1)) expect(bench.read(bus, name)).toEqual([0]);
      });
    });

    it("answers SLVERR for every address that the C header does not have, and changes nothing", async () => {
      await withSeed(7, (rng) => {
        const bus = bench.start(rng, 0);
        const mapped = new Set(
          [...bench.header].filter(([name]) => /_OFFSET(\[\d+\])?$/u.test(name)).map(([, at]) => at),
        );
        for (let address = 0; address < 4096; address += 1) bus.read(address);
        bus.drain();
        for (const { address, data, response } of bus.readAnswers) {
          expect(response, `read of ${address}`).toBe(mapped.has(address) ? 0 : 2);
          if (response === 2) expect(data).toBe(0);
        }
        for (let address = 0; address < 4096; address += 1) {
          if (!mapped.has(address)) bus.write({ address, data: rng.next(), strobe: 15 });
        }
        while (!bus.idle) {
          bus.step();
          for (const { port } of bench.contract.commands) expect(bench.model.port(port).get()).toBe(0);
        }
        expect(bus.writeAnswers.every(({ response }) => response === 2)).toBe(true);
        bench.expectSettings(bench.resetValues());
      });
    });

    it("forgets a transaction in reset, and serves the next one", async () => {
      await withSeed(8, (rng) => {
        const names = bench.settingNames;
        for (let round = 0; round < 60; round += 1) {
          const before = bench.start(rng, 0.2);
          before.read(bench.addressOf(rng.pick([names[0]!, bench.contract.slow])));
          const address = bench.addressOf(rng.pick(names));
          before.write({ address, data: rng.next(), strobe: 15 });
          for (let cycle = rng.below(14); cycle > 0; cycle -= 1) before.step();
          const bus = bench.start(rng, 0);
          for (const name of ["s_axil_bvalid", "s_axil_rvalid"]) {
            expect(bench.model.port(name).get(), name).toBe(0);
          }
          const values = bench.resetValues();
          expect(bench.read(bus, ...names)).toEqual(names.map((name) => bench.composed(values, name)));
        }
      });
    });
  });
}

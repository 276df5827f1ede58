import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type BuiltModel, buildModel } from "../build/index.ts";
import { type Model, openModel } from "./model.ts";

const source = (name: string): string => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));

let built: BuiltModel;
const models: Model[] = [];

function open(model = built): Model {
  const opened = openModel(model);
  models.push(opened);
  return opened;
}

beforeAll(async () => {
  built = await buildModel({ files: [source("widths.v")], top: "widths", trace: true, quick: true });
});

afterEach(() => {
  for (const model of models.splice(0)) model.close();
});

describe("ports", () => {
  it("have the names and widths of the source", () => {
    const seen = Object.fromEntries(open().ports.map((port) => [port.name, `${port.dir} ${port.bits}`]));
    expect(seen).toEqual({
      ...{
        clk: "in 1",
        rst: "in 1",
        d1: "in 1",
        d8: "in 8",
        d13: "in 13",
        d32: "in 32",
        d33: "in 33",
        d64: "in 64",
      },
      ...{
        d65: "in 65",
        d512: "in 512",
        stop__how: "in 3",
        q1: "out 1",
        q8: "out 8",
        q13: "out 13",
        q32: "out 32",
      },
      ...{ q33: "out 33", q64: "out 64", q65: "out 65", q512: "out 512", sum: "out 8", count: "out 32" },
    });
  });

  for (const bits of [1, 8, 13, 32]) {
    it(`of ${bits} bits pass values by get and set`, () => {
      const model = open();
      for (const value of [2 ** bits - 1, 0, 1, Math.floor(2 ** bits / 3)]) {
        model.port(`d${bits}`).set(value);
        model.step();
        expect(model.port(`q${bits}`).get()).toBe(value);
      }
    });
  }

  for (const bits of [33, 64, 65, 512]) {
    it(`of ${bits} bits pass values by words, bytes and bigints`, () => {
      const model = open();
      const from = model.port(`d${bits}`);
      const to = model.port(`q${bits}`);
      expect(from.words.length).toBe(Math.ceil(bits / 32));
      expect(from.bytes.length).toBe(Math.ceil(bits / 8));

      from.words.fill(0xffffffff);
      if (bits % 32 !== 0) from.words[from.words.length - 1] = 2 ** (bits % 32) - 1;
      model.step();
      expect(to.getBig()).toBe((1n << BigInt(bits)) - 1n);

      from.words.fill(0);
      from.bytes[3] = 0xa5;
      from.bytes[bits === 33 ? 4 : 7] = 1;
      model.step();
      expect(to.getBig()).toBe((bits === 33 ? 1n << 32n : 1n << 56n) | 0xa5000000n);
      expect([...to.bytes]).toEqual([...from.bytes]);

      const value = (1n << BigInt(bits - 1)) | 5n;
      from.setBig(value);
      model.step();
      expect(to.getBig()).toBe(value);
      expect(to.words[0]).toBe(5);
    });
  }

  it("refuse what does not fit, and outputs", () => {
    const model = open();
    expect(() => model.port("d8").set(256)).toThrow(/does not fit into d8/u);
    expect(() => model.port("d8").set(-1)).toThrow(/does not fit/u);
    expect(() => model.port("d8").set(Number.NaN)).toThrow(/does not fit/u);
    expect(() => model.port("d33").set(1)).toThrow(/words or bytes/u);
    expect(() => model.port("q33").get()).toThrow(/words or bytes/u);
    expect(() => model.port("q8").set(1)).toThrow(/output/u);
    expect(() => model.port("d65").setBig(1n << 65n)).toThrow(/fit/u);
    expect(() => model.port("dd")).toThrow(/no port dd; it has clk/u);
  });
});

describe("time", () => {
  it("goes on by rising edges, several in one call", () => {
    const model = open();
    model.reset();
    expect([model.cycle, model.port("count").get()]).toEqual([4, 0]);
    model.step();
    model.step(99);
    expect([model.cycle, model.port("count").get()]).toEqual([104, 100]);
  });

  it("samples the inputs as they are at the edge, and shows outputs behind it", () => {
    const model = open();
    model.port("d8").set(1);
    expect(model.port("q8").get()).toBe(0);
    model.step();
    model.port("d8").set(2);
    expect(model.port("q8").get()).toBe(1);
  });

  it("lets combinational outputs follow by eval, without an edge", () => {
    const model = open();
    model.port("d8").set(7);
    model.port("d1").set(1);
    model.eval();
    expect([model.port("sum").get(), model.port("q8").get(), model.cycle]).toEqual([8, 0, 0]);
    model.step();
    model.port("d8").set(9);
    model.eval();
    expect([model.port("sum").get(), model.port("q8").get(), model.cycle]).toEqual([10, 7, 1]);
    model.step();
    expect(model.port("q8").get()).toBe(9);
  });
});

describe("the clock", () => {
  it("has both edges, and a level, where a module looks at them", async () => {
    const both = await buildModel({ files: [source("edges.v")], top: "edges", quick: true });
    expect(both.evaluationsPerCycle).toBe(2);
    const model = open(both);
    for (const value of [3, 9]) {
      model.port("d").set(value);
      model.step();
      expect(["rise", "fall", "held"].map((name) => model.port(name).get())).toEqual([
        value,
        value + 1,
        value,
      ]);
    }
  });

  it("gives the same with and without traces, where a cycle is evaluated in other ways", async () => {
    const plain = open(await buildModel({ files: [source("widths.v")], top: "widths", quick: true }));
    const traced = open();
    for (const model of [plain, traced]) model.reset();
    for (let cycle = 0; cycle < 50; cycle += 1) {
      const seen = [plain, traced].map((model) => {
        model.port("d32").set(cycle * 77);
        model.port("d512").bytes.fill(cycle);
        model.port("d8").set(cycle);
        if (cycle % 3 === 0) model.eval();
        model.step(1 + (cycle % 2));
        return model.ports.filter((port) => port.dir === "out").map((port) => port.getBig());
      });
      expect(seen[0]).toEqual(seen[1]);
    }
    expect(plain.port("count").get()).toBe(75);
  });
});

describe("several instances of one library", () => {
  it("have ports, clocks and ends of their own", () => {
    const one = open();
    const two = open();
    one.port("d32").set(11);
    two.port("d32").set(22);
    one.step(3);
    two.step(5);
    expect([one, two].map((model) => model.port("q32").get())).toEqual([11, 22]);
    expect([one, two].map((model) => model.port("count").get())).toEqual([3, 5]);
    one.port("stop__how").set(1);
    expect(() => one.step()).toThrow(/\$stop/u);
    two.step();
    expect(two.port("count").get()).toBe(6);
  });

  it("can be opened and closed many times; views outlive the model", () => {
    const first = open();
    first.step(7);
    first.close();
    for (let round = 0; round < 300; round += 1) {
      const model = open();
      model.step();
      model.close();
    }
    expect(first.port("count").get()).toBe(7);
    expect(() => first.step()).toThrow(/closed/u);
    expect(() => first.eval()).toThrow(/closed/u);
  });
});

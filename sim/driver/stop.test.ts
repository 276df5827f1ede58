import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type BuiltModel, buildModel } from "../build/index.ts";
import { type Model, ModelStopped, openModel } from "./model.ts";

const source = (name: string): string => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));

let built: BuiltModel;
const models: Model[] = [];
const folder = mkdtempSync(join(tmpdir(), "lanewright-driver-"));
let printed = "";

function open(model = built): Model {
  const opened = openModel(model, {
    print: (text) => {
      printed += text;
    },
  });
  models.push(opened);
  return opened;
}

beforeAll(async () => {
  built = await buildModel({ files: [source("widths.v")], top: "widths", trace: true, quick: true });
});

afterEach(() => {
  for (const model of models.splice(0)) model.close();
  printed = "";
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("a model that stops", () => {
  for (const [how, text] of [
    [1, "$stop"],
    [2, "$finish"],
  ] as const) {
    it(`by ${text} becomes an error that says where and when, again at each step`, () => {
      const model = open();
      model.step(4);
      model.port("stop__how").set(how);
      const error = caught(() => model.step(10));
      expect(error).toBeInstanceOf(ModelStopped);
      expect(error.message).toMatch(/^widths: \$(stop|finish) at .*widths\.v:\d+ in cycle 4/u);
      expect(error.message).toContain(text);
      expect(model.cycle).toBe(5);
      expect(() => model.step()).toThrow(ModelStopped);
      expect(model.port("count").get()).toBe(5);
    });
  }

  it("gives what it printed into the error; printing alone is no error", () => {
    const model = open();
    model.port("stop__how").set(4);
    model.step(2);
    expect(printed).toBe("hello 0\nhello 1\n");
    model.port("stop__how").set(3);
    expect(caught(() => model.step()).message).toContain("count is 2");
  });

  it("by a failed assertion or $fatal becomes an error with its message", async () => {
    const asserts = await buildModel({ files: [source("asserts.sv")], top: "asserts", quick: true });
    for (const [name, message] of [
      ["fail", "fail is set"],
      ["die", "die is set"],
    ] as const) {
      const model = open(asserts);
      model.step(3);
      model.port(name).set(1);
      expect(caught(() => model.step()).message).toContain(message);
    }
  });
});

describe("traces", () => {
  it("are written as FST, one after the other", () => {
    const model = open();
    for (const name of ["a.fst", "deep/b.fst"]) {
      model.traceOpen(join(folder, name));
      expect(() => model.traceOpen(join(folder, "c.fst"))).toThrow(/open already/u);
      model.step(20);
      model.traceClose();
      expect(statSync(join(folder, name)).size).toBeGreaterThan(300);
    }
    expect(existsSync(join(folder, "c.fst"))).toBe(false);
  });

  it("are refused where the model cannot or the path does not let them", async () => {
    const plain = await buildModel({ files: [source("asserts.sv")], top: "asserts", quick: true });
    expect(() => open(plain).traceOpen(join(folder, "d.fst"))).toThrow(/without trace/u);
    expect(() => open().traceOpen(folder)).toThrow(/cannot be written/u);
  });
});

function caught(work: () => void): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}

import { describe, expect, it } from "vitest";
import { otherUnit, unitSlip } from "./units.ts";
import { validate } from "./validate.ts";

describe("unitSlip", () => {
  it("knows keys in another unit, and converts", () => {
    expect(unitSlip("clockGHz", 0.40283)).toEqual({ key: "clockMHz", value: 402.83 });
    expect(unitSlip("clockHz", 402_830_000)).toEqual({ key: "clockMHz", value: 402.83 });
    expect(unitSlip("rateGBps", 50)).toEqual({ key: "rateGbps", value: 400 });
    expect(unitSlip("cableKm", 0.5)).toEqual({ key: "cableMeters", value: 500 });
    expect(unitSlip("mtuKiB", 4)).toEqual({ key: "mtuBytes", value: 4096 });
    expect(unitSlip("phyLatencyUs", 0.15)).toEqual({ key: "phyLatencyNs", value: 150 });
  });

  it("knows keys without a unit, and keeps the value", () => {
    expect(unitSlip("clock", 400)).toEqual({ key: "clockMHz", value: 400 });
    expect(unitSlip("mtu", "4k")).toEqual({ key: "mtuBytes", value: undefined });
  });

  it("leaves other keys alone", () => {
    expect(unitSlip("clokMHz", 400)).toBeUndefined();
    expect(unitSlip("name", "x")).toBeUndefined();
  });
});

describe("otherUnit", () => {
  it("finds the unit in which a value would be in range", () => {
    const fits = (value: number) => value >= 1 && value <= 2000;
    expect(otherUnit("clockMHz", 0.4, fits)).toEqual({ unit: "GHz", value: 400 });
    expect(otherUnit("clockMHz", 402_830, fits)).toEqual({ unit: "kHz", value: 402.83 });
    expect(otherUnit("clockMHz", 402_830_000, fits)).toEqual({ unit: "Hz", value: 402.83 });
    expect(otherUnit("clockMHz", -1, fits)).toBeUndefined();
    expect(otherUnit("name", 1, fits)).toBeUndefined();
  });
});

describe("validate", () => {
  const sound = {
    kind: "link",
    name: "uplink",
    clockMHz: 402.83,
    datapathBits: 1024,
    rateGbps: 400,
    mtuBytes: 4096,
    cableMeters: 30,
    virtualLanes: { data: 2 },
  };

  it("takes what fits, and optional keys that are undefined", () => {
    expect(validate(sound)).toEqual([]);
    expect(validate({ ...sound, retry: undefined, derived: undefined })).toEqual([]);
  });

  it("says what a clock in Hz would be in MHz", () => {
    const [problem] = validate({ ...sound, clockMHz: 402_830_000 });
    expect(problem?.remedy).toBe("402830000 looks like Hz: write clockMHz: 402.83");
  });

  it("reports a misspelt key once, not the right one as missing too", () => {
    const { mtuBytes, ...rest } = sound;
    const problems = validate({ ...rest, mtuByte: mtuBytes });
    expect(problems).toMatchObject([{ code: "LW_UNKNOWN_KEY", remedy: 'did you mean "mtuBytes"?' }]);
  });

  it("reports one problem for a value of the wrong type", () => {
    for (const wrong of ["1024", null, [], {}, true, Number.NaN, Number.POSITIVE_INFINITY]) {
      const problems = validate({ ...sound, datapathBits: wrong });
      expect(problems.map((one) => one.code)).toEqual(["LW_WRONG_TYPE"]);
    }
    expect(validate(null).map((one) => one.code)).toEqual(["LW_WRONG_TYPE"]);
  });
});

describe("the description of a switch", () => {
  const leaf = {
    kind: "switch",
    name: "leaf4",
    clockMHz: 402.83,
    datapathBits: 1024,
    mtuBytes: 4096,
    ports: { count: 4, rateGbps: 400, cableMeters: 30 },
    virtualLanes: { data: 4 },
  };
  const said = (changes: object) =>
    validate({ ...leaf, ...changes }).map(({ code, remedy, path }) => [code, path.join("."), remedy]);

  it("is told of units within the ports, and of keys that belong there", () => {
    expect(validate(leaf)).toEqual([]);
    expect(said({ ports: { ...leaf.ports, cableKm: 0.5 } })).toEqual([
      ["LW_WRONG_UNIT", "ports.cableKm", "write cableMeters: 500"],
    ]);
    expect(said({ rateTbps: 0.4 })).toEqual([["LW_WRONG_UNIT", "rateTbps", "write ports.rateGbps: 400"]]);
    expect(said({ rateGbps: 400 })).toEqual([["LW_UNKNOWN_KEY", "rateGbps", "write it as ports.rateGbps"]]);
    expect(said({ ports: { count: 4, rateGbps: 0.4, cableMeters: 30 } })).toEqual([
      ["LW_OUT_OF_RANGE", "ports.rateGbps", "0.4 looks like Tbps: write rateGbps: 400"],
    ]);
  });

  it("is taken for one by its ports where its kind is missing", () => {
    const { kind: _kind, ...rest } = leaf;
    expect(validate(rest).map(({ code }) => code)).toEqual(["LW_KIND_MISSING"]);
  });

  it("has legal table sizes and schedulers", () => {
    expect(said({ tables: { unicastEntries: 100 } })).toEqual([
      ["LW_NOT_A_MULTIPLE", "tables.unicastEntries", "write unicastEntries: 64 or 128"],
    ]);
    expect(said({ scheduler: { kind: "islipp" } })).toEqual([
      ["LW_NOT_ALLOWED", "scheduler.kind", 'did you mean "islip"?'],
    ]);
    expect(said({ scheduler: { iterations: 5 } }).map(([code]) => code)).toEqual(["LW_OUT_OF_RANGE"]);
  });
});

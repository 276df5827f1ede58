import { describe, expect, it } from "vitest";
import { vlArbiterView } from "../../generator/views/vl-arbiter.ts";
import { coverGroup } from "../../sim/coverage/points.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { Arbiter, type ArbiterRequest, type ArbiterTables, type Grant } from "../../sim/reference/arbiter.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { buildModules } from "./build.ts";
import { designOf } from "./csr-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

/** Data lanes, rows of the high table, rows of the low table as described; the module has at least a row a lane. */
const shapes: readonly (readonly [lanes: number, highRows: number, lowRows: number])[] = [
  [1, 0, 1],
  [2, 0, 5],
  [4, 6, 4],
  [8, 8, 0],
  [15, process.env.LANEWRIGHT_LONG === undefined ? 20 : 64, 16],
] as const;

class Bench {
  readonly lanes: number;
  readonly highRows: number;
  readonly lowRows: number;
  readonly model: Model;

  constructor(model: Model) {
    this.model = model;
    this.lanes = model.port("request").bits;
    this.highRows = model.port("cfg_high_vl").bits / 4;
    this.lowRows = model.port("cfg_low_vl").bits / 4;
  }

  setTables({ high, low, highLimit }: ArbiterTables): void {
    for (const [name, rows] of [
      ["high", high],
      ["low", low],
    ] as const) {
      this.model.port(`cfg_${name}_vl`).setBig(
        packed(
          rows.map((row) => row.vl),
          4,
        ),
      );
      this.model.port(`cfg_${name}_weight`).setBig(
        packed(
          rows.map((row) => row.weight),
          8,
        ),
      );
    }
    this.model.port("cfg_high_limit").set(highLimit);
    this.take(false); // they count from the next cycle on
  }

  /** Units of lanes that do not ask are set to `idleUnits`: they must not matter. */
  setRequest({ units, vl15 }: ArbiterRequest, idleUnits = 0): void {
    const { model } = this;
    model.port("request").set(units.reduce((bits, one, lane) => bits | (one > 0 ? 1 << lane : 0), 0));
    model.port("request_units").setBig(
      packed(
        units.map((one) => one || idleUnits),
        9,
      ),
    );
    model.port("request15").set(vl15 ? 1 : 0);
  }

  grant(): { vl: number; is15: boolean } | null {
    this.model.eval();
    if (this.model.port("grant_valid").get() === 0) return null;
    return { vl: this.model.port("grant_vl").get(), is15: this.model.port("grant_is15").get() === 1 };
  }

  take(taken: boolean): void {
    this.model.port("take").set(taken ? 1 : 0);
    this.model.step();
  }
}

/** Rules of the standard's arbitration that decide about a packet. */
const rules = coverGroup("arbitration of virtual lanes", {
  rule: [
    ...(["VL15 goes before data", "nothing waits", "lanes wait that no table names"] as const),
    ...(["only the high table has a packet", "only the low table has a packet"] as const),
    ...(["high goes before low within its limit", "high goes on and on: no limit"] as const),
    ...(["high goes for one packet: limit 0", "low goes: the limit of high is used up"] as const),
    "low goes: one packet of high was the limit",
  ],
});

function ruleOf(
  { high, low, highLimit }: ArbiterTables,
  { units, vl15 }: ArbiterRequest,
  grant: Grant | null,
): Parameters<typeof rules.hit>[0] {
  const waits = (rows: ArbiterTables["high"]): boolean =>
    rows.some(({ vl, weight }) => weight > 0 && (units[vl] ?? 0) > 0);
  if (vl15) return "VL15 goes before data";
  if (grant === null)
    return units.some((one) => one > 0) ? "lanes wait that no table names" : "nothing waits";
  if (!waits(low)) return "only the high table has a packet";
  if (!waits(high)) return "only the low table has a packet";
  if (grant.table === "low")
    return highLimit === 0
      ? "low goes: one packet of high was the limit"
      : "low goes: the limit of high is used up";
  if (highLimit === 255) return "high goes on and on: no limit";
  return highLimit === 0 ? "high goes for one packet: limit 0" : "high goes before low within its limit";
}

function packed(values: readonly number[], bits: number): bigint {
  return values.reduceRight((word, value) => (word << BigInt(bits)) | BigInt(value), 0n);
}

function randomRows(rng: Rng, count: number, lanes: number): { vl: number; weight: number }[] {
  const heavy = rng.chance(0.3);
  return Array.from({ length: count }, () => ({
    vl: rng.chance(0.1) ? rng.below(16) : rng.below(lanes),
    weight: rng.chance(0.2) ? 0 : heavy ? rng.range(1, 255) : rng.range(1, 12),
  }));
}

async function open(lanes: number, highRows: number, lowRows: number): Promise<Bench> {
  const row = { vl: 0, weight: 1 };
  const high = Array.from({ length: highRows }, () => row);
  const low = Array.from({ length: lowRows }, () => row);
  const base = designOf("dut", lanes);
  const design = { ...base, virtualLanes: { data: lanes, high, low, highLimit: 255 } };
  const view = vlArbiterView(design);
  const modules = [{ name: "dut_vl_arbiter", template: "link/vl_arbiter.v.hbs", view }];
  const bench = new Bench(openModel(await buildModules("dut_vl_arbiter", modules)));
  bench.setRequest({ units: new Array<number>(lanes).fill(0), vl15: false });
  bench.model.port("take").set(0);
  return bench;
}

describe.each(shapes)("vl_arbiter with %i lanes, tables of %i and %i rows", (lanes, highRows, lowRows) => {
  const benches: Bench[] = [];
  const bench = async (): Promise<Bench> => {
    if (benches.length === 0) benches.push(await open(lanes, highRows, lowRows));
    benches[0]!.model.reset();
    return benches[0]!;
  };

  it("grants what the reference grants, cycle by cycle, over random tables and requests", () =>
    withSeed(seed, async (rng) => {
      const dut = await bench();
      expect([dut.highRows, dut.lowRows]).toEqual([Math.max(highRows, lanes), Math.max(lowRows, lanes)]);
      const counts = { vl15: 0, high: 0, low: 0, none: 0 };
      for (let round = 0; round < 60; round += 1) {
        dut.model.reset();
        const reference = new Arbiter();
        let tables = { high: [], low: [], highLimit: 0 } as ArbiterTables;
        const [load, idle, takes] = [
          rng.pick([0.1, 0.4, 0.9]),
          rng.chance(0.5) ? 0 : 511,
          rng.pick([1, 0.5]),
        ];
        const largest = rng.pick([3, 66, 129, 511]);
        for (let cycle = 0; cycle < 200; cycle += 1) {
          if (cycle === 0 || rng.chance(0.01)) {
            tables = {
              high: randomRows(rng, dut.highRows, lanes),
              low: randomRows(rng, dut.lowRows, lanes),
              highLimit: rng.pick([0, 0, 1, 2, 10, 254, 255]),
            };
            dut.setTables(tables);
          }
          const request = {
            units: Array.from({ length: lanes }, () => (rng.chance(load) ? rng.range(1, largest) : 0)),
            vl15: rng.chance(0.03),
          };
          dut.setRequest(request, idle);
          const expected = reference.choose(tables, request);
          const seen = dut.grant();
          const wanted = expected && { vl: expected.vl, is15: expected.table === "vl15" };
          expect(seen, `round ${round}, cycle ${cycle}`).toEqual(wanted);
          counts[expected?.table ?? "none"] += 1;
          rules.hit(ruleOf(tables, request, expected));
          const taken = rng.chance(takes);
          if (taken) reference.take(tables, request);
          dut.take(taken);
        }
      }
      expect(Object.values(counts).every((count) => count > 0)).toBe(true);
    }));

  // with one lane both tables name it, and what tells them apart cannot be seen
  if (lanes > 1)
    it("reaches a limit of 254 blocks of 4096 bytes, and no limit at 255", async () => {
      const dut = await bench();
      const last = lanes - 1;
      const fill = (rows: number, vl: number): { vl: number; weight: number }[] =>
        Array.from({ length: rows }, (_, at) => ({ vl, weight: at === 0 ? 255 : 0 }));
      const tables = { high: fill(dut.highRows, 0), low: fill(dut.lowRows, last) };
      const request = { units: Array.from({ length: lanes }, () => 64), vl15: false };
      for (const highLimit of [1, 254, 255]) {
        dut.model.reset();
        dut.setTables({ ...tables, highLimit });
        dut.setRequest(request);
        let high = 0;
        while (high < 700 && dut.grant()!.vl === 0) {
          dut.take(true);
          high += 1;
        }
        expect(high).toBe(highLimit === 255 ? 700 : highLimit);
      }
      // what has been sent is not forgotten, however much it is
      dut.setTables({ ...tables, highLimit: 254 });
      expect(dut.grant()!.vl).toBe(last);
    });

  it("shares the line by weight, within 2 %", () =>
    withSeed(seed, async (rng) => {
      const dut = await bench();
      // packets of sizes that divide the weights: otherwise the last one of a turn overruns, as it may
      const weights = Array.from({ length: lanes }, () => 16 * rng.range(1, 15));
      const low = Array.from({ length: dut.lowRows }, (_, at) => ({ vl: at % 16, weight: weights[at] ?? 0 }));
      const high = Array.from({ length: dut.highRows }, () => ({ vl: 0, weight: 0 }));
      const units = Array.from({ length: lanes }, () => 2 ** rng.below(5));
      dut.setTables({ high, low, highLimit: 255 });
      dut.setRequest({ units, vl15: false });
      const sent = new Array<number>(lanes).fill(0);
      const turn = weights.reduce((sum, one) => sum + one, 0);
      let whole = 0;
      while (whole < 100 * turn) {
        const { vl } = dut.grant()!;
        sent[vl]! += units[vl]!;
        whole += units[vl]!;
        dut.take(true);
      }
      for (const [vl, weight] of weights.entries()) {
        const share = sent[vl]! / whole;
        expect(Math.abs((share * turn) / weight - 1), `VL${vl}`).toBeLessThan(0.02);
      }
    }));
});

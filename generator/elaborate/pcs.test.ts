import { describe, expect, it } from "vitest";
import { inspect } from "../check/index.ts";
import { baseRDerivedIds } from "../design/base-r.ts";
import type { Derived } from "../design/link.ts";
import { type PcsDerivedId, pcsDerivedIds } from "../design/pcs.ts";
import type { LinkDescription } from "../dsl/link-description.ts";
import { elaborate } from "./elaborate-any.ts";
import { formulaFunctions } from "./formula-functions.ts";
import { elaboratePcs } from "./pcs.ts";
import { elaborateAnyPcs, pcsChoices } from "./pcs-choices.ts";
import { legalLanes, legalSymbolsPerClock, pcsFormats } from "./pcs-formats.ts";
import { linkRegisters } from "./registers.ts";

const link = {
  name: "lanes",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: { data: 4 },
} as const;
const lanes = { count: 4, gbps: 100 };

/** Evaluates each formula as it stands, with its inputs. */
function expectTrue(numbers: readonly Derived[]): void {
  const scope = Object.entries(formulaFunctions);
  for (const { id, inputs, formula, computed } of numbers) {
    const values = Object.values(inputs).map((input) => input.value);
    const parameters = [...scope.map(([name]) => name), ...Object.keys(inputs)];
    const evaluate = new Function(...parameters, `return ${formula};`);
    expect([id, evaluate(...scope.map(([, f]) => f), ...values)]).toEqual([id, computed]);
  }
}

describe("a PCS", () => {
  it("has the numbers of the standard at 400G", () => {
    const pcs = elaboratePcs({ ...link, lanes, fec: "rs544" });
    const value = (id: PcsDerivedId) => pcs?.derived[id].value;
    expect(value("lineGbps")).toBe(425);
    expect(value("lineBits")).toBe(640);
    expect(value("laneClockMHz")).toBe(664.0625);
    expect(value("markerPeriodCodewords")).toBe(4096);
    expect(Object.keys(pcs?.derived ?? {})).toEqual(pcsDerivedIds);
  });

  it("computes what its formulas say, in every format and at every width of the line", () => {
    for (const format of pcsFormats)
      for (const symbolsPerClock of legalSymbolsPerClock(format))
        for (const split of legalLanes(format)) {
          const basis = { ...link, rateGbps: format.rateGbps, lanes: split, fec: format.fec };
          expectTrue(Object.values(elaboratePcs(basis, { symbolsPerClock })?.derived ?? {}));
        }
  });

  it("computes what its formulas say below 200 Gb/s, on all lanes that there are", () => {
    for (const { rateGbps, fec, lanes: splits } of pcsChoices)
      for (const split of splits) {
        const pcs = elaborateAnyPcs({ ...link, rateGbps, lanes: split, fec });
        expectTrue(Object.values(pcs?.derived ?? {}));
        expect(pcs?.lanes).toEqual(split);
        const ids = pcs?.kind === "base-r" ? baseRDerivedIds : pcsDerivedIds;
        expect(Object.keys(pcs?.derived ?? {}).toSorted()).toEqual([...ids].toSorted());
      }
  });

  it("is of the kind that rate and FEC say, and has its registers and counters", () => {
    const kinds = [
      [25, 1, undefined, "base-r", ["PCS_STATUS", "PCS_LOCK"]],
      [40, 4, "none", "base-r", ["PCS_STATUS", "PCS_LOCK"]],
      [25, 1, "rs528", "clause91", ["DEGRADE_INTERVAL", "PCS_LOCK"]],
      [100, 4, "rs528", "clause91", ["DEGRADE_INTERVAL", "PCS_LANE_OF"]],
      [400, 4, undefined, "clause119", ["DEGRADE_INTERVAL", "PCS_LANE_OF"]],
    ] as const;
    for (const [rateGbps, count, fec, kind, registers] of kinds) {
      const split = { count, gbps: rateGbps / count };
      const design = elaborate({ ...link, rateGbps, phy: "pcs", lanes: split, ...(fec && { fec }) });
      expect(design.pcs?.kind).toBe(kind);
      const { groups, counters } = linkRegisters(design);
      const names = groups.find(({ id }) => id === "pcs")?.registers.map(({ name }) => name) ?? [];
      expect([names[0], names.at(-1)]).toEqual(registers);
      const of = (start: string): number => counters.filter(({ name }) => name.startsWith(start)).length;
      const lanesOf = design.pcs?.format.pcsLanes ?? 0;
      expect(of("PCS_BIP_")).toBe(kind === "base-r" && lanesOf > 1 ? lanesOf : 0);
      expect(of("FEC_SYMBOLS_")).toBe(kind === "base-r" ? 0 : lanesOf);
      expect(of("PCS_BAD_HEADERS")).toBe(kind === "base-r" ? 1 : 0);
    }
  });

  it("refuses numbers of the other kind, and widths of lanes that do not fit", () => {
    const base = {
      ...link,
      datapathBits: 256,
      rateGbps: 100,
      phy: "pcs",
      lanes: { count: 4, gbps: 25 },
    } as const;
    const codes = (more: Partial<LinkDescription>): readonly string[] =>
      inspect({ ...base, ...more }).diagnostics.map(({ code }) => code);
    expect(codes({ derived: { symbolsPerClock: 8 } })).toEqual(["LW_PCS_KEY"]);
    expect(codes({ fec: "rs528", derived: { markerPeriodBlocks: 64 } })).toEqual(["LW_PCS_KEY"]);
    expect(codes({ derived: { laneBits: 64 } })).toEqual(["LW_PCS_LANE_BITS"]);
    expect(codes({ fec: "rs528", derived: { symbolsPerClock: 6 } })).toEqual(["LW_PCS_SYMBOLS"]);
    expect(codes({ derived: { laneBits: 40 } })).toEqual([]);
    expect(codes({ derived: { blocksPerWord: 16 } })).toEqual(["LW_OVERRIDE_FIXED"]);
    const one = { rateGbps: 25, datapathBits: 64, lanes: { count: 1, gbps: 25 } } as const;
    expect(codes({ ...one, derived: { markerPeriodBlocks: 64 } })).toEqual(["LW_OVERRIDE_FIXED"]);
    expect(codes({ ...one, lanes: { count: 2, gbps: 12.5 } })).toEqual(["LW_PCS_LANES"]);
  });

  it("gives the latency that timers and buffers rest on, unless that is given", () => {
    const own = elaborate({ ...link, phy: "pcs", lanes });
    expect(own.phyLatencyNs).toBe(own.pcs?.derived.pcsLinkNs.value);
    expect(own.derived.ackRoundTripNs.inputs.phyLatencyNs?.value).toBe(own.phyLatencyNs);
    expect(own.derived.ackRoundTripNs.value).toBeGreaterThan(elaborate(link).derived.ackRoundTripNs.value);
    expect(elaborate({ ...link, phy: "pcs", lanes, phyLatencyNs: 700 }).phyLatencyNs).toBe(700);
  });

  it.each([
    [400, 4, "rs544", 1024, 30],
    [400, 4, "rs272", 1024, 0],
    [200, 2, "rs272", 512, 3],
    [100, 4, "rs528", 512, 3],
    [100, 4, "none", 512, 3],
    [25, 1, "rs528", 128, 0],
    [25, 1, "none", 128, 0],
  ] as const)(
    "%s Gb/s over %s lanes, %s: a sender replays for longer than its peer takes to find the lanes",
    (...one) => {
      const [rateGbps, count, fec, datapathBits, cableMeters] = one;
      const shape = { rateGbps, datapathBits, cableMeters, mtuBytes: 256, fec };
      const design = elaborate({ ...link, ...shape, phy: "pcs", lanes: { count, gbps: rateGbps / count } });
      const { replayCountMax, replayTimerCycles, dataAgeCycles } = design.derived;
      const patienceNs = ((replayCountMax.value + 1) * replayTimerCycles.value * 1000) / design.clockMHz;
      const realignNs = design.pcs?.derived.realignNs.value ?? Number.NaN;
      expect(patienceNs).toBeGreaterThan(1.2 * realignNs);
      expect((dataAgeCycles.value * 1000) / design.clockMHz).toBeGreaterThan(patienceNs);
    },
  );

  it("takes rs544 where the rate has it, and is none with an MII", () => {
    expect(elaborate({ ...link, phy: "pcs", lanes }).fec).toBe("rs544");
    expect(elaborate(link)).toMatchObject({ phy: "mii", lanes: null, fec: null, pcs: null });
  });
});

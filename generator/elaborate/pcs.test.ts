import { describe, expect, it } from "vitest";
import type { Derived } from "../design/link.ts";
import { type PcsDerivedId, pcsDerivedIds } from "../design/pcs.ts";
import { elaborate } from "./elaborate.ts";
import { formulaFunctions } from "./formula-functions.ts";
import { elaboratePcs } from "./pcs.ts";
import { legalLanes, legalSymbolsPerClock, pcsFormats } from "./pcs-formats.ts";

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

  it("gives the latency that timers and buffers rest on, unless that is given", () => {
    const own = elaborate({ ...link, phy: "pcs", lanes });
    expect(own.phyLatencyNs).toBe(own.pcs?.derived.pcsLinkNs.value);
    expect(own.derived.ackRoundTripNs.inputs.phyLatencyNs?.value).toBe(own.phyLatencyNs);
    expect(own.derived.ackRoundTripNs.value).toBeGreaterThan(elaborate(link).derived.ackRoundTripNs.value);
    expect(elaborate({ ...link, phy: "pcs", lanes, phyLatencyNs: 700 }).phyLatencyNs).toBe(700);
  });

  it("takes rs544 where the rate has it, and is none with an MII", () => {
    expect(elaborate({ ...link, phy: "pcs", lanes }).fec).toBe("rs544");
    expect(elaborate(link)).toMatchObject({ phy: "mii", lanes: null, fec: null, pcs: null });
  });
});

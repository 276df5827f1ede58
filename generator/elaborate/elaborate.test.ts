import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { derivedIds } from "../design/link.ts";
import { LanewrightError } from "../diagnostics.ts";
import { defineLink } from "../dsl/define-link.ts";
import type { LinkDescription } from "../dsl/link-description.ts";
import { elaborate, rules } from "./elaborate.ts";
import { formulaFunctions } from "./formula-functions.ts";

const example: LinkDescription = {
  name: "link_400g",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: { data: 4 },
};

/** Descriptions that fit the schema; the clock is fast enough for the rate. */
const legal: fc.Arbitrary<LinkDescription> = fc
  .record({
    datapathBits: fc.constantFrom(64, 128, 256, 512, 1024, 2048),
    rate: fc.double({ min: 10, max: 800, noNaN: true }),
    slack: fc.double({ min: 1, max: 1.5, noNaN: true }),
    mtuBytes: fc.integer({ min: 64, max: 2016 }).map((words) => words * 4),
    cableMeters: fc.double({ min: 0, max: 2000, noNaN: true }),
    phyLatencyNs: fc.double({ min: 0, max: 1000, noNaN: true }),
    data: fc.integer({ min: 1, max: 15 }),
    retry: fc.constantFrom("llr", "none"),
    forwarding: fc.constantFrom("cut-through", "store-and-forward"),
    icrc: fc.constantFrom("pass", "endpoint"),
  })
  .map(({ rate, slack, data, ...rest }) => {
    const rateGbps = Math.min(rate, (rest.datapathBits * 2000) / 1000);
    const clockMHz = Math.min(2000, Math.max(1, ((rateGbps * 1000) / rest.datapathBits) * slack));
    return { name: "any", rateGbps, clockMHz, virtualLanes: { data }, ...rest } as LinkDescription;
  });

describe("elaborate", () => {
  it("derives the figures of the worked example", () => {
    const { derived } = elaborate(example);
    const value = (id: keyof typeof derived) => derived[id].value;
    expect(value("columnsPerBeat")).toBe(16);
    expect(value("maxPacketBytes")).toBe(4222);
    expect(value("maxPacketBeats")).toBe(33);
    expect(value("vl15PacketBytes")).toBe(290);
    // By hand: 300 + 300 + 4 * 16 / 0.40283 / 2 ... = 2*150 + 2*150 + 2*39.719 + (2*4222 + 2048) / 50 ns.
    expect(value("ackRoundTripNs")).toBeCloseTo(300 + 300 + 79.438 + 209.84, 2);
    expect(value("ackRoundTripCycles")).toBe(359);
    expect(value("replayDepthBeats")).toBe(512);
    expect(value("replayBytes")).toBe(65_536);
    expect(value("outstandingSeqMax")).toBe(511);
    expect(value("creditBlockBytes")).toBe(64);
    expect(value("maxPacketBlocks")).toBe(66);
    expect(value("creditsPerVl")).toBe(1025);
    expect(value("vlBufferBeats")).toBe(1091);
    expect(value("linkLostCycles")).toBe(4_028_300);
    expect(value("linkEfficiencyPercent")).toBeCloseTo(99.03, 2);
  });

  it("gives longer cables larger buffers and, past 2048 blocks, larger blocks", () => {
    const short = elaborate(example).derived;
    const long = elaborate({ ...example, cableMeters: 500 }).derived;
    expect(long.replayDepthBeats.value).toBeGreaterThan(short.replayDepthBeats.value);
    expect(long.creditBlockBytes.value).toBe(256);
    expect(long.creditsPerVl.value * 256).toBeGreaterThanOrEqual(long.creditLoopBytes.value);
  });

  it("derives every number once, after all that it rests on", () => {
    expect(rules.map((rule) => rule.id).sort()).toEqual([...derivedIds].sort());
    expect(Object.keys(elaborate(example).derived).sort()).toEqual([...derivedIds].sort());
  });

  it("prints formulas that are true: evaluated as they stand they give the value", () => {
    for (const derived of Object.values(
      elaborate({ ...example, icrc: "endpoint", cableMeters: 500 }).derived,
    )) {
      const names = Object.keys(derived.inputs);
      const values = Object.values(derived.inputs).map((input) => input.value);
      const scope = Object.entries(formulaFunctions);
      const formula = new Function(...scope.map(([name]) => name), ...names, `return ${derived.formula};`);
      expect([derived.id, formula(...scope.map(([, f]) => f), ...values)]).toEqual([
        derived.id,
        derived.value,
      ]);
      for (const name of names) expect(derived.formula).toMatch(new RegExp(`\\b${name}\\b`));
      expect(derived.source.length).toBeGreaterThan(10);
    }
  });

  it("lets an override take the formula's place and feed what rests on it", () => {
    const { derived } = elaborate({ ...example, derived: { creditsPerVl: 500 } });
    expect(derived.creditsPerVl).toMatchObject({ value: 500, computed: 1025, overridden: true });
    expect(derived.vlBufferBeats).toMatchObject({ value: 566, overridden: false });
  });

  it("is the same for the builder and for plain data, and leaves neither changed", () => {
    const before = structuredClone(example);
    expect(JSON.stringify(elaborate(defineLink(example)))).toBe(JSON.stringify(elaborate(example)));
    expect(example).toEqual(before);
    expect(Object.isFrozen(elaborate(example).virtualLanes.low)).toBe(true);
  });

  it("refuses what does not fit the schema, with every problem", () => {
    const wrong = { ...example, clockMHz: 0, mtuBytes: 1, speed: 9 } as LinkDescription;
    expect(() => elaborate(wrong)).toThrow(LanewrightError);
    try {
      elaborate(wrong);
    } catch (error) {
      const { diagnostics, exitCode } = error as LanewrightError;
      expect(exitCode).toBe(2);
      expect(diagnostics.map((one) => one.code).sort()).toEqual([
        "LW_NOT_A_MULTIPLE",
        "LW_OUT_OF_RANGE",
        "LW_OUT_OF_RANGE",
        "LW_WRONG_UNIT",
      ]);
    }
  });
});

describe("for any legal description", () => {
  it("every number is finite, not negative, and an integer unless it is a time or a share", () => {
    const real = ["handlingNs", "cableNs", "ackRoundTripNs", "linkEfficiencyPercent"];
    fc.assert(
      fc.property(legal, (description) => {
        for (const { id, value } of Object.values(elaborate(description).derived)) {
          expect([id, Number.isFinite(value) && value >= 0]).toEqual([id, true]);
          if (!real.includes(id)) expect([id, Number.isInteger(value)]).toEqual([id, true]);
        }
      }),
    );
  });

  it("the buffers hold what is promised and what is under way", () => {
    fc.assert(
      fc.property(legal, (description) => {
        const { derived, rateGbps } = elaborate(description);
        const value = (id: keyof typeof derived) => derived[id].value;
        const flightBytes = (rateGbps / 8) * value("ackRoundTripNs");
        expect(value("replayBytes")).toBeGreaterThanOrEqual(flightBytes + 2 * value("maxPacketBytes"));
        expect(Number.isInteger(Math.log2(value("replayDepthBeats")))).toBe(true);
        expect(value("creditsPerVl")).toBeLessThanOrEqual(2048);
        expect(value("creditsPerVl")).toBeGreaterThanOrEqual(value("maxPacketBlocks"));
        expect(value("creditsPerVl") * value("creditBlockBytes")).toBeGreaterThanOrEqual(
          value("creditLoopBytes"),
        );
        const held = value("vlBufferBeats") * value("beatBytes");
        expect(held).toBeGreaterThanOrEqual(
          value("creditsPerVl") * value("creditBlockBytes") + value("maxPacketBytes"),
        );
        expect(value("replayTimerCycles")).toBeGreaterThan(value("ackRoundTripCycles"));
        expect(value("outstandingSeqMax")).toBeLessThan(2 ** 19);
        expect(value("outstandingSeqMax")).toBeLessThan(value("replayEntries"));
        expect(value("creditWatchdogCycles")).toBeGreaterThan(2 * value("creditRefreshCycles"));
      }),
    );
  });

  it("latency, line rate and memories add up", () => {
    fc.assert(
      fc.property(legal, (description) => {
        const design = elaborate(description);
        const cycles = (stages: readonly { cycles: number }[]) =>
          stages.reduce((sum, one) => sum + one.cycles, 0);
        expect(cycles(design.latencyBudget.tx)).toBe(design.derived.txPipelineCycles.value);
        expect(cycles(design.latencyBudget.rx)).toBe(design.derived.rxPipelineCycles.value);
        for (const { achievableGbps, percent } of design.lineRateCoverage) {
          expect(achievableGbps).toBeGreaterThan(0);
          expect(achievableGbps).toBeLessThan(design.rateGbps);
          expect(percent).toBeGreaterThan(0);
          expect(percent).toBeLessThan(100 + 1e-9);
        }
        for (const { words, bitsPerWord, bits } of design.memories) {
          expect(Number.isInteger(words) && words > 0).toBe(true);
          expect(bits).toBe(words * bitsPerWord);
        }
        expect(design.memories.some(({ module }) => module === "replay_buffer")).toBe(design.retry === "llr");
      }),
    );
  });
});

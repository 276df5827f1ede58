import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Derived, derivedIds } from "../design/link.ts";
import { switchDerivedIds } from "../design/switch.ts";
import { LanewrightError } from "../diagnostics.ts";
import { defineLink } from "../dsl/define-link.ts";
import { defineSwitch } from "../dsl/define-switch.ts";
import type { LinkDescription } from "../dsl/link-description.ts";
import type { SwitchDescription } from "../dsl/switch-description.ts";
import { elaborateSwitch, rules, switchRules } from "./elaborate.ts";
import { elaborate } from "./elaborate-any.ts";
import { formulaFunctions } from "./formula-functions.ts";
import { sparePages } from "./switch-rules.ts";

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

/** Evaluates each formula as it stands, with its inputs. */
function expectTrue(numbers: readonly Derived[]): void {
  for (const { id, inputs, formula, value, source } of numbers) {
    const names = Object.keys(inputs);
    const values = Object.values(inputs).map((input) => input.value);
    const scope = Object.entries(formulaFunctions);
    const evaluate = new Function(...scope.map(([name]) => name), ...names, `return ${formula};`);
    expect([id, evaluate(...scope.map(([, f]) => f), ...values)]).toEqual([id, value]);
    for (const name of names) expect(formula).toMatch(new RegExp(`\\b${name}\\b`));
    expect(source.length).toBeGreaterThan(10);
  }
}

describe("elaborate", () => {
  it("derives the figures of the worked example", () => {
    const { derived } = elaborate(example);
    const value = (id: keyof typeof derived) => derived[id].value;
    expect(value("columnsPerBeat")).toBe(16);
    expect(value("maxPacketBytes")).toBe(4222);
    expect(value("maxPacketBeats")).toBe(33);
    expect(value("vl15PacketBytes")).toBe(290);
    // By hand: 17 cycles of 2.48244 ns at each end; 2*150 + 2*150 + 2*42.201 + (2*4222 + 2048) / 50 ns.
    expect(value("ackRoundTripNs")).toBeCloseTo(300 + 300 + 84.403 + 209.84, 2);
    expect(value("ackRoundTripCycles")).toBe(361);
    expect(value("replayDepthBeats")).toBe(512);
    expect(value("replayBytes")).toBe(65_536);
    expect(value("outstandingSeqMax")).toBe(511);
    expect(value("creditBlockBytes")).toBe(64);
    expect(value("maxPacketBlocks")).toBe(66);
    expect(value("creditsPerVl")).toBe(1029);
    expect(value("vlBufferBeats")).toBe(1095);
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
    expectTrue(Object.values(elaborate({ ...example, icrc: "endpoint", cableMeters: 500 }).derived));
  });

  it("lets an override take the formula's place and feed what rests on it", () => {
    const { derived } = elaborate({ ...example, derived: { creditsPerVl: 500 } });
    expect(derived.creditsPerVl).toMatchObject({ value: 500, computed: 1029, overridden: true });
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

const leaf: SwitchDescription = {
  name: "leaf4",
  clockMHz: 402.83,
  datapathBits: 1024,
  mtuBytes: 4096,
  ports: { count: 4, rateGbps: 400, cableMeters: 30 },
  virtualLanes: { data: 4 },
};

/** The same with other ports and other numbers. */
function leafOf(count: number, derived: NonNullable<SwitchDescription["derived"]> = {}): SwitchDescription {
  return { ...leaf, ports: { ...leaf.ports, count }, derived };
}

describe("elaborateSwitch", () => {
  it("derives the figures of the worked example", () => {
    const { derived, port, latencyBudget } = elaborateSwitch(leaf);
    const value = (id: keyof typeof derived) => derived[id].value;
    expect(value("internalPorts")).toBe(5);
    expect(value("portBits")).toBe(3);
    expect(value("crossbarStages")).toBe(1);
    expect(value("flightBeats")).toBe(9);
    expect(value("voqHeadroomPackets")).toBe(4);
    // 5 * 5 rivals, two turns of 33 + 4 cycles and 6 more each: 2000
    expect(value("starvationCycles")).toBe(2048);
    expect(value("pageBeats")).toBe(1);
    expect(value("multicastCopies")).toBe(10);
    expect(value("aggregateGbps")).toBe(1600);
    expect(value("portToPortCycles")).toBe(22);
    expect(latencyBudget.portToPort.reduce((sum, { ns }) => sum + ns, 0)).toBeCloseTo(54.61, 2);
    // 1021 blocks of the credit loop and 4 packets of 66; a lane's buffer is 2 * 33 beats more than that
    expect(port.derived.creditsPerVl.value).toBe(1285);
    expect(port.derived.vlBufferBeats.value).toBe(1351);
    expect(value("pagesPerPort")).toBe(4 * 1351 + 24 + sparePages);
    expect(port.derived.txQueueBeats.value).toBe(4 * 33 + 9);
    expect(port.derived.txRoomBeats.value).toBe(2 * 33 + 9);
    expect(port.role).toBe("switchPort");
  });

  it("takes 22, 23 or 24 cycles from port to port, as the crossbar has one, two or three registers", () => {
    const stages = (count: number) => elaborateSwitch(leafOf(count)).derived.crossbarStages.value;
    expect([2, 7, 8, 63, 64, 80].map(stages)).toEqual([1, 1, 2, 2, 3, 3]);
    const cycles = (count: number) => elaborateSwitch(leafOf(count)).derived.portToPortCycles.value;
    expect([7, 63, 80].map(cycles)).toEqual([22, 23, 24]);
  });

  it("takes a cycle less without the register in front of the MAC's alignment, and needs less buffer", () => {
    const { derived, port, latencyBudget } = elaborateSwitch({ ...leaf, pipeline: { macTx: 0 } });
    expect(port.pipeline).toEqual({ macTx: 0 });
    expect(derived.portToPortCycles.value).toBe(21);
    expect(latencyBudget.portToPort.filter(({ module }) => module === "mac_tx")).toHaveLength(1);
    expect(port.derived.txPipelineCycles.value).toBe(7);
    expect(port.derived.creditsPerVl.value).toBeLessThan(1285);
  });

  it("takes a cycle less without the register between requests and matching, and needs less room", () => {
    const { derived, port, pipeline, latencyBudget } = elaborateSwitch({
      ...leaf,
      pipeline: { requests: 0 },
    });
    expect([pipeline, port.pipeline]).toEqual([{ requests: 0 }, { macTx: 1 }]);
    expect(derived.portToPortCycles.value).toBe(21);
    expect(latencyBudget.portToPort.filter(({ module }) => module === "scheduler")).toHaveLength(1);
    expect(port.derived.txRoomBeats.value).toBe(2 * 33 + 8);
  });

  it("derives every number once, after all that it rests on", () => {
    const design = elaborateSwitch(leaf);
    expect(switchRules.map(({ id }) => id).sort()).toEqual([...switchDerivedIds, ...derivedIds].sort());
    expect(Object.keys(design.derived)).toEqual(switchDerivedIds);
    expect(Object.keys(design.port.derived)).toEqual(derivedIds);
  });

  it("prints formulas that are true, those of its port in their own form", () => {
    for (const count of [2, 8, 80]) {
      const { derived, port } = elaborateSwitch(leafOf(count));
      expectTrue([...Object.values(derived), ...Object.values(port.derived)]);
      expect(port.derived.creditsPerVl.formula).toContain("voqHeadroomPackets");
    }
    expect(elaborate(example).derived.creditsPerVl.formula).not.toContain("voqHeadroomPackets");
  });

  it("lets an override of either kind feed what rests on it", () => {
    const { derived, port } = elaborateSwitch(leafOf(4, { crossbarStages: 2, creditsPerVl: 1200 }));
    expect(derived.crossbarStages).toMatchObject({ value: 2, computed: 1, overridden: true });
    expect(derived.portToPortCycles.value).toBe(23);
    expect(port.derived.txQueueBeats.value).toBe(4 * 33 + 10);
    expect(derived.pagesPerPort.value).toBe(4 * (1200 + 66) + 24 + sparePages);
  });

  it("is the same for the builder, for plain data and through elaborate", () => {
    const text = JSON.stringify(elaborateSwitch(leaf));
    expect(JSON.stringify(elaborateSwitch(defineSwitch(leaf)))).toBe(text);
    expect(JSON.stringify(elaborate({ kind: "switch", ...leaf }))).toBe(text);
  });

  it("adds up for any number of ports: latency, memories, integers", () => {
    const real = ["handlingNs", "cableNs", "ackRoundTripNs", "linkEfficiencyPercent", "aggregateGbps"];
    const legalSwitch = fc
      .record({
        count: fc.integer({ min: 2, max: 80 }),
        link: legal,
        multicastEntries: fc.integer({ min: 0, max: 16_384 }),
        memoryProtection: fc.constantFrom("none", "secded"),
      })
      .map(({ count, link, multicastEntries, memoryProtection }): SwitchDescription => {
        const { name, clockMHz, datapathBits, mtuBytes, virtualLanes, rateGbps, cableMeters } = link;
        const ports = { count, rateGbps, cableMeters };
        const tables = { multicastEntries };
        return { name, clockMHz, datapathBits, mtuBytes, virtualLanes, ports, tables, memoryProtection };
      });
    fc.assert(
      fc.property(legalSwitch, (description) => {
        const { derived, port, latencyBudget, memories } = elaborateSwitch(description);
        for (const { id, value } of [...Object.values(derived), ...Object.values(port.derived)]) {
          expect([id, Number.isFinite(value) && value >= 0]).toEqual([id, true]);
          if (!real.includes(id)) expect([id, Number.isInteger(value)]).toEqual([id, true]);
        }
        const cycles = latencyBudget.portToPort.reduce((sum, one) => sum + one.cycles, 0);
        expect(cycles).toBe(derived.portToPortCycles.value);
        expect(port.derived.txRoomBeats.value).toBeLessThan(port.derived.txQueueBeats.value);
        expect(derived.pagesPerPort.value * derived.pageBeats.value).toBeGreaterThanOrEqual(
          port.virtualLanes.data * port.derived.vlBufferBeats.value + port.derived.vl15BufferBeats.value,
        );
        for (const { words, bitsPerWord, bits } of memories) {
          expect(Number.isInteger(words) && words > 0).toBe(true);
          expect(bits).toBe(words * bitsPerWord);
        }
        expect(memories.some(({ module }) => module === "vl_rx_buffer")).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

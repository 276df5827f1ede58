import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DerivedId, derivedIds } from "../design/link.ts";
import { switchDerivedIds } from "../design/switch.ts";
import { hasErrors, LanewrightError } from "../diagnostics.ts";
import { defineLink } from "../dsl/define-link.ts";
import { defineSwitch } from "../dsl/define-switch.ts";
import type { LinkDescription } from "../dsl/link-description.ts";
import type { SwitchDescription, SwitchDescriptionOfKind } from "../dsl/switch-description.ts";
import { elaborate, elaborateSwitch } from "../elaborate/index.ts";
import { assertSound, check, inspect } from "./check.ts";

const example: LinkDescription = {
  name: "uplink",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: { data: 4 },
};

const codes = (description: LinkDescription) => inspect(description).diagnostics.map((one) => one.code);
const override = (derived: Partial<Record<DerivedId, number>>) => codes({ ...example, derived });

describe("inspect", () => {
  it("finds nothing in a sound description and gives its design", () => {
    const { design, diagnostics } = inspect(example);
    expect(diagnostics).toEqual([]);
    expect(design?.derived.beatBytes.value).toBe(128);
  });

  it("refuses a crossing to the lanes that runs dry at the slowest clock", () => {
    const lanes = { ...example, phy: "pcs", lanes: { count: 4, gbps: 100 }, fec: "rs544" } as const;
    const of = (crossingWords: number) => codes({ ...lanes, derived: { crossingWords } });
    expect([8, 16, 256, 512].map(of)).toEqual([["LW_OVERRIDE_RANGE"], [], [], ["LW_OVERRIDE_RANGE"]]);
  });

  it("reports problems of shape and broken rules in one go, in the order of the file", () => {
    const description = defineLink({
      ...example,
      name: "wire",
      // @ts-expect-error: the mistake is the point
      cabelMeters: 30,
      virtualLanes: { data: 2, arbitration: { low: [{ vl: 5, weight: 1 }] } },
    });
    const { design, diagnostics } = inspect(description);
    expect(design).toBeUndefined();
    expect(diagnostics.map((one) => one.code)).toEqual(
      [
        "LW_NAME_KEYWORD",
        "LW_UNKNOWN_KEY",
        "LW_ARBITRATION_NO_LANE",
        "LW_LANE_STARVES",
        "LW_LANE_STARVES",
      ].toSorted(
        (a, b) =>
          diagnostics.findIndex((one) => one.code === a) - diagnostics.findIndex((one) => one.code === b),
      ),
    );
    expect(diagnostics.every((one) => one.at?.file.endsWith("check.test.ts"))).toBe(true);
  });

  it("does not blame values that are only stand-ins", () => {
    const broken = { ...example, datapathBits: 100, rateGbps: 800 } as unknown as LinkDescription;
    expect(codes(broken)).toEqual(["LW_NOT_ALLOWED"]);
    const overridden = { ...broken, derived: { replayDepthBeats: 64 } } as LinkDescription;
    expect(codes(overridden)).toEqual(["LW_NOT_ALLOWED"]);
  });

  it("never throws, whatever it is given", () => {
    const keys = fc.constantFrom(...Object.keys(example), "derived", "icrc", "extra");
    fc.assert(
      fc.property(fc.dictionary(keys, fc.anything()), (changes) => {
        const { design, diagnostics } = inspect({ ...example, ...changes } as LinkDescription);
        expect(design === undefined).toBe(hasErrors(diagnostics));
      }),
    );
  });
});

describe("check", () => {
  it("wants width times clock to reach the rate, and names pairs that do", () => {
    const [problem] = check(elaborate({ ...example, clockMHz: 390 }));
    expect(problem).toMatchObject({ code: "LW_WIDTH_CLOCK", severity: "error", value: "399.36 Gb/s" });
    expect(problem?.limit).toContain("1024 bits from 390.625 MHz");
    expect(codes({ ...example, clockMHz: 390.625 })).not.toContain("LW_WIDTH_CLOCK");
  });

  it("knows the longest InfiniBand packet", () => {
    expect(codes({ ...example, mtuBytes: 8064 })).toEqual([]);
    expect(codes({ ...example, mtuBytes: 8068 })).toEqual(["LW_MTU_FRAME"]);
  });

  it("lets a lane be served by either table, and counts only weights above 0", () => {
    const lanes = (high: number[][], low: number[][], highLimit = 4) => {
      const rows = (pairs: number[][]) => pairs.map(([vl = 0, weight = 0]) => ({ vl, weight }));
      const arbitration = { high: rows(high), low: rows(low), highLimit };
      return codes({ ...example, virtualLanes: { data: 2, arbitration } });
    };
    expect(lanes([[0, 1]], [[1, 1]])).toEqual([]);
    expect(lanes([[0, 1]], [[1, 0]])).toEqual(["LW_LANE_STARVES"]);
    expect(lanes([[0, 1]], [[1, 1]], 255)).toEqual(["LW_LOW_MAY_STARVE"]);
    expect(
      lanes(
        [
          [0, 1],
          [1, 1],
        ],
        [],
        255,
      ),
    ).toEqual([]);
  });

  it("assertSound throws what is an error and returns what is a warning", () => {
    expect(() => assertSound(elaborate({ ...example, name: "reg" }))).toThrow(LanewrightError);
    const slow = elaborate({ ...example, derived: { creditsPerVl: 512 } });
    expect(assertSound(slow).map((one) => one.code)).toEqual(["LW_SLOW_CREDITS"]);
  });
});

describe("overrides", () => {
  it("may repeat what the formula gives, for every number", () => {
    const { derived } = elaborate(example);
    for (const id of derivedIds) expect([id, override({ [id]: derived[id].value })]).toEqual([id, []]);
  });

  it("are refused at the very value that breaks losslessness", () => {
    const edges: readonly [DerivedId, number, number][] = [
      ["creditsPerVl", 66, 65],
      ["creditsPerVl", 2048, 2049],
      ["vlBufferBeats", 1095, 1094],
      ["replayDepthBeats", 128, 64],
      ["outstandingSeqMax", 511, 512],
      ["outstandingDataMax", 65_536, 65_537],
      ["replayTimerCycles", 361, 360],
      ["replayCountMax", 1, 0],
      ["dataAgeCycles", 0, 1],
      ["linkLostCycles", 361, 360],
      ["txQueueBeats", 33, 32],
      ["vl15BufferBeats", 3, 2],
      ["creditWatchdogCycles", 11_526, 11_525],
      ["controlSpacingBytes", 400, 399],
      ["counterBits", 32, 31],
      ["rxPipelineCycles", 8, 7],
    ];
    for (const [id, good, bad] of edges) {
      const errors = (value: number) =>
        inspect({ ...example, derived: { [id]: value } }).diagnostics.filter(
          (one) => one.severity === "error",
        );
      expect([id, good, errors(good)]).toEqual([id, good, []]);
      expect([id, bad, errors(bad).length]).toEqual([id, bad, 1]);
    }
  });

  it("that only slow down are warnings with a share of the line rate", () => {
    const { design, diagnostics } = inspect({ ...example, derived: { replayDepthBeats: 256 } });
    expect(design).toBeDefined();
    expect(diagnostics).toMatchObject([{ code: "LW_SLOW_REPLAY_DEPTH", severity: "warning" }]);
    expect(diagnostics[0]?.message).toMatch(/about \d+(\.\d)? % of the line rate/);
  });

  it("are held against other overrides", () => {
    expect(override({ creditsPerVl: 500, vlBufferBeats: 566 })).toEqual(["LW_SLOW_CREDITS"]);
    expect(override({ creditsPerVl: 600, vlBufferBeats: 566 })).toContain("LW_OVERRIDE_VL_BUFFER");
    expect(override({ replayDepthBeats: 1024, outstandingSeqMax: 1023 })).toEqual([]);
  });

  it("larger than needed are welcome", () => {
    expect(
      override({ replayDepthBeats: 2048, creditsPerVl: 2048, txQueueBeats: 200, queueDescriptors: 64 }),
    ).toEqual([]);
    expect(override({ replayTimerCycles: 100_000, counterBits: 64, creditUpdateBlocks: 66 })).toEqual([]);
  });
});

const leaf: SwitchDescriptionOfKind = {
  kind: "switch",
  name: "leaf4",
  clockMHz: 402.83,
  datapathBits: 1024,
  mtuBytes: 4096,
  ports: { count: 4, rateGbps: 400, cableMeters: 30 },
  virtualLanes: { data: 4 },
};

const switchCodes = (changes: Partial<SwitchDescription>) =>
  inspect({ ...leaf, ...changes }).diagnostics.map((one) => one.code);

describe("a switch", () => {
  it("is looked at as a whole: its port's problems stand at their place in its own description", () => {
    const { design, diagnostics } = inspect(
      defineSwitch({
        ...leaf,
        name: "wire",
        ports: {
          count: 4,
          rateGbps: 500,
          cableMeters: 10_000,
        },
        derived: { creditsPerVl: 1 },
      }),
    );
    expect(design).toBeUndefined();
    expect(diagnostics.map((one) => one.code)).toEqual([
      "LW_WIDTH_CLOCK",
      "LW_NAME_KEYWORD",
      "LW_CABLE_TOO_LONG",
      "LW_OVERRIDE_CREDITS",
    ]);
    const [rate, , cable] = diagnostics;
    expect(rate?.remedy).toContain("lower ports.rateGbps to 412.497");
    expect((cable?.at?.line ?? 0) - (diagnostics[1]?.at?.line ?? 0)).toBe(4);
  });

  it("has its problems of shape and its other ones reported together", () => {
    const ports = { count: 81, rateGbps: 400, cableMeters: 30 };
    expect(switchCodes({ ports, name: "reg" })).toEqual(["LW_OUT_OF_RANGE", "LW_NAME_KEYWORD"]);
  });

  it("may repeat what the formula gives, for every number", () => {
    const { derived, port } = elaborateSwitch(leaf);
    for (const id of switchDerivedIds)
      expect([id, switchCodes({ derived: { [id]: derived[id].value } })]).toEqual([id, []]);
    for (const id of derivedIds)
      expect([id, switchCodes({ derived: { [id]: port.derived[id].value } })]).toEqual([id, []]);
  });

  it("refuses overrides at the very value that breaks it", () => {
    const edges = [
      ["txQueueBeats", 75, 74],
      ["vlBufferBeats", 1351, 1350],
      ["creditsPerVl", 66, 65],
      ["crossbarStages", 3, 4],
      ["starvationCycles", 512, 511],
      ["multicastCopies", 1, 0],
      ["rxPipelineCycles", 7, 6],
      ["vl15BufferBeats", 65_535 - 4 * 1351 - 4, 65_535 - 4 * 1351 - 3],
      ["managementPages", 33, 32],
      ["managementPages", 1351, 1352],
    ] as const;
    for (const [id, good, bad] of edges) {
      const errors = (value: number) =>
        inspect({ ...leaf, derived: { [id]: value } }).diagnostics.filter((one) => one.severity === "error");
      expect([id, good, errors(good)]).toEqual([id, good, []]);
      expect([id, bad, errors(bad).length]).toEqual([id, bad, 1]);
    }
  });

  it("does not let a refused override spoil the figures of another one", () => {
    const { diagnostics } = inspect({ ...leaf, derived: { crossbarStages: 9, txQueueBeats: 60 } });
    expect(diagnostics.map((one) => one.code)).toEqual(["LW_OVERRIDE_RANGE", "LW_OVERRIDE_TX_QUEUE"]);
    expect(diagnostics[1]?.limit).toBe("at least 75 beats");
  });

  it("warns of a wavefront above 16 ports, and takes no iterations for it", () => {
    const ports = (count: number) => ({ ...leaf.ports, count });
    const scheduler = { kind: "wavefront" } as const;
    expect(switchCodes({ scheduler, ports: ports(16) })).toEqual([]);
    expect(switchCodes({ scheduler, ports: ports(17) })).toEqual(["LW_WAVEFRONT_CHAIN"]);
    expect(switchCodes({ scheduler: { ...scheduler, iterations: 1 } })).toEqual(["LW_SCHEDULER_ITERATIONS"]);
    expect(switchCodes({ scheduler: { kind: "islip", iterations: 4 } })).toEqual([]);
  });

  it("warns where the forwarding table has fewer LIDs than there are ports", () => {
    const of = (count: number) =>
      switchCodes({ ports: { ...leaf.ports, count }, tables: { unicastEntries: 64 } });
    expect(of(62)).toEqual([]);
    expect(of(63)).toEqual(["LW_SMALL_FORWARDING_TABLE"]);
  });

  it("never throws, whatever it is given", () => {
    const keys = fc.constantFrom(...Object.keys(leaf), "derived", "scheduler", "tables", "extra");
    fc.assert(
      fc.property(fc.dictionary(keys, fc.anything()), (changes) => {
        const { design, diagnostics } = inspect({ ...leaf, ...changes } as SwitchDescriptionOfKind);
        expect(design === undefined).toBe(hasErrors(diagnostics));
      }),
    );
  });
});

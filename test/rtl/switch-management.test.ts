import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { benchWidths } from "./build.ts";
import { withPlantedFaults } from "./packet-memory-faults.ts";
import { benchSwitch, type SwitchBenchOptions, titleOfSwitch } from "./switch-bench.ts";
import { free, ManagementBench, type ManagementLoad } from "./switch-management-bench.ts";
import { faults } from "./switch-management-source.ts";
import { openSwitchPart } from "./switch-voq-build.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

const shapes: readonly SwitchBenchOptions[] = [
  ...benchWidths.map((bits) => ({ bits: bits as 64, ports: 3, lanes: 4 })),
  { bits: 64, ports: 5, lanes: 15 },
  { bits: 256, ports: 2, lanes: 1 },
  { bits: 64, ports: 3, lanes: 8, memoryProtection: "secded" },
];

function drawLoad(rng: Rng): ManagementLoad {
  return {
    ...{
      begin: rng.pick([0.1, 1]),
      offer: rng.pick([0.3, 0.9, 1]),
      faulty: rng.pick([0.2, 0.8]),
      change: rng.pick([0.05, 0.5]),
    },
    ...{ open: rng.pick([0.2, 0.6, 1]), start: rng.pick([0, 0.1, 1]), send: rng.pick([0.1, 1]) },
    ...{ beat: rng.pick([0.5, 1]), take: rng.pick([0.1, 0.5, 0.9, 1]) },
  };
}

describe.each(shapes.map((one) => [titleOfSwitch(one), one] as const))(
  "management_port: %s",
  (_, options) => {
    const design = benchSwitch(options);
    const secded = options.memoryProtection === "secded";
    let model: Model;

    beforeAll(async () => {
      model = await openSwitchPart(design, "management_port", secded ? withPlantedFaults : undefined);
    });
    afterAll(() => model?.close());

    it("lets in what its PktLen says, takes the rest back or marks it; keeps what comes out in order", () =>
      withSeed(seed, (rng) => {
        const bench = new ManagementBench(model, design, rng);
        for (let part = 0; part < 80; part += 1) bench.run(drawLoad(rng), 500);
        const counts = { ...bench.in.counts, ...bench.out.counts };
        const least = {
          ...{ good: 100, marked: 5, takenBack: 10, refused: 10, waits: 100, out: 100, full: 100 },
          broken: secded ? 10 : 0,
        };
        for (const [name, count] of Object.entries(least))
          expect(counts[name as keyof typeof counts], name).toBeGreaterThanOrEqual(count);
        const never = ["no length", "too much length", "wrong lane"];
        for (const fault of faults)
          expect(bench.in.byFault.get(fault) ?? 0, fault).toBeGreaterThanOrEqual(
            never.includes(fault) ? 0 : 1,
          );
        bench.drain();
      }));

    it("takes a beat in every cycle, and gives one", () =>
      withSeed(seed, (rng) => {
        const bench = new ManagementBench(model, design, rng);
        bench.run(free, 20);
        bench.run(free, 500);
        expect(bench.in.counts.waits).toBe(0);
        expect(bench.in.counts.good).toBeGreaterThan(3);
        expect(bench.out.counts.out).toBeGreaterThan(3);
      }));

    it("forgets everything at a reset", () =>
      withSeed(seed, (rng) => {
        for (let round = 0; round < 40; round += 1) {
          const bench = new ManagementBench(model, design, rng);
          bench.run({ ...free, take: 0.2, open: 0.5, change: 0.1 }, rng.range(20, 120));
        }
      }));
  },
);

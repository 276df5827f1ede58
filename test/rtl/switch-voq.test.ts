import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { voqMemory } from "../../generator/views/switch/voq.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { plantedFault, plantFault, RowLayout, withPlantedFaults } from "./packet-memory-faults.ts";
import { benchSwitch, titleOfSwitch } from "./switch-bench.ts";
import { anyMix, type Load, VoqBench } from "./switch-voq-bench.ts";
import { openSwitchPart } from "./switch-voq-build.ts";
import type { BufferShape } from "./switch-voq-packets.ts";
import { secdedShapes, voqShapes } from "./switch-voq-shapes.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
/** Times that random runs are as long as usual. */
const long = Number(process.env.LANEWRIGHT_LONG ?? "1");

/** A load of one character: much or little, fast or slow, few outputs or all. */
function drawLoad(shape: BufferShape, rng: Rng): Load {
  const any = anyMix(shape);
  const few = (list: readonly number[]): readonly number[] =>
    rng.chance(0.3) ? [rng.pick(list), rng.pick(list)] : list;
  return {
    begin: rng.pick([0.05, 0.5, 1, 1]),
    beat: rng.pick([0.3, 0.9, 1, 1]),
    void: rng.pick([0, 0.05]),
    early: rng.pick([0, 0.1]),
    mix: {
      lanes: few(any.lanes),
      outputs: few(any.outputs),
      outputLanes: few(any.outputLanes),
      multicast: rng.pick([0, 0.1, 0.6]),
      drop: rng.pick([0, 0.1, 0.4]),
      bad: rng.pick([0, 0.1, 0.5]),
      late: rng.pick([0, 0.5]),
      size: rng.pick(["any", "short", "long", "beat"]),
    },
    match: rng.pick([0.05, 0.5, 1, 1]),
    blind: rng.pick([0, 0, 0.2]),
    rooms: { change: rng.pick([0.01, 0.2]), open: rng.pick([0.2, 0.7, 1]) },
  };
}

/** Loads of all characters one after another, the buffer emptied in between or not; with a lifetime one output is stuck. */
function runAny(bench: VoqBench, parts: number, lifetime: number): void {
  const { rng, shape } = bench;
  const stuck = lifetime === 1 ? [rng.below(shape.P)] : [];
  for (let part = 0; part < parts; part += 1) {
    bench.configure({ fecnThreshold: rng.pick([0, 1, 2, 5]), lifetime });
    const load = drawLoad(shape, rng);
    bench.run({ ...load, rooms: { ...load.rooms, blocked: stuck } }, rng.range(200, 800));
    if (rng.chance(0.5)) continue;
    bench.drain({ match: rng.pick([0.2, 1]) });
    bench.checkAllLeft();
  }
}

/** Wrong bits in rows as they are written: by the test input of the memory, or anywhere in a row. */
function faults(bench: VoqBench, layout: RowLayout): VoqBench["spoil"] {
  const { model, rng } = bench;
  const inject = model.port("memory_inject");
  let injected = 0;
  return (write) => {
    const now = rng.chance(0.02) ? rng.range(1, 3) : 0;
    inject.set(now);
    injected |= now;
    if (write?.kind !== "beat") return write;
    const { row, packet } = write;
    const wrong = injected === 3 ? [0, 1] : injected > 0 ? [injected - 1] : [];
    injected = 0;
    const planted = wrong.length === 0 && packet.rows.length > 0 && rng.chance(0.05) ? layout.draw(rng) : [];
    const data = model.port("wr_data").bytes;
    if (plantedFault(data).length > 0) data[0]! ^= 1; // by chance
    if (planted.length > 0) plantFault(data, planted);
    return { ...write, row: { ...row, data: data.slice(), fault: layout.outcome([...wrong, ...planted]) } };
  };
}

describe.each([...voqShapes, ...secdedShapes].map((one) => [titleOfSwitch(one), one] as const))(
  "voq_buffer under random load: %s",
  (_, options) => {
    const design = benchSwitch(options);
    const secded = options.memoryProtection === "secded";
    let model: Model;

    beforeAll(async () => {
      model = await openSwitchPart(design, "voq_buffer", secded ? withPlantedFaults : undefined);
    });
    afterAll(() => model?.close());

    it("does in every cycle what it is to do, and loses nothing", () =>
      withSeed(seed, (rng) => {
        const bench = new VoqBench(model, design, rng);
        const layout = secded ? new RowLayout(voqMemory(design)) : undefined;
        const totals = { written: 0, aborts: 0, badEnds: 0, full: 0 };
        for (let round = 0; round < 16 * long; round += 1) {
          if (layout !== undefined) bench.spoil = faults(bench, layout);
          runAny(bench, 20, round % 2);
          for (const name of ["written", "aborts", "badEnds", "full"] as const)
            totals[name] += bench.writer[name];
          // with all that is in it and on its way into it
          bench.restart();
        }
        const found = { ...totals, ...bench.checker.seen };
        const least = {
          ...{ written: 1000, aborts: 50, full: 200, badEnds: bench.shape.cutThrough ? 5 : 0 },
          ...{ beats: 5000, packets: 1000, broken: secded ? 10 : 0, marks: 20, drops: 50 },
          ...{ multicasts: 50, copies: 80, unmapped: 1, noMember: 5, lifetime: 1 },
        };
        for (const [name, count] of Object.entries(least))
          expect(found[name as keyof typeof found], name).toBeGreaterThanOrEqual(count);
      }));
  },
);

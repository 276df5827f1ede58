import { beforeAll, describe, expect, it } from "vitest";
import { txBuilderModules } from "../../generator/views/nic/tx-builder.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { type BuilderPace, BuilderRun } from "./builder-run.ts";
import { datagramOpcodes, randomSample, usedOpcodes } from "./packets.ts";
import { nicWidths, openStreamModule, streamDesign } from "./streams-design.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

describe.each(nicWidths)("nic_tx_builder at %i bits", (width) => {
  const beatBytes = width / 8;
  /** One of the widths has UD. */
  const datagrams = width === 128;
  const opcodes = [...usedOpcodes, ...(datagrams ? datagramOpcodes : [])];
  const inlineBytes = width === 256 ? 32 : 96;
  let model: Model;
  beforeAll(async () => {
    const design = streamDesign({ width, inlineBytes, datagrams });
    model = await openStreamModule(design, txBuilderModules(design));
  }, 600_000);

  const start = (rng: Rng, pace?: BuilderPace): BuilderRun => new BuilderRun(model, rng, pace);
  const someBytes = (rng: Rng): number => (rng.chance(0.2) ? rng.below(4097) : rng.below(5 * beatBytes));

  it.each([
    ["without a stall", {}],
    ["with late records", { gaps: 0.6 }],
    ["with late payload", { payloadGaps: 0.6 }],
    ["with a slow port", { stalls: 0.6 }],
    ["with all of them", { gaps: 0.3, payloadGaps: 0.3, stalls: 0.3 }],
  ])("builds packets of every opcode, %s", (_name, pace) =>
    withSeed(seed, (rng) => {
      const run = start(rng, pace);
      for (let count = 0; count < 150; count += 1) {
        const inline = rng.chance(0.3);
        const bytes = inline ? rng.below(inlineBytes + 1) : someBytes(rng);
        const opcode = rng.chance(0.9) ? rng.pick(opcodes) : 0x15;
        run.push(rng, randomSample(rng, opcode, bytes), { inline });
      }
      run.run();
    }),
  );

  it("builds every payload length of every opcode, from the stream and inline", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      for (const opcode of opcodes) {
        for (let bytes = 0; bytes <= 2 * beatBytes + 5; bytes += 1)
          run.push(rng, randomSample(rng, opcode, bytes));
        for (let bytes = 0; bytes <= inlineBytes; bytes += 1)
          run.push(rng, randomSample(rng, opcode, bytes), { inline: true });
      }
      run.run();
    }));

  it("marks packets whose payload is marked, or does not end where it should", () =>
    withSeed(seed, (rng) => {
      const run = start(rng, { stalls: 0.2, payloadGaps: 0.2 });
      for (let count = 0; count < 120; count += 1) {
        const error = rng.chance(0.3);
        const short = !error && rng.chance(0.2);
        run.push(rng, randomSample(rng, rng.pick(opcodes), rng.range(1, 400)), { error, short });
      }
      run.run();
      expect(run.packets.filter(({ error }) => error).length).toBeGreaterThan(10);
    }));

  it("gives a beat a cycle, packet behind packet", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      for (let count = 0; count < 30; count += 1)
        run.push(rng, randomSample(rng, rng.pick([0x07, 0x0d, 0x11, 0x0c]), count % 3 === 0 ? 4096 : 0));
      run.run();
      const { packets } = run;
      const beats = packets.reduce((sum, { length }) => sum + Math.ceil(length / beatBytes), 0);
      expect(packets.at(-1)!.lastCycle - packets[0]!.firstCycle + 1).toBe(beats);
    }));

  it("shows the first beat 2 cycles behind the record", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      run.push(rng, randomSample(rng, 0x0a, 8), { inline: true });
      run.run();
      expect(run.packets[0]!.firstCycle - run.takenAt[0]!).toBe(2);
    }));
});

import { beforeAll, describe, it } from "vitest";
import { rxParserModules } from "../../generator/views/nic/rx-parser.ts";
import { txBuilderModules } from "../../generator/views/nic/tx-builder.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { BuilderRun } from "./builder-run.ts";
import { randomSample, type Sample, usedOpcodes } from "./packets.ts";
import { ParserRun } from "./parser-run.ts";
import { nicWidths, openStreamModule, streamDesign } from "./streams-design.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;

/** What `nic_tx_builder` builds goes through `nic_rx_parser`, which gives the same record and payload again. */
describe.each(nicWidths)("from record to packet and back at %i bits", (width) => {
  const mtuBytes = { 128: 512, 256: 256 }[width] ?? 4096;
  let builder: Model;
  let parser: Model;
  beforeAll(async () => {
    const rx = streamDesign({ width, mtuBytes });
    const tx = streamDesign({ width, inlineBytes: width === 256 ? 32 : 96 });
    parser = await openStreamModule(rx, rxParserModules(rx));
    builder = await openStreamModule(tx, txBuilderModules(tx));
  }, 600_000);

  it.each(usedOpcodes)("opcode %i", (opcode) =>
    withSeed(seed, (rng) => {
      const samples: Sample[] = [];
      const step = long || mtuBytes <= 256 ? 1 : 13;
      for (let bytes = rng.below(step); bytes <= mtuBytes; bytes += step)
        samples.push(randomSample(rng, opcode, bytes));
      samples.push(randomSample(rng, opcode, mtuBytes));
      const build = new BuilderRun(builder, rng);
      for (const sample of samples) build.push(rng, sample);
      build.run(4_000_000);
      const parse = new ParserRun(parser, { mtuBytes, lid: 0, lmc: 0, datagrams: false }, rng);
      parse.push(...build.packets.map(({ bytes, vl }) => ({ bytes, vl })));
      parse.run(4_000_000);
    }),
  );
});

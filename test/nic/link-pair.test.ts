import { beforeAll, describe, expect, it } from "vitest";
import type { NicDesign } from "../../generator/design/nic.ts";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import { nicCounters } from "../../generator/elaborate/nic-registers.ts";
import { linkRegisters } from "../../generator/elaborate/registers.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { filesOf } from "../../generator/views/index.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import { openModel } from "../../sim/driver/model.ts";
import { NicPair } from "../../sim/nic/nic-pair.ts";
import { randomStream } from "../../sim/nic/random-program.ts";
import { ProgramRun } from "../../sim/nic/run-program.ts";
import { readCounters } from "../../sim/run/counters.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";
import { connectPairs } from "./connections.ts";
import { pairDescription } from "./pair-design.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;

/** 4.2 ms: far above what replays of the link take. */
const longTimeout = 10;

/** A counter of an adapter. */
function count(pair: NicPair, side: 0 | 1, name: string): number {
  const { offset } = nicCounters(pair.design).find((one) => one.name === name)!;
  return pair.buses[side].read(0x1000 + offset).value;
}

describe("two adapters on a cable with bit errors", () => {
  let built: BuiltModel;
  let design: NicDesign;
  beforeAll(async () => {
    design = elaborateNic(pairDescription);
    built = await buildTexts(
      "dut",
      filesOf(design).map(({ path, template, view }) => [
        path.replace(/^rtl\/|\.v$/gu, ""),
        renderTemplate(template, view),
      ]),
    );
  }, 600_000);

  it("READ, WRITE, SEND and atomics are right, and nothing is sent again end to end", () =>
    withSeed(seed, (rng) => {
      const pair = new NicPair(design, [openModel(built), openModel(built)], { seed: rng.next() });
      const { connections, pds } = connectPairs(pair.drivers, rng, 1024, 4, longTimeout);
      const shape = {
        ...{ steps: long ? 400 : 40, longest: 4096, maxInline: 32, signalEvery: 8, wholeAtomics: true },
      };
      const streams = connections.flatMap((_, connection) =>
        ([0, 1] as const).map((side) => ({
          ...{ stream: randomStream(rng.fork(`${connection}${side}`), shape), connection, side },
        })),
      );
      const host = (i: 0 | 1) => ({ verbs: pair.drivers[i], memory: pair.hosts[i], pd: pds[i] });
      pair.setFaults({ ber: 2e-5 });
      const advance = (ns: number): void => pair.run(Math.ceil((ns * design.clockMHz) / 1000));
      const options = { maxSend: 8, slotBytes: 4096, advance, patience: 2e7 };
      new ProgramRun([host(0), host(1)], connections, streams, options, rng.fork("program")).run();
      expect(pair.wire.counts.map((one) => one.bitErrors > 0)).toEqual([true, true]);
      for (const side of [0, 1] as const) {
        const seen = (name: string): number => count(pair, side, name);
        // Receivers that are late make their peers send again; the wire does not.
        expect([side, seen("RETRY"), seen("DROP_STALE")]).toEqual([side, seen("RNR"), 0]);
        expect([side, seen("DROP_MALFORMED"), seen("RX_PACKET") > 50]).toEqual([side, 0, true]);
        // The link hands on damaged packets marked, before it has them sent again.
        const { LLR_RX_EXPECTED_SEQ_BAD: damaged } = readCounters(
          pair.buses[side],
          linkRegisters(design.port),
        );
        expect(seen("DROP_ICRC")).toBeLessThanOrEqual(damaged!);
        expect(pair.memories[side].violations).toEqual([]);
      }
      pair.close();
    }));
});

import { beforeAll, describe, expect, it } from "vitest";
import type { NicDesign } from "../../generator/design/nic.ts";
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import { nicCounters } from "../../generator/elaborate/nic-registers.ts";
import { generateToCache } from "../../generator/emit/cached.ts";
import { buildModel } from "../../sim/build/index.ts";
import { openDesign } from "../../sim/driver/device.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { NicPair } from "../../sim/nic/nic-pair.ts";
import { randomStream } from "../../sim/nic/random-program.ts";
import { ProgramRun } from "../../sim/nic/run-program.ts";
import { switchDesignOf } from "../../sim/switch/open.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { connectPairs } from "./connections.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;

/** 4.2 ms: far above what replays of the links take. */
const longTimeout = 10;
const lanes = 2;
const port = { rateGbps: 10, cableMeters: 3 } as const;
const size = { clockMHz: 100, datapathBits: 256, mtuBytes: 1024, virtualLanes: { data: lanes } } as const;

const nic: NicDesign = elaborateNic({
  ...{ name: "dut", ...size, port, queuePairs: 16, completionQueues: 8, memoryRegions: 512 },
  requester: { outstandingReads: 4, scatterGather: 6 },
});
const leaf: SwitchDesign = switchDesignOf({
  ...{ name: "leaf", ...size, ports: { count: 4, ...port } },
  tables: { unicastEntries: 64, multicastEntries: 16, partitionKeys: 4 },
});

async function openPair(seed: number): Promise<NicPair> {
  const { files, top } = generateToCache(nic);
  const built = await buildModel({ files, top, quick: true });
  const through: Model = await openDesign(leaf, undefined, { quick: true });
  return new NicPair(nic, [openModel(built), openModel(built)], {
    ...{ seed, through: { design: leaf, model: through }, vlOf: (sl: number) => sl % lanes },
  });
}

/** A counter of an adapter. */
function count(pair: NicPair, side: 0 | 1, name: string): number {
  const { offset } = nicCounters(pair.design).find((one) => one.name === name)!;
  return pair.buses[side].read(0x1000 + offset).value;
}

describe.skipIf(!long)("two adapters, two cables with bit errors and a switch of four ports", () => {
  beforeAll(async () => {
    (await openPair(1)).close();
  }, 600_000);

  it.each([1, 2, 3, 4])(
    "READ, WRITE, SEND and atomics on several lanes are right, nothing is sent again end to end, run %i",
    async (run) =>
      await withSeed((seed + run) >>> 0, async (rng) => {
        const pair = await openPair(rng.next());
        const { connections, pds } = connectPairs(pair.drivers, rng, 1024, 4, longTimeout);
        const shape = {
          ...{ steps: 150, longest: 4096, maxInline: 32, signalEvery: 8, wholeAtomics: true },
        };
        const streams = connections.flatMap((_, connection) =>
          ([0, 1] as const).map((side) => ({
            ...{ stream: randomStream(rng.fork(`${connection}${side}`), shape), connection, side },
          })),
        );
        const host = (i: 0 | 1) => ({ verbs: pair.drivers[i], memory: pair.hosts[i], pd: pds[i] });
        pair.setFaults({ ber: 2e-5 });
        const advance = (ns: number): void => pair.run(Math.ceil((ns * nic.clockMHz) / 1000));
        const options = { maxSend: 8, slotBytes: 4096, advance, patience: 2e7 };
        new ProgramRun([host(0), host(1)], connections, streams, options, rng.fork("program")).run();
        expect(pair.wire.counts.map((one) => one.bitErrors > 0)).toEqual([true, true]);
        for (const side of [0, 1] as const) {
          const seen = (name: string): number => count(pair, side, name);
          // Receivers that are late make their peers send again; links and switch do not.
          expect([side, seen("RETRY"), seen("DROP_STALE")]).toEqual([side, seen("RNR"), 0]);
          expect([side, seen("DROP_MALFORMED"), seen("RX_PACKET") > 50]).toEqual([side, 0, true]);
          const { link, drops } = pair.through!.portCounts(side);
          expect([side, drops, link.overruns]).toEqual([
            side,
            Object.fromEntries(Object.keys(drops).map((reason) => [reason, 0])),
            0,
          ]);
          expect(link.nacksSent + link.nacksReceived).toBeGreaterThan(0);
          expect(pair.memories[side].violations).toEqual([]);
        }
        pair.close();
      }),
    600_000,
  );
});

import { describe, expect, it } from "vitest";
import { coreModules } from "../../generator/views/nic/core.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { benchNic, openNicModule } from "./nic-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const queuePairs = 16;

describe("queue pairs whose lane is shut", () => {
  it("come back in order when their own lane opens, not before, and none stays", () =>
    withSeed(seed, async (rng) => {
      const design = benchNic({ queuePairs, frame: "ethernet" });
      const modules = coreModules(design).filter(([name]) => name === "nic_held" || name === "nic_fifo");
      const model = await openNicModule(design, modules);
      const port = (name: string) => model.port(name);
      model.reset();
      /** In the module by lane, the oldest first; of those the first `awake` go back. */
      const held: [number[], number[]] = [[], []];
      const awake: [number, number] = [0, 0];
      const waiting = (): number => held[0].length + held[1].length;
      let [open, waited, came] = [0, 0, 0];
      let late: { readonly hold: number; readonly lane: number } | null = null;
      for (let cycle = 0; cycle < 6000 || waiting() > 0; cycle += 1) {
        expect(cycle).toBeLessThan(7000);
        const ending = cycle >= 6000;
        const before = open;
        open = ending ? open ^ 3 : rng.chance(0.03) ? open ^ (1 << rng.below(2)) : open;
        const row = rng.chance(0.005);
        // a turn that found its lane shut in the cycle before, and queue pairs that are not there already
        const now: typeof late = late;
        const hold = now !== null && !held.some((all) => all.includes(now.hold)) ? now : null;
        const lane = rng.below(2);
        late =
          !ending && rng.chance(0.2) && ((open >> lane) & 1) === 0
            ? { hold: rng.below(queuePairs), lane }
            : null;
        const ready = rng.chance(0.6);
        port("lane_open").set(open);
        port("row_written").set(Number(row));
        port("hold_valid").set(Number(hold !== null));
        port("hold_qpn").set(hold?.hold ?? 0);
        port("hold_vl").set(hold?.lane ?? rng.below(16));
        port("back_ready").set(Number(ready));
        model.eval();
        const valid = port("back_valid").get() === 1;
        const from = awake.findIndex((count, lane) => count > 0 && held[lane]![0] === port("back_qpn").get());
        if (valid) {
          expect([cycle, from]).not.toEqual([cycle, -1]);
          waited = 0;
        } else if (awake[0] + awake[1] > 0) {
          // what was put in can be taken out two cycles later
          waited += 1;
          expect(waited).toBeLessThan(4);
        }
        if (valid && ready) {
          held[from]!.shift();
          awake[from]! -= 1;
          came += 1;
        }
        if (hold !== null) held[hold.lane]!.push(hold.hold);
        for (const at of [0, 1] as const)
          if (((open & ~before) >> at) & 1 || row) awake[at] = held[at].length;
        model.step();
      }
      expect(came).toBeGreaterThan(100);
      model.close();
    }));
});

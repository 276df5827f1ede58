import { describe, expect, it } from "vitest";
import { coreModules } from "../../generator/views/nic/core.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { benchNic, openNicModule } from "./nic-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const queuePairs = 16;

describe("queue pairs whose lane is shut", () => {
  it("come back in order when a lane opens, not before, and none stays", () =>
    withSeed(seed, async (rng) => {
      const design = benchNic({ queuePairs, frame: "ethernet" });
      const modules = coreModules(design).filter(([name]) => name === "nic_held" || name === "nic_fifo");
      const model = await openNicModule(design, modules);
      const port = (name: string) => model.port(name);
      model.reset();
      /** In the module, the oldest first; of those the first `awake` go back. */
      const held: number[] = [];
      let [awake, open, waited, came] = [0, 0, 0, 0];
      let late: { readonly hold: number; readonly lane: number } | null = null;
      for (let cycle = 0; cycle < 6000 || held.length > 0; cycle += 1) {
        expect(cycle).toBeLessThan(7000);
        const ending = cycle >= 6000;
        const before = open;
        open = ending ? open ^ 1 : rng.chance(0.03) ? open ^ (1 << rng.below(2)) : open;
        const row = rng.chance(0.005);
        // a turn that found its lane shut in the cycle before, and queue pairs that are not there already
        const now: typeof late = late;
        const hold = now !== null && !held.includes(now.hold) ? now.hold : null;
        const lane = rng.below(2);
        late =
          !ending && rng.chance(0.2) && ((open >> lane) & 1) === 0
            ? { hold: rng.below(queuePairs), lane }
            : null;
        const ready = rng.chance(0.6);
        port("lane_open").set(open);
        port("row_written").set(Number(row));
        port("hold_valid").set(Number(hold !== null));
        port("hold_qpn").set(hold ?? 0);
        port("back_ready").set(Number(ready));
        model.eval();
        const valid = port("back_valid").get() === 1;
        if (valid) {
          expect(awake).toBeGreaterThan(0);
          expect(port("back_qpn").get()).toBe(held[0]);
          waited = 0;
        } else if (awake > 0) {
          // what was put in can be taken out two cycles later
          waited += 1;
          expect(waited).toBeLessThan(4);
        }
        if (valid && ready) {
          held.shift();
          awake -= 1;
          came += 1;
        }
        if (hold !== null) held.push(hold);
        if ((open & ~before) !== 0 || row) awake = held.length;
        model.step();
      }
      expect(came).toBeGreaterThan(100);
      model.close();
    }));
});

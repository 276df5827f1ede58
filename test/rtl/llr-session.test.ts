import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { benchDesign, openLinkModule } from "./link-bench.ts";
import { SessionEnd, type Wire } from "./llr-session-bench.ts";

const design = benchDesign({});
const interval = design.derived.initIntervalCycles.value;
const perfect: Wire = { delay: 20, loss: 0, repeat: 0, swap: 0 };

describe("llr_session", () => {
  const models: Model[] = [];
  let clock = 0;

  beforeAll(async () => {
    for (let at = 0; at < 2; at += 1) models.push(await openLinkModule(design, "llr_session"));
  });
  afterAll(() => {
    for (const model of models) model.close();
  });

  const ends = (rng: Rng): [SessionEnd, SessionEnd] => {
    clock = 0;
    return [new SessionEnd(models[0]!, rng.fork("a")), new SessionEnd(models[1]!, rng.fork("b"))];
  };

  const run = (
    pair: readonly SessionEnd[],
    wire: Wire,
    cycles: number,
    starts: readonly number[] = [],
  ): void => {
    const [a, b] = pair as [SessionEnd, SessionEnd];
    for (let at = 0; at < cycles; at += 1, clock += 1) {
      const [toA, toB] = [b.arriving(clock), a.arriving(clock)];
      a.cycle(toA, wire, clock, at === starts[0]);
      b.cycle(toB, wire, clock, at === starts[1]);
    }
  };

  const expectAgreement = ([a, b]: readonly [SessionEnd, SessionEnd]): void => {
    expect([a.ready, b.ready]).toEqual([true, true]);
    expect([a.peerWord, b.peerWord]).toEqual([b.ownWord, a.ownWord]);
    expect([a.expectedWord, b.expectedWord]).toEqual([b.txWord, a.txWord]);
  };

  const expectQuiet = (pair: readonly [SessionEnd, SessionEnd], wire: Wire): void => {
    const before = pair.map(({ seen }) => ({ ...seen }));
    run(pair, wire, 40 * interval);
    expect(pair.map(({ seen }) => seen)).toEqual(before);
  };

  it.each([0, 1, 10, 200, 1000])("agrees when both start, one %i cycles later", async (later) => {
    await withSeed(0xc1, (rng) => {
      for (const delay of [1, 20, interval, 5 * interval]) {
        const pair = ends(rng);
        const wire = { ...perfect, delay };
        run(pair, wire, 20 * interval + 4 * delay + later, [0, later]);
        expectAgreement(pair);
        run(pair, wire, 2 * delay + interval);
        expectQuiet(pair, wire);
        expect(pair.map(({ seen }) => seen.restarts)).toEqual([1, 1]);
      }
    });
  });

  it("agrees when one of them starts anew at any time while they get to know each other", async () => {
    await withSeed(0xc5, (rng) => {
      for (let again = 2; again < 2 * interval; again += 3) {
        const pair = ends(rng);
        run(pair, perfect, again, [0, 0]);
        run(pair, perfect, 12 * interval, [0]);
        expectAgreement(pair);
      }
    });
  });

  it("sends INIT at its interval, and starts anew when a peer that echoes never sends its own", async () => {
    await withSeed(0xc6, (rng) => {
      const [a] = ends(rng);
      const times: number[] = [];
      for (let at = 0; at < 6 * interval; at += 1) {
        const { inits } = a.seen;
        a.cycle(undefined, perfect, at, at === 0);
        if (a.seen.inits > inits) times.push(at);
      }
      const gaps = times.slice(1).map((time, index) => time - times[index]!);
      expect(new Set(gaps)).toEqual(new Set([interval + 3]));

      const lonely = (limit: number, held = 0): number => {
        a.cycle({ echo: true, seq: a.ownWord * 16, word: a.ownWord }, perfect, 0);
        const { restarts } = a.seen;
        for (let at = 0; at < limit; at += 1) {
          a.p.hold.set(at < held ? 1 : 0);
          if (a.seen.restarts > restarts) return at;
          a.cycle(undefined, perfect, at);
        }
        return Number.POSITIVE_INFINITY;
      };
      const round = interval + 1;
      const settle = (): void => {
        for (let at = 0; at < 3 * interval; at += 1) a.cycle(undefined, perfect, at);
      };
      expect(Math.abs(lonely(140 * round) / round - 127.5)).toBeLessThan(1);
      settle();
      expect(Math.abs(lonely(180 * round, 20 * round) / round - 147.5)).toBeLessThan(1);
      settle();
      // A peer that comes in time is waited for
      expect(lonely(100 * round)).toBe(Number.POSITIVE_INFINITY);
      a.cycle({ echo: false, seq: 0x1230, word: 0x123 }, perfect, 0);
      for (let at = 0; at < 2 * interval; at += 1) a.cycle(undefined, perfect, at);
      expect(lonely(200 * round)).toBe(Number.POSITIVE_INFINITY);
      expect([a.ready, a.peerWord]).toEqual([true, 0x123]);
      // The time of before does not count
      a.cycle(undefined, perfect, 0, true);
      settle();
      expect(Math.abs(lonely(140 * round) / round - 127.5)).toBeLessThan(1);
    });
  });

  it("repeats INIT until its echo comes, and is silent afterwards, when held, and when stopped", async () => {
    await withSeed(0xc2, (rng) => {
      const [a] = ends(rng);
      for (let at = 0; at < 10 * (interval + 3); at += 1) a.cycle(undefined, perfect, at, at === 0);
      expect(a.seen.inits).toBeGreaterThanOrEqual(9);
      expect(a.seen.inits).toBeLessThanOrEqual(11);
      a.p.hold.set(1);
      const { inits } = a.seen;
      for (let at = 0; at < 5 * interval; at += 1) a.cycle(undefined, perfect, at);
      expect(a.seen.inits - inits).toBeLessThanOrEqual(1);
      a.p.hold.set(0);
      a.cycle({ echo: true, seq: a.ownWord * 16, word: a.ownWord ^ 1 }, perfect, 0);
      a.cycle({ echo: true, seq: a.ownWord * 16 + 1, word: a.ownWord }, perfect, 0);
      for (let at = 0; at < 3 * interval; at += 1) a.cycle(undefined, perfect, at);
      expect(a.seen.inits - inits).toBeGreaterThanOrEqual(2);
      a.cycle(undefined, perfect, 0, false, true);
      const stopped = { ...a.seen };
      for (let at = 0; at < 5 * interval; at += 1)
        a.cycle(at % 50 === 9 ? { echo: false, seq: 0x51230, word: 0x5123 } : undefined, perfect, at);
      expect({ ...a.seen, inits: 0 }).toEqual({ ...stopped, inits: 0 });
      expect(a.seen.inits - stopped.inits).toBeLessThanOrEqual(1);
      expect([a.p.running.get(), a.ready]).toEqual([0, false]);
    });
  });

  it("believes a new session of its peer at the second INIT in a row, and not before", async () => {
    await withSeed(0xc3, (rng) => {
      const pair = ends(rng);
      run(pair, perfect, 20 * interval, [0, 0]);
      const [a, b] = pair;
      const { restarts, echoes } = a.seen;
      const init = (word: number) => ({ echo: false, seq: word * 16, word });
      const idle = (): void => {
        for (let at = 0; at < 30; at += 1) a.cycle(undefined, perfect, clock);
      };
      const stranger = (b.ownWord + 77) % 65536;
      const other = (b.ownWord + 78) % 65536;
      for (const word of [stranger, other, stranger, b.ownWord, stranger]) {
        a.cycle(init(word), perfect, clock);
        idle();
        expect([a.seen.restarts, a.ready]).toEqual([restarts, true]);
      }
      expect(a.seen.echoes - echoes).toBe(1);
      a.cycle(init(stranger), perfect, clock);
      idle();
      expect([a.seen.restarts - restarts, a.ready, a.peerWord]).toEqual([1, false, stranger]);
      expect(a.expectedWord).toBe(stranger);
      a.cycle(undefined, perfect, clock, false, true);
      expect([a.p.running.get(), a.p.peer_valid.get()]).toEqual([0, 0]);
    });
  });

  it("comes to rest after any number of restarts at any time, over a wire that loses and repeats", async () => {
    // The last ones hung, or went on for ever, with earlier forms of the handshake
    const rounds = [...Array(80).keys(), 0x7a, 0xca, 0xd9, 0x1df, 0x2de, 0x306, 0x30f];
    let worst = 0;
    for (const round of rounds) {
      await withSeed(0xc400 + round, (rng) => {
        const pair = ends(rng);
        const wire: Wire = {
          delay: rng.pick([1, 5, 40, interval, 4 * interval]),
          loss: rng.pick([0, 0, 0.2, 0.5]),
          repeat: rng.pick([0, 0.2]),
          swap: rng.pick([0, 0, 0.1]),
        };
        for (const end of pair) end.pace = rng.pick([1, 0.3, 0.05]);
        run(pair, wire, 50, [0, rng.below(50)]);
        for (let at = rng.below(6); at > 0; at -= 1)
          run(pair, wire, 1 + rng.below(rng.pick([20, 200, 2000])), [
            rng.chance(0.7) ? 0 : -1,
            rng.chance(0.5) ? 0 : -1,
          ]);
        let waited = 0;
        const settled = (): boolean => {
          const [a, b] = pair;
          return a.ready && b.ready && a.peerWord === b.ownWord && b.peerWord === a.ownWord;
        };
        for (; waited < 400 && !settled(); waited += 1) run(pair, wire, interval);
        run(pair, wire, 2 * wire.delay + 10 * interval);
        expectAgreement(pair);
        expectQuiet(pair, wire);
        worst = Math.max(worst, waited);
      });
    }
    expect(worst).toBeLessThan(200);
  });
});

import { describe, expect, it } from "vitest";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { SchedulerBench, type SchedulerShape } from "./switch-scheduler-bench.ts";
import { Queues, type Served } from "./switch-scheduler-queues.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
/** Cycles a packet of the streams takes at most; the snapshots lie further apart than a round of those of all inputs. */
const longest = 4;

const quick: readonly SchedulerShape[] = [
  { kind: "islip", ports: 3, iterations: 1, starvationCycles: 64 },
  { kind: "islip", ports: 5, iterations: 2, starvationCycles: 64, requestStages: 1 },
  { kind: "islip", ports: 9, iterations: 1, starvationCycles: 128 },
  { kind: "wavefront", ports: 5, iterations: 1, starvationCycles: 64, requestStages: 1 },
];
const shapes: readonly SchedulerShape[] =
  process.env.LANEWRIGHT_LONG === undefined
    ? quick
    : [
        ...quick,
        { kind: "islip", ports: 3, iterations: 1, starvationCycles: 64, requestStages: 1 },
        { kind: "islip", ports: 17, iterations: 3, starvationCycles: 256 },
        { kind: "wavefront", ports: 3, iterations: 1, starvationCycles: 64 },
        { kind: "wavefront", ports: 9, iterations: 1, starvationCycles: 128 },
        { kind: "wavefront", ports: 17, iterations: 1, starvationCycles: 256 },
      ];

const titleOf = ({ kind, ports, iterations, requestStages = 0 }: SchedulerShape): string =>
  `${kind}, ${ports} ports${kind === "islip" ? `, rounds: ${iterations}` : ""}${requestStages > 0 ? ", staged" : ""}`;

/** A length for each packet, up to `most` cycles, of one of three sorts. */
function lengths(rng: Rng, most: number): () => number {
  const sort = rng.below(3);
  return () => (sort === 0 ? most : sort === 1 ? rng.range(1, most) : rng.chance(0.5) ? 1 : most);
}

/** Rooms that come and go, a while each. */
function rooms(rng: Rng, ports: number): { room: (i: number, o: number) => boolean; turn: () => void } {
  const open = new Uint8Array(ports ** 2).fill(1);
  const rate = rng.pick([0, 0.02, 0.2]);
  return {
    room: (input, output) => open[input * ports + output] === 1,
    turn: () => {
      for (const at of open.keys()) if (rng.chance(rate)) open[at] = rng.chance(0.6) ? 1 : 0;
    },
  };
}

const countOf = (served: readonly Served[], input: number): number =>
  served.filter((one) => one.input === input).length;

describe.each(shapes.map((shape) => [titleOf(shape), shape] as const))("scheduler: %s", (_, shape) => {
  const { ports, starvationCycles } = shape;
  let opened: Promise<SchedulerBench> | undefined;
  const open = (): Promise<SchedulerBench> => {
    opened ??= SchedulerBench.open(shape);
    return opened;
  };

  it("matches as the reference does, over queues of random traffic", () =>
    withSeed(seed, async (rng) => {
      const bench = await open();
      let served = 0;
      let starved = 0;
      for (let round = 0; round < 2048 / starvationCycles; round += 1) {
        const { room, turn } = rooms(rng, ports);
        const given = rng.pick([0, 0.1, 0.5]);
        const queues = new Queues(bench, {
          length: lengths(rng, rng.pick([1, 3, 8, 20])),
          room,
          cancel: () => rng.chance(given),
        });
        const load = rng.pick([0.01, 0.1, 0.5]);
        const hot = rng.chance(0.3) ? rng.below(ports) : -1;
        for (let cycle = 0; cycle < 4 * starvationCycles; cycle += 1) {
          for (let input = 0; input < ports; input += 1) {
            if (rng.chance(load)) queues.add(input, hot < 0 ? rng.below(ports) : hot, 1);
          }
          turn();
          served += queues.step().length;
          if (bench.someStarve) starved += 1;
        }
      }
      expect(served).toBeGreaterThan(500);
      expect(starved).toBeGreaterThan(100);
    }));

  it("matches as the reference does when requests come and go with every cycle", () =>
    withSeed(seed, async (rng) => {
      const bench = await open();
      for (let round = 0; round < 20; round += 1) {
        bench.reset();
        const [density, ends] = [rng.pick([0.05, 0.3, 0.9]), rng.pick([0.1, 0.5, 1])];
        for (let cycle = 0; cycle < 200; cycle += 1) {
          for (const pair of bench.request.keys()) {
            bench.request[pair] = rng.chance(density) ? 1 : 0;
            bench.waiting[pair] = bench.request[pair] === 1 || rng.chance(0.2) ? 1 : 0;
          }
          for (const input of bench.done.keys()) bench.done[input] = rng.chance(ends) ? 1 : 0;
          bench.cycle();
        }
      }
    }));

  it("starts anew after a reset in the middle of transfers", async () => {
    const bench = await open();
    for (let round = 0; round < 2; round += 1) {
      bench.request.fill(1);
      for (let cycle = 0; cycle < 5; cycle += 1) bench.cycle();
      bench.reset();
      bench.request.fill(1);
      if (shape.requestStages === 1) bench.cycle();
      // all pointers at 0: what is matched first is output 0 with input 0, or the diagonal
      expect(bench.cycle()[0]).toEqual({ input: 0, output: 0 });
    }
  });

  it("lets no cycle pass between a done and the next match of the same pair, whatever the others do", async () => {
    const bench = await open();
    for (const length of [1, 2, 7]) {
      const queues = new Queues(bench, { length: (input) => length + input });
      for (let input = 0; input < ports; input += 1) queues.add(input, (input + 1) % ports, Infinity);
      const served = queues.run(40 * (length + ports));
      for (let input = 0; input < ports; input += 1) {
        const cycles = served.filter((one) => one.input === input).map(({ cycle }) => cycle);
        expect(cycles.length).toBeGreaterThan(30);
        // done in the cycle length - 1 after the match was shown, free in the next one, shown a cycle later
        for (const [at, cycle] of cycles.slice(1).entries())
          expect(cycle - cycles[at]!).toBe(length + input + 1);
      }
    }
  });

  it("shares an output evenly among all inputs that want it", async () => {
    const bench = await open();
    const inputs = Math.min(8, ports - 1);
    for (const length of [1, 4, 16]) {
      for (const output of [0, ports - 1, 1]) {
        const queues = new Queues(bench, { length: () => length });
        const among = Array.from({ length: inputs }, (_unused, at) => (output + 1 + at) % ports);
        for (const input of among) queues.add(input, output, Infinity);
        const served = queues.run(40 * inputs * (length + 1));
        for (const input of among) {
          const share = countOf(served, input) / served.length;
          expect(Math.abs(share * inputs - 1), `input ${input}, packets of ${length}`).toBeLessThan(0.05);
        }
      }
    }
  });

  /** Input 1 sends to output 1 and input 2 to output 2 without end, and never are input 2 and output 1 free together. */
  async function crossed(unguarded: boolean): Promise<{ queues: Queues; length: number }> {
    const length = 10;
    const queues = new Queues(await open(), { length: () => length, unguarded });
    queues.add(1, 1, Infinity);
    queues.run(length / 2);
    queues.add(2, 2, Infinity);
    queues.run(3 * length);
    queues.add(2, 1, 1);
    return { queues, length };
  }

  it("serves a packet that two streams keep from its output, in time", async () => {
    const { queues, length } = await crossed(false);
    const from = queues.cycle;
    const served = queues.run(2 * starvationCycles + ports * (length + 1));
    const found = served.filter(({ input, output }) => input === 2 && output === 1);
    expect(found.map(({ cycle }) => cycle - from)).toHaveLength(1);
    // and the streams go on
    expect(countOf(queues.run(10 * (length + 1)), 1)).toBeGreaterThanOrEqual(9);
  });

  it("would not serve that packet without the guard", async () => {
    const { queues } = await crossed(true);
    const served = queues.run(20 * starvationCycles);
    expect(served.some(({ input, output }) => input === 2 && output === 1)).toBe(false);
  });

  it("serves every pair within bounds when all want everything, with packets of all lengths", () =>
    withSeed(seed, async (rng) => {
      const queues = new Queues(await open(), { length: () => rng.range(1, longest) });
      for (let pair = 0; pair < ports ** 2; pair += 1) queues.waiting[pair] = Infinity;
      const last = new Float64Array(ports ** 2);
      let worst = 0;
      for (let cycle = 0; cycle < 4000; cycle += 1) {
        for (const { input, output, cycle: at } of queues.step()) {
          worst = Math.max(worst, at - last[input * ports + output]!);
          last[input * ports + output] = at;
        }
      }
      worst = Math.max(worst, ...last.map((at) => queues.cycle - at));
      // a starving pair waits at most for all starving pairs of its input and of its output
      expect(worst).toBeLessThan(2 * starvationCycles + 2 * ports * (longest + 2));
    }));

  if (shape.kind === "islip")
    it("comes to match all ports in every cycle when all want everything", async () => {
      const queues = new Queues(await open(), { length: () => 1 });
      for (let pair = 0; pair < ports ** 2; pair += 1) queues.waiting[pair] = Infinity;
      queues.run(4 * ports);
      // match, done with it, free: every second cycle
      expect(queues.run(20)).toHaveLength(10 * ports);
    });
});

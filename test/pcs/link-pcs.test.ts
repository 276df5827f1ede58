import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LinkDesign } from "../../generator/design/link.ts";
import { designOf, openDesign } from "../../sim/driver/index.ts";
import {
  idlePhase,
  LinkPair,
  type Phase,
  type RunResult,
  randomPhase,
  runPhases,
} from "../../sim/run/index.ts";
import type { LaneWire, LaneWireOptions } from "../../sim/run/lane-wire.ts";

/** Two ports down to their lanes, small enough to be built in a while; markers come often. */
const description = {
  kind: "link",
  name: "lanes_200g",
  clockMHz: 790,
  datapathBits: 256,
  rateGbps: 200,
  mtuBytes: 512,
  cableMeters: 3,
  phy: "pcs",
  lanes: { count: 2, gbps: 100 },
  fec: "rs272",
  virtualLanes: { data: 2 },
  derived: { symbolsPerClock: 4, markerPeriodCodewords: 16 },
} as const;

let design: LinkDesign;
const pairs: LinkPair[] = [];

async function open(lanes: LaneWireOptions = {}): Promise<LinkPair> {
  const model = () => openDesign(design, undefined, { quick: true });
  const pair = new LinkPair(design, [await model(), await model()], { seed: 11, lanes });
  pairs.push(pair);
  return pair;
}

const clean = (phase: Phase): Phase => ({ ...phase, name: `${phase.name} clean` });
const random = (faults?: Phase["faults"]): Phase =>
  randomPhase(design, { packets: 150, ...(faults !== undefined && { faults }) });

function expectPassed(result: RunResult): void {
  expect(result.phases.map(({ name, failure }) => [name, failure])).toEqual(
    result.phases.map(({ name }) => [name, null]),
  );
  expect(result.passed).toBe(true);
}

/** What a counter of a port counted in all phases. */
function counted(result: RunResult, port: "p0" | "p1", name: string | RegExp): number {
  const match = (key: string): boolean => (typeof name === "string" ? key === name : name.test(key));
  return result.phases
    .flatMap(({ ports }) => Object.entries(ports[port].counters))
    .reduce((sum, [key, value]) => (match(key) ? sum + value : sum), 0);
}

beforeAll(async () => {
  design = await designOf(description);
  (await openDesign(design, undefined, { quick: true })).close();
});

afterEach(() => {
  for (const pair of pairs.splice(0)) pair.close();
});

describe("two ports joined by lanes", () => {
  it("come up and carry packets, whatever the order of the lanes, their skew and their clocks", async () => {
    const pair = await open({ ppm: [100, -100], skewNs: 40, order: [1, 0] });
    const result = await runPhases(pair, [clean(random())]);
    expectPassed(result);
    for (const port of ["p0", "p1"] as const) {
      expect(result.ports[port].received.packets).toBe(150);
      for (const name of ["PCS_TX_UNDERRUN", "PCS_RX_OVERRUN", "FEC_CORRECTED", "LLR_TX_REPLAY"])
        expect([name, counted(result, port, name)]).toEqual([name, 0]);
    }
  });

  it("correct what the code corrects, and count it lane by lane", async () => {
    const pair = await open();
    const result = await runPhases(pair, [random({ ber: 2e-5 }), clean(idlePhase(400))]);
    expectPassed(result);
    for (const port of ["p0", "p1"] as const) {
      const struck = result.phases.reduce(
        (sum, { ports }) => sum + (ports[port].channel.symbolErrors ?? 0),
        0,
      );
      expect(struck).toBeGreaterThan(5);
      expect(counted(result, port, /^FEC_SYMBOLS_/u)).toBe(struck);
      expect(counted(result, port, "FEC_CORRECTED")).toBeGreaterThan(0);
      expect(counted(result, port, "FEC_UNCORRECTABLE")).toBe(0);
      expect(counted(result, port, "LLR_TX_REPLAY")).toBe(0);
    }
  });

  it("send again what the code does not correct", async () => {
    const pair = await open();
    const faults = { ber: 1e-6, burst: { bits: 240, perBeat: 1 / 3000 } };
    const result = await runPhases(pair, [random(faults), clean(random())]);
    expectPassed(result);
    const both = (name: string): number => counted(result, "p0", name) + counted(result, "p1", name);
    expect(both("FEC_UNCORRECTABLE")).toBeGreaterThan(0);
    expect(both("LLR_TX_REPLAY")).toBeGreaterThan(0);
  });

  it("come back when a lane was silent for a while", async () => {
    const pair = await open();
    expectPassed(await runPhases(pair, [clean(random())]));
    const wire = pair.wire as LaneWire;
    wire.channels[0].silence(1, 16_000);
    let down = false;
    for (let cycle = 0; cycle < 12_000; cycle += 1) {
      pair.tick();
      down ||= !pair.active;
    }
    expect(down).toBe(true);
    const again = await runPhases(pair, [clean(random())]);
    expectPassed(again);
    expect(pair.active).toBe(true);
  });
});

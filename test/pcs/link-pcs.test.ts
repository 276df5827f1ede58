import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LinkDesign } from "../../generator/design/link.ts";
import type { PcsDesign } from "../../generator/design/pcs.ts";
import { designOf } from "../../sim/driver/index.ts";
import type { Model } from "../../sim/driver/model.ts";
import { bringUp, idlePhase, type LinkPair, loadPhase, runPhases } from "../../sim/run/index.ts";
import type { LaneWire, LaneWireOptions } from "../../sim/run/lane-wire.ts";
import {
  clean,
  counted,
  countWhile,
  expectPassed,
  expectTraffic,
  only,
  pairClocks,
  pcsCounters,
  ports,
  random,
  runFor,
  strike,
  strikeEvery,
} from "./link-pcs-bench.ts";
import { hiSer, lanes200, openPair } from "./link-pcs-device.ts";
import { PortRegisters } from "./port-registers.ts";

let design: LinkDesign;
const pairs: LinkPair[] = [];
let models: readonly [Model, Model];
const allLanes = [0, 1, 2, 3, 4, 5, 6, 7];

async function open(lanes: LaneWireOptions = {}): Promise<LinkPair> {
  const opened = await openPair(design, lanes);
  const { pair } = opened;
  ({ models } = opened);
  pairs.push(pair);
  return pair;
}

/** A pair that is Active, past what it counts on the way there. */
async function openActive(lanes: LaneWireOptions = {}): Promise<LinkPair> {
  const pair = await open(lanes);
  expect(await bringUp(pair)).toBe(null);
  return pair;
}

/** Holds the reset of a port for some cycles of its clock; the clients stand still. */
function resetPort(pair: LinkPair, port: 0 | 1, cycles: number): void {
  const rst = models[port].port("rst");
  rst.set(1);
  for (let left = cycles; left > 0; ) left -= (pair.wire.step(() => {}) >> port) & 1;
  rst.set(0);
}

const wireOf = (pair: LinkPair): LaneWire => pair.wire as LaneWire;

beforeAll(async () => {
  design = await designOf(lanes200);
  (await openPair(design, {})).pair.close();
});

afterEach(() => {
  for (const pair of pairs.splice(0)) pair.close();
});

describe("two ports joined by lanes", () => {
  it("come up and carry packets, whatever the order of the lanes, their skew and their clocks", async () => {
    const pair = await open({ ppm: [100, -100], devicePpm: [-100, 100], skewNs: 40, order: [1, 0] });
    const result = await expectTraffic(pair, 150);
    const registers = new PortRegisters(pair);
    for (const port of ports) {
      const { LLR_TX_REPLAY = 0, ...rest } = only(result.phases[0]!.ports[port].counters, pcsCounters);
      expect([LLR_TX_REPLAY, rest]).toEqual([0, {}]);
      expect(counted(result, port, "SYMBOL_ERROR")).toBeLessThanOrEqual(4);
    }
    for (const port of [0, 1] as const) {
      expect(registers.read(port, "PCS_STATUS.ALIGNED")).toBe(1);
      expect(registers.read(port, "PCS_LOCK.LANES")).toBe(0xff);
      const map = registers.read(port, "PCS_LANE_OF.LANES").toString(16).padStart(8, "0");
      const places = [...map].reverse().map(Number);
      expect(places.slice(0, 4).toSorted()).toEqual([4, 5, 6, 7]);
      expect(places.slice(4).toSorted()).toEqual([0, 1, 2, 3]);
    }
  });

  it("correct what the code corrects, and count it lane by lane", async () => {
    const pair = await open();
    const { channels } = wireOf(pair);
    const result = await runPhases(pair, [random(pair, 150, { ber: 2e-5 }), clean(idlePhase(400))]);
    expectPassed(result);
    for (const [index, port] of ports.entries()) {
      const struck = channels[1 - index]!.counts.symbolErrors;
      expect(struck.reduce((sum, count) => sum + count)).toBeGreaterThan(5);
      expect(allLanes.map((lane) => counted(result, port, `FEC_SYMBOLS_${lane}`))).toEqual(struck);
      expect(counted(result, port, "FEC_CORRECTED")).toBeGreaterThan(0);
      expect(counted(result, port, "FEC_UNCORRECTABLE")).toBe(0);
      expect(counted(result, port, "LLR_TX_REPLAY")).toBe(0);
    }
  });

  it("count codewords, corrected and not, first and second of a pair", async () => {
    const pair = await openActive();
    const [none, counts] = countWhile(pair, () => {
      runFor(pair, strikeEvery(pair, 0, [0, 1, 2, 3], { every: 3, count: 5 }) + 5);
      runFor(pair, strikeEvery(pair, 0, [6], { every: 3, count: 7 }) + 5);
      for (const [at, lanes] of [
        [40, allLanes],
        [300, allLanes],
      ] as const)
        for (const word of [at, at + 1]) strike(pair, 0, lanes, word);
      // of two rows, one after the other, each codeword has the other half
      strike(pair, 0, [0, 2, 4, 6], 600);
      strike(pair, 0, [1, 3, 5, 7], 601);
      strike(pair, 0, [1, 3, 5, 7], 900);
      strike(pair, 0, [0, 2, 4, 6], 901);
      runFor(pair, 25);
    });
    expect(only(none!, pcsCounters)).toEqual({});
    const expected = { FEC_CORRECTED: 2 * 5 + 7, FEC_UNCORRECTABLE: 2 * 2 + 1 + 1 };
    const symbols = {
      FEC_SYMBOLS_0: 5,
      FEC_SYMBOLS_1: 5,
      FEC_SYMBOLS_2: 5,
      FEC_SYMBOLS_3: 5,
      FEC_SYMBOLS_6: 7,
    };
    expect(only(counts!, pcsCounters)).toEqual({ ...expected, ...symbols });
    // all columns of a pair are errors, also those that came well
    expect(counts!.SYMBOL_ERROR).toBeGreaterThan(4 * 20);
    await expectTraffic(pair);
  });

  it("send again what the code does not correct", async () => {
    const pair = await open();
    const faults = { ber: 1e-6, burst: { bits: 240, perBeat: 1 / 3000 } };
    const result = await runPhases(pair, [random(pair, 150, faults), clean(random(pair, 150))]);
    expectPassed(result);
    const both = (name: string): number => counted(result, "p0", name) + counted(result, "p1", name);
    expect(both("FEC_UNCORRECTABLE")).toBeGreaterThan(0);
    expect(both("LLR_TX_REPLAY")).toBeGreaterThan(0);
  });

  it("align anew after three codewords in a row that cannot be corrected", async () => {
    const pair = await openActive();
    const words = pairClocks(design);
    let down = false;
    const [none, counts] = countWhile(pair, () => {
      for (const at of [0, 1]) {
        for (const word of [30, 31]) strike(pair, 0, allLanes, at * words + word);
      }
      for (let cycle = 0; cycle < 1500; cycle += 1) {
        pair.tick();
        down ||= pair.portStates[1] !== 4;
      }
    });
    expect([none!.PCS_LOCK_LOST ?? 0, counts!.PCS_LOCK_LOST, down]).toEqual([0, 1, true]);
    await expectTraffic(pair);
  });

  it("come back when a lane was silent for a while", async () => {
    const pair = await open();
    await expectTraffic(pair);
    wireOf(pair).channels[0].silence(1, 16_000);
    let down = false;
    for (let cycle = 0; cycle < 12_000; cycle += 1) {
      pair.tick();
      down ||= !pair.active;
    }
    expect(down).toBe(true);
    await expectTraffic(pair);
    expect(pair.active).toBe(true);
  });

  it("come back when one of them is reset", async () => {
    const pair = await open();
    const registers = new PortRegisters(pair);
    for (const port of [1, 0] as const) {
      await expectTraffic(pair);
      resetPort(pair, port, 3 + port);
      // a marker, and another one a period later: until then nothing is known of the lanes
      const { markerPeriodCodewords } = (design.pcs as PcsDesign).derived;
      for (let at = 0; at < markerPeriodCodewords.value - 2; at += 1) {
        const seen = ["PCS_STATUS.ALIGNED", "PCS_LOCK.LANES"].map((name) => registers.read(port, name));
        expect([at, seen]).toEqual([at, [0, 0]]);
        runFor(pair, 1 / 2);
      }
      expect(await bringUp(pair)).toBe(null);
      // its counters began anew
      const counters = Object.entries(pair.readCounters()[port]).filter(([, count]) => count !== 0);
      expect(only(Object.fromEntries(counters), pcsCounters)).toEqual({});
    }
    const { phases } = await expectTraffic(pair);
    for (const port of ports) expect(only(phases[0]!.ports[port].counters, pcsCounters)).toEqual({});
  });

  it("tell each other of degraded lanes", async () => {
    const pair = await openActive();
    const registers = new PortRegisters(pair);
    const told = (): readonly number[] =>
      ([0, 1] as const).flatMap((port) =>
        ["DEGRADED", "REMOTE_DEGRADED"].map((name) => registers.read(port, `PCS_STATUS.${name}`)),
      );
    const struck = (every: number): readonly number[] => {
      runFor(pair, strikeEvery(pair, 0, [3], { every, count: 80 / every }));
      return told();
    };
    expect([struck(1), "not set"]).toEqual([[0, 0, 0, 0], "not set"]);
    const settings = { INTERVAL: 32, ACTIVATE: 10, DEACTIVATE: 4 };
    for (const [name, value] of Object.entries(settings)) registers.write(1, `DEGRADE_${name}.VALUE`, value);
    expect([struck(2), "between"]).toEqual([[0, 0, 0, 0], "between"]);
    expect([struck(1), "beyond"]).toEqual([[0, 1, 1, 0], "beyond"]);
    expect([struck(2), "between again"]).toEqual([[0, 1, 1, 0], "between again"]);
    expect([struck(8), "below"]).toEqual([[0, 0, 0, 0], "below"]);
    expect([struck(1), "beyond again"]).toEqual([[0, 1, 1, 0], "beyond again"]);
    registers.write(1, "DEGRADE_INTERVAL.VALUE", 0);
    expect([struck(1), "off"]).toEqual([[0, 0, 0, 0], "off"]);
    await expectTraffic(pair);
  });

  it("tell of a high symbol error rate for a while, and stay up", async () => {
    const pair = await openActive();
    const registers = new PortRegisters(pair);
    const told = (): readonly number[] =>
      ([0, 1] as const).map((port) => registers.read(port, "PCS_STATUS.HI_SER"));
    const six = allLanes.slice(0, 6);
    runFor(pair, strikeEvery(pair, 1, six, { every: 1, count: 2.5 * hiSer.pairs }));
    expect([told(), "fewer"]).toEqual([[0, 0], "fewer"]);
    const half = strikeEvery(pair, 1, six, { every: 0.5, count: 5 * hiSer.pairs });
    runFor(pair, half);
    expect([told(), "more"]).toEqual([[1, 0], "more"]);
    expect(pair.active).toBe(true);
    const rest = hiSer.clocks / pairClocks(design);
    runFor(pair, rest / 2);
    expect([told(), "still"]).toEqual([[1, 0], "still"]);
    runFor(pair, rest / 2 + 2 * hiSer.pairs);
    expect([told(), "later"]).toEqual([[0, 0], "later"]);
    await expectTraffic(pair);
  });

  it("count the words that a clock too slow does not send, and the idles that it leaves out", async () => {
    const pair = await open({ devicePpm: [-25_000, 0] });
    const result = await runPhases(pair, [clean(idlePhase(1500)), random(pair, 60)]);
    expectPassed(result);
    const { p0, p1 } = result.phases[0]!.ports;
    const { PCS_TX_UNDERRUN = 0, PCS_RX_DROPPED = 0, ...other } = only(p0.counters, pcsCounters);
    expect([PCS_TX_UNDERRUN, PCS_RX_DROPPED].map((count) => count > 5)).toEqual([true, true]);
    expect([other, only(p1.counters, pcsCounters)]).toEqual([{}, {}]);
  });

  it("send again what found no room, and count it", async () => {
    const pair = await open({ devicePpm: [0, 120_000], ppm: [0, 120_000] });
    const result = await runPhases(pair, [loadPhase(design, { cycles: 3000 })]);
    expectPassed(result);
    const { p0, p1 } = result.phases[0]!.ports;
    const { PCS_RX_OVERRUN = 0, PCS_RX_DROPPED = 0, ...other } = only(p0.counters, pcsCounters);
    expect([PCS_RX_OVERRUN, PCS_RX_DROPPED].map((count) => count > 5)).toEqual([true, true]);
    expect([other, only(p1.counters, pcsCounters)]).toEqual([{}, {}]);
    expect(p0.nacksSent).toBeGreaterThan(0);
  });
});

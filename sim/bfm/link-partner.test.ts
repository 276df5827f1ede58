import { describe, expect, it } from "vitest";
import { PartnerPair } from "./partner-bench.ts";

const clean = { lost: 0, duplicated: 0, reordered: 0, corrupted: 0 };

function expectClean(pair: PartnerPair): void {
  expect(pair.ab.result()).toMatchObject(clean);
  expect(pair.ba.result()).toMatchObject(clean);
  for (const monitor of pair.monitors) expect(monitor.violations).toEqual([]);
}

describe("two partners on a clean cable", () => {
  for (const width of [64, 256, 1024, 2048]) {
    it(`shake hands and carry packets of all sizes, ${width} bits`, () => {
      const pair = new PartnerPair(width, { dataVls: 4, cable: { ab: { delayCycles: 30 } } });
      expect(pair.run(400, () => pair.a.ready && pair.b.ready)).toBe(true);
      for (let bytes = 24; bytes < 400; bytes += 4) pair.send("a", bytes % 3, bytes);
      pair.sendRandom(100, 4, 4220);
      pair.send("b", 15, 288);
      expect(pair.drain(60000)).toBe(true);
      expectClean(pair);
      expect(pair.a.counters).toMatchObject({
        nacksSent: 0,
        nacksReceived: 0,
        timeouts: 0,
        sessions: 1,
        crcErrors: 0,
      });
      expect(pair.a.state.expected).toBe(pair.b.state.txSeq);
      expect(pair.ba.result().perVl.some(({ vl }) => vl === 15)).toBe(true);
    });
  }

  it("carries packets without retry", () => {
    const pair = new PartnerPair(256, { retry: "none", dataVls: 2 });
    pair.sendRandom(200, 2, 1000);
    expect(pair.drain(20000)).toBe(true);
    expectClean(pair);
    expect(pair.a.counters).toMatchObject({ acksSent: 0, framesReplayed: 0 });
  });

  it("keeps the wire busy", () => {
    const pair = new PartnerPair(1024, { dataVls: 1, bufferBlocks: 1024 });
    for (let i = 0; i < 300; i++) pair.send("a", 0, 4136);
    pair.run(200, () => pair.b.counters.dataReceived > 0);
    const from = pair.cycle;
    expect(pair.drain(20000)).toBe(true);
    expect(((300 * 4138) / 128 / (pair.cycle - from)) * 100).toBeGreaterThan(97);
  });

  it("sends poisoned packets that are dropped as errors, with FILL in between", () => {
    const pair = new PartnerPair(256, { fill: 0.1, dataVls: 2 });
    pair.sendRandom(300, 2, 600, 0.2);
    expect(pair.drain(40000)).toBe(true);
    expectClean(pair);
    const { poisonSent } = pair.a.counters;
    expect(poisonSent).toBeGreaterThan(10);
    expect(pair.b.counters).toMatchObject({ poisonReceived: poisonSent, nacksSent: 0, crcErrors: 0 });
    expect(pair.ab.result().errored).toBe(poisonSent);
    expect(pair.monitors[0]?.messages[0x20]).toBeGreaterThan(10);
  });

  it("gives lost credit of poisoned packets back", () => {
    const pair = new PartnerPair(256, { bufferBlocks: 80 });
    for (let i = 0; i < 40; i++) pair.send("a", 0, 1024, true);
    pair.send("a", 0, 1024);
    expect(pair.drain(400000)).toBe(true);
    expect(pair.b.counters.abrCorrections).toBeGreaterThan(0);
    expectClean(pair);
  });
});

describe("without retry", () => {
  it("damaged packets are lost, and their credit comes back", () => {
    const ab = { ber: 2e-5, delayCycles: 20 };
    const pair = new PartnerPair(256, {
      retry: "none",
      bufferBlocks: 80,
      creditRefreshCycles: 500,
      cable: { ab },
    });
    for (let i = 0; i < 400; i++) pair.send("a", 0, 600);
    expect(pair.run(60000, () => pair.a.quiet)).toBe(true);
    pair.run(1000);
    const { lost, matched, ...rest } = pair.ab.result();
    expect(rest).toMatchObject({ duplicated: 0, reordered: 0, corrupted: 0 });
    expect(lost).toBeGreaterThan(10);
    expect(lost + matched).toBe(400);
    expect(pair.b.counters.abrCorrections).toBeGreaterThan(0);
  });
});

describe("credits", () => {
  it("hold the sender back while the receiver is slow, and lose nothing", () => {
    const pair = new PartnerPair(256, { dataVls: 2, bufferBlocks: 70, b: { drainBytesPerCycle: 4 } });
    for (let i = 0; i < 200; i++) pair.send("a", i & 1, 4 * (6 + ((i * 37) % 200)));
    expect(pair.drain(60000)).toBe(true);
    expectClean(pair);
    expect(pair.b.counters.overruns).toBe(0);
  });

  it("stop one lane without the other", () => {
    const pair = new PartnerPair(256, { dataVls: 2, bufferBlocks: 100 });
    pair.b.setDrain(1, 0);
    for (let i = 0; i < 100; i++) pair.send("a", i & 1, 1000);
    pair.run(10000);
    expect(pair.ab.outstandingOn(0)).toBe(0);
    expect(pair.a.queued(0)).toBe(0);
    expect(pair.a.queued(1)).toBeGreaterThan(30);
    expect(pair.b.state.occupiedBlocks[1]).toBeGreaterThan(80);
    pair.b.setDrain(1, Number.POSITIVE_INFINITY);
    expect(pair.drain(20000)).toBe(true);
    expectClean(pair);
  });

  it("go round their counters many times", () => {
    const pair = new PartnerPair(1024, { bufferBlocks: 2500, outstandingBytesMax: 200000 });
    for (let i = 0; i < 400; i++) pair.send("a", 0, 4220);
    expect(pair.drain(40000)).toBe(true);
    expectClean(pair);
  });
});

describe("faults of the cable", () => {
  for (const width of [64, 256, 1024]) {
    it(`lose nothing with all of them mixed, ${width} bits`, () => {
      const ab = {
        delayCycles: 20,
        ber: 1e-5,
        burst: { bits: 3000, perBeat: 1e-4 },
        control: { drop: 0.05, repeat: 0.05, swap: 0.05 },
        throttle: 32 / 33,
        seed: width,
      };
      const options = { dataVls: 3, bufferBlocks: 150, replayTimerCycles: 4000, fill: 0.01, seed: width };
      const pair = new PartnerPair(width, { ...options, drainBytesPerCycle: width / 16, cable: { ab } });
      for (let round = 0; round < 5; round++) {
        pair.sendRandom(600, 3, round === 0 ? 2000 : 500, 0.02);
        expect(pair.drain(300000)).toBe(true);
      }
      expectClean(pair);
      const { a, b } = pair;
      expect(a.counters.nacksReceived + b.counters.nacksReceived).toBeGreaterThan(5);
      expect(a.counters.sessions + b.counters.sessions).toBe(2);
      expect(a.counters.overruns + b.counters.overruns).toBe(0);
    });
  }

  it("are survived by a link that flaps shortly", () => {
    const pair = new PartnerPair(256, { replayTimerCycles: 1000, cable: { ab: { delayCycles: 10 } } });
    for (let round = 0; round < 5; round++) {
      pair.sendRandom(60, 1, 600);
      pair.run(100);
      pair.cable.flap(100, (["a", "b", "both"] as const)[round % 3]!);
      expect(pair.drain(20000)).toBe(true);
    }
    expectClean(pair);
    expect(pair.a.counters.sessions).toBe(1);
  });

  it("start the session anew when the link is lost for long, at one end or both", () => {
    const pair = new PartnerPair(256, { linkLostCycles: 300 });
    for (const end of ["both", "a", "b"] as const) {
      pair.sendRandom(60, 1, 600);
      pair.run(100);
      pair.cable.flap(400, end);
      pair.ab.excuse();
      pair.ba.excuse();
      pair.run(1000);
      expect(pair.a.ready && pair.b.ready).toBe(true);
      pair.ab.excuse();
      pair.ba.excuse();
      expect(pair.run(20000, () => pair.a.quiet && pair.b.quiet)).toBe(true);
    }
    pair.run(200);
    pair.sendRandom(60, 1, 600);
    expect(pair.run(10000, () => pair.a.quiet && pair.b.quiet)).toBe(true);
    expectClean(pair);
    expect(pair.a.counters.sessions).toBeGreaterThanOrEqual(4);
    expect(pair.b.counters.sessions).toBeGreaterThanOrEqual(4);
  });
});

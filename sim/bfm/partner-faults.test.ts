import { describe, expect, it } from "vitest";
import { message } from "../reference/columns.ts";
import { type PacketFault, packetFaults } from "./link-partner.ts";
import { PartnerPair } from "./partner-bench.ts";

const clean = { lost: 0, duplicated: 0, reordered: 0, corrupted: 0 };

function ready(pair: PartnerPair): PartnerPair {
  expect(pair.run(1000, () => pair.a.ready && pair.b.ready)).toBe(true);
  return pair;
}

/** Sends ten packets, the fourth with a fault. */
function faulted(fault: PacketFault, width = 256): PartnerPair {
  const pair = ready(new PartnerPair(width, { replayTimerCycles: 800, monitor: false }));
  for (let i = 0; i < 3; i++) pair.send("a", 0, 200);
  expect(pair.drain(5000)).toBe(true);
  pair.a.faultNext(fault);
  for (let i = 0; i < 7; i++) pair.send("a", 0, 200 + 36 * i);
  pair.drain(20000);
  expect(pair.a.counters.packetsFaulted).toBe(1);
  return pair;
}

describe("a damaged packet", () => {
  const damaging = packetFaults.filter(
    (fault) => !["length", "poison-set-only", "sequence-behind", "sequence-ahead"].includes(fault),
  );
  for (const fault of damaging) {
    for (const width of [64, 1024]) {
      it(`${fault}: one NACK, one replay, nothing lost, ${width} bits`, () => {
        const { a, b, ab } = faulted(fault, width);
        expect(b.counters.framesDamaged + b.counters.crcErrors).toBeGreaterThan(0);
        expect(b.counters.nacksSent).toBe(1);
        expect(a.counters).toMatchObject({ replays: 1, timeouts: 0 });
        expect(ab.result()).toMatchObject({ ...clean, matched: 10 });
      });
    }
  }

  it("a number ahead is a gap", () => {
    const { b, ab } = faulted("sequence-ahead");
    expect(b.counters).toMatchObject({
      gaps: expect.toSatisfy((n: number) => n > 0),
      nacksSent: 1,
      crcErrors: 0,
    });
    expect(ab.result()).toMatchObject({ ...clean, matched: 10 });
  });

  it("a number behind is a duplicate, and a gap afterwards", () => {
    const { b, ab } = faulted("sequence-behind");
    expect(b.counters).toMatchObject({ duplicates: 1, nacksSent: 1 });
    expect(ab.result()).toMatchObject({ ...clean, matched: 10 });
  });

  it("a POISON control set alone changes nothing", () => {
    const { b, ab } = faulted("poison-set-only");
    expect(b.counters).toMatchObject({ nacksSent: 0, poisonReceived: 0 });
    expect(ab.result()).toMatchObject({ ...clean, matched: 10 });
  });

  it("a wrong PktLen passes the retry and is lost with an error mark", () => {
    const { b, ab } = faulted("length");
    expect(b.counters).toMatchObject({ nacksSent: 0, lengthErrors: 1 });
    expect(ab.result()).toMatchObject({ lost: 1, errored: 1, matched: 9 });
  });

  it("at the end of the traffic is found by the timer when its start is lost", () => {
    const pair = ready(new PartnerPair(256, { replayTimerCycles: 800 }));
    pair.cable.ab.inject({ on: "start", frame: "data", flips: "error" });
    pair.send("a", 0, 200);
    expect(pair.drain(5000)).toBe(true);
    expect(pair.a.counters).toMatchObject({ timeouts: 1, nacksReceived: 0 });
    expect(pair.ab.result()).toMatchObject({ ...clean, matched: 1 });
  });
});

describe("a partner that misbehaves", () => {
  it("stops acknowledging: the sender fills its window, replays, and starts anew", () => {
    const pair = ready(
      new PartnerPair(256, { replayTimerCycles: 300, replayCountMax: 3, outstandingMax: 15 }),
    );
    pair.b.faults.stopAck = true;
    for (let i = 0; i < 40; i++) pair.send("a", 0, 100);
    expect(pair.run(5000, () => pair.a.outstanding === 15)).toBe(true);
    expect(pair.run(20000, () => pair.a.counters.flushes > 0)).toBe(true);
    expect(pair.a.counters.timeouts).toBeGreaterThanOrEqual(3);
    expect(pair.b.counters.duplicates).toBeGreaterThan(10);
    expect(pair.ab.result()).toMatchObject({ duplicated: 0, reordered: 0 });
  });

  it("stops sending NACK: the timer repairs", () => {
    const pair = ready(new PartnerPair(256, { replayTimerCycles: 500 }));
    pair.b.faults.stopNack = true;
    pair.cable.ab.inject({ on: "data", frame: "data", skip: 20 });
    for (let i = 0; i < 20; i++) pair.send("a", 0, 300);
    expect(pair.drain(10000)).toBe(true);
    expect(pair.b.counters.nacksSent).toBe(0);
    expect(pair.a.counters.timeouts).toBeGreaterThan(0);
    expect(pair.ab.result()).toMatchObject({ ...clean, matched: 20 });
  });

  it("withholds credit: the lane stalls, the other goes on", () => {
    const pair = new PartnerPair(256, { dataVls: 2 });
    pair.b.faults.withholdCredit = 0b10;
    for (let i = 0; i < 20; i++) pair.send("a", i & 1, 300);
    pair.run(5000);
    expect([pair.a.queued(0), pair.a.queued(1)]).toEqual([0, 10]);
    pair.b.faults.withholdCredit = 0;
    expect(pair.drain(10000)).toBe(true);
  });

  it("loses, damages and doubles its control sets: nothing is lost", () => {
    const pair = new PartnerPair(256, {
      replayTimerCycles: 600,
      monitor: false,
      cable: { ab: { ber: 1e-5 } },
    });
    Object.assign(pair.a.faults, { controlDrop: 0.2, controlCorrupt: 0.2, controlDuplicate: 0.2 });
    Object.assign(pair.b.faults, { controlDrop: 0.2, controlCorrupt: 0.2, controlDuplicate: 0.2 });
    pair.sendRandom(400, 1, 600);
    expect(pair.drain(200000)).toBe(true);
    expect(pair.ab.result()).toMatchObject(clean);
    expect(pair.ba.result()).toMatchObject(clean);
    const { controlsDropped, controlsCorrupted, controlsDuplicated } = pair.b.counters;
    for (const count of [controlsDropped, controlsCorrupted, controlsDuplicated])
      expect(count).toBeGreaterThan(0);
    expect(pair.a.counters.badControls).toBeGreaterThan(0);
  });

  it("sends a stale ACK: it is ignored", () => {
    const pair = ready(new PartnerPair(256, { monitor: false, cable: { ab: { delayCycles: 200 } } }));
    for (let i = 0; i < 20; i++) pair.send("a", 0, 300);
    pair.run(50);
    pair.b.sendControl(message.ack, (pair.a.state.txSeq + 300) & 0xfffff);
    pair.b.sendControl(message.nack, (pair.a.state.acked - 3) & 0xfffff);
    expect(pair.drain(10000)).toBe(true);
    expect(pair.a.counters.acksIgnored).toBe(2);
    expect(pair.ab.result()).toMatchObject({ ...clean, matched: 20 });
  });

  it("restarts with a new word: both ends start together and go on", () => {
    const pair = ready(new PartnerPair(256, { dataVls: 2 }));
    pair.sendRandom(40, 2, 600);
    pair.run(60);
    pair.b.restart();
    pair.run(500);
    pair.ab.excuse();
    pair.ba.excuse();
    expect(pair.run(20000, () => pair.a.quiet && pair.b.quiet)).toBe(true);
    pair.sendRandom(40, 2, 600);
    expect(pair.run(20000, () => pair.a.quiet && pair.b.quiet)).toBe(true);
    expect(pair.a.counters.sessions).toBe(2);
    expect(pair.ab.result()).toMatchObject(clean);
    expect(pair.ba.result()).toMatchObject(clean);
    expect(pair.a.state.peerWord).toBe(pair.b.state.ownWord);
    expect(pair.a.state.expected).toBe(pair.b.state.txSeq);
  });

  it("is not restarted by one INIT with another word", () => {
    const pair = ready(new PartnerPair(256, { monitor: false }));
    pair.b.sendControl(message.init, 0x12340, 0x1234);
    pair.run(300);
    expect(pair.a.counters).toMatchObject({ sessions: 1, echoesIgnored: 0 });
    pair.b.sendControl(message.init, 0x12340, 0x1234);
    pair.run(20);
    expect(pair.a.counters.sessions).toBe(2);
  });

  it("sends without credit: the receiver's buffer overruns", () => {
    const pair = ready(new PartnerPair(256, { bufferBlocks: 70 }));
    pair.b.setDrain(0, 0);
    pair.a.faults.ignoreCredit = true;
    for (let i = 0; i < 100; i++) pair.send("a", 0, 300);
    pair.run(5000);
    expect(pair.b.counters.overruns).toBeGreaterThan(50);
    expect(pair.ab.result().lost).toBeGreaterThan(50);
  });

  it("floods VL15: packets without room are dropped, the data lanes lose nothing", () => {
    const pair = ready(new PartnerPair(256, { vl15Packets: 2, drainBytesPerCycle: 2 }));
    pair.a.faults.vl15Flood = true;
    for (let i = 0; i < 10; i++) pair.send("b", 0, 300);
    pair.run(4000);
    pair.a.faults.vl15Flood = false;
    pair.run(3000);
    expect(pair.b.counters.vl15Dropped).toBeGreaterThan(50);
    expect(pair.ab.result()).toMatchObject({ ...clean, matched: expect.toSatisfy((n: number) => n > 10) });
    expect(pair.ba.result()).toMatchObject(clean);
  });

  it("has random faults in its packets: nothing is lost", () => {
    const pair = new PartnerPair(1024, { replayTimerCycles: 600, monitor: false });
    pair.a.faults.packetFaultRate = 0.1;
    pair.sendRandom(500, 1, 1000);
    expect(pair.drain(100000)).toBe(true);
    expect(pair.a.counters.packetsFaulted).toBeGreaterThan(20);
    expect(pair.ab.result()).toMatchObject(clean);
  });
});

describe("each control set damaged once", () => {
  for (const name of ["ack", "nack", "init", "initEcho"] as const) {
    it(`${name}: nothing is lost`, () => {
      const pair = new PartnerPair(256, { replayTimerCycles: 800 });
      pair.cable.ab.inject({ on: "control", message: message[name], flips: [20] });
      pair.cable.ba.inject({ on: "control", message: message[name], flips: [30] });
      pair.run(300);
      pair.cable.ab.inject({ on: "data", frame: "data", skip: 10 });
      pair.cable.ba.inject({ on: "data", frame: "data", skip: 10 });
      pair.sendRandom(40, 1, 400);
      expect(pair.drain(20000)).toBe(true);
      expect(pair.cable.ab.waiting + pair.cable.ba.waiting).toBe(0);
      expect(pair.a.counters.badControls + pair.b.counters.badControls).toBe(2);
      expect(pair.ab.result()).toMatchObject(clean);
    });
  }

  it("a flow-control packet: it is replayed like any other", () => {
    const pair = new PartnerPair(256, { bufferBlocks: 70 });
    pair.cable.ba.inject({ on: "terminate", frame: "flowControl", flips: [3] });
    pair.cable.ba.inject({ on: "start", frame: "flowControl", skip: 3, flips: [40] });
    for (let i = 0; i < 60; i++) pair.send("a", 0, 600);
    expect(pair.drain(20000)).toBe(true);
    expect(pair.cable.ba.waiting).toBe(0);
    expect(pair.a.counters.nacksSent).toBeGreaterThan(0);
    expect(pair.ab.result()).toMatchObject(clean);
  });
});

import { describe, expect, it } from "vitest";
import { portState, txState } from "./device-end.ts";
import { narrow } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

/** A partner that says nothing any more about what it receives, not even that credit is free. */
function silence(bench: PartnerBench): void {
  bench.partner.faults.stopAck = true;
  bench.partner.faults.stopNack = true;
}

describe("a partner that stops acknowledging", () => {
  it("gets everything again each time the replay timer expires, and delivers it once", async () => {
    const ends: number[] = [];
    const bench = await PartnerBench.active(narrow, { onFrame: (_, cycle) => ends.push(cycle) });
    const { device, partner } = bench;
    device.write("REPLAY_TIMER_MAX.VALUE", 2000);
    bench.drain();
    silence(bench);
    const idle = ends.length;
    for (let i = 0; i < 6; i++) bench.send("device", i & 1, 200);
    bench.until(4000, () => partner.counters.dataReceived === 6, "all six have come");
    const before = ends.length;
    bench.until(4000, () => ends.length > before, "the first replay");
    const waited = bench.cycle - ends[idle]!;
    expect(waited).toBeGreaterThanOrEqual(2000);
    expect(waited).toBeLessThan(2150);
    bench.run(3 * 2300);
    partner.faults.stopAck = false;
    bench.drain();
    bench.expectLossless({ least: 0 });
    const expired = device.counter("LLR_REPLAY_TIMER_EXPIRED");
    expect(expired).toBeGreaterThanOrEqual(3);
    expect(device.counter("LLR_TX_REPLAY")).toBe(expired);
    expect(partner.counters.duplicates).toBeGreaterThanOrEqual(6 * expired);
    expect(device.counter("LLR_FLUSH")).toBe(0);
  });

  it("until the replay count is exhausted: FLUSH, a new session, and traffic goes on", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    device.write("REPLAY_CT_MAX.VALUE", 3);
    const word = device.read("SESSION.OWN_WORD");
    silence(bench);
    for (let i = 0; i < 4; i++) bench.send("device", 0, 100);
    bench.until(
      20_000,
      () => partner.counters.initsReceived > 1 && partner.counters.sessions === 2,
      "a flush",
    );
    bench.excuse();
    partner.faults.stopAck = false;
    partner.faults.stopNack = false;
    bench.until(20_000, () => bench.up, "the link is up again");
    expect(device.counter("LLR_REPLAY_TIMER_EXPIRED")).toBe(4);
    expect(device.counter("LLR_TX_REPLAY")).toBe(3);
    expect(device.counter("LLR_FLUSH")).toBe(1);
    expect(device.counter("LINK_DOWNED")).toBe(1);
    expect(device.read("SESSION.OWN_WORD")).not.toBe(word);
    bench.loadBoth();
    bench.run(4000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 50 });
  });

  it("with REPLAY_CT_MAX 255: no limit", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device } = bench;
    device.write("REPLAY_CT_MAX.VALUE", 255);
    device.write("REPLAY_TIMER_MAX.VALUE", 20);
    device.write("DATA_AGE_MAX.VALUE", 0);
    silence(bench);
    bench.send("device", 0, 24);
    bench.run(40_000);
    expect(device.counter("LLR_REPLAY_TIMER_EXPIRED")).toBeGreaterThan(300);
    expect(device.counter("LLR_FLUSH")).toBe(0);
    bench.partner.faults.stopAck = false;
    bench.drain();
    bench.expectLossless({ least: 0 });
  });

  it("until the oldest frame is too old: FLUSH", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    device.write("DATA_AGE_MAX.VALUE", 6400);
    silence(bench);
    const from = bench.cycle;
    bench.send("device", 0, 100);
    bench.until(20_000, () => partner.counters.sessions === 2, "a flush");
    expect(bench.cycle - from).toBeGreaterThan(6400);
    expect(bench.cycle - from).toBeLessThan(6400 + 600);
    expect(device.counter("LLR_FLUSH")).toBe(1);
  });
});

describe("a client that pauses inside a packet", () => {
  it("for longer than DATA_AGE_MAX: the packet is not too old when it is complete", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device } = bench;
    device.write("DATA_AGE_MAX.VALUE", 6400);
    bench.send("device", 0, 380);
    bench.run(12);
    device.source.stall = 1;
    bench.run(9000);
    device.source.stall = 0;
    bench.drain();
    bench.expectLossless({ least: 0 });
    expect(bench.out.result().matched).toBe(1);
    expect(device.counter("LLR_FLUSH")).toBe(0);
  });
});

describe("after a flush that is not followed by a new session", () => {
  async function flushed(discard: number): Promise<PartnerBench> {
    const bench = await PartnerBench.active(narrow);
    const { device } = bench;
    device.write("CONTROL.REINIT_ON_FLUSH", 0);
    device.write("CONTROL.DISCARD", discard);
    device.write("REPLAY_CT_MAX.VALUE", 1);
    silence(bench);
    for (let i = 0; i < 3; i++) bench.send("device", 0, 100);
    bench.until(20_000, () => device.state === portState.down, "the port is Down");
    const frames = bench.monitor.frames;
    bench.run(5000);
    expect(bench.monitor.frames).toBe(frames);
    expect(device.read("LLR_STATE.TX")).toBe(txState.off);
    expect(device.state).toBe(portState.down);
    expect(device.counter("LLR_FLUSH")).toBe(1);
    bench.partner.faults.stopAck = false;
    bench.partner.faults.stopNack = false;
    bench.excuse();
    return bench;
  }

  it("behaviour BLOCK: packets wait, and are sent when the port is started by command", async () => {
    const bench = await flushed(0);
    const { device } = bench;
    for (let i = 0; i < 40; i++) bench.send("device", i & 1, 360);
    bench.run(5000);
    expect(device.source.pending).toBeGreaterThan(20);
    expect(device.counter("LLR_TX_DISCARD")).toBe(0);
    device.write("COMMAND.SET_DOWN", 1);
    bench.drain();
    const { lost, excused, matched } = bench.out.result();
    expect({ lost, excused, matched }).toEqual({ lost: 0, excused: 0, matched: 43 });
  });

  it("behaviour DISCARD: packets are thrown away and counted", async () => {
    const bench = await flushed(1);
    const { device } = bench;
    const before = device.counter("LLR_TX_DISCARD");
    for (let i = 0; i < 40; i++) bench.send("device", i & 1, 360);
    bench.run(40 * 60);
    expect(device.source.pending).toBe(0);
    expect(device.counter("LLR_TX_DISCARD") - before).toBe(40);
    bench.excuse();
    device.write("CONTROL.LINK_ENABLE", 0);
    device.write("CONTROL.LINK_ENABLE", 1);
    bench.until(20_000, () => bench.up, "the link is up again");
    bench.loadBoth();
    bench.run(3000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 30 });
    expect(bench.out.result().excused).toBe(40);
  });
});

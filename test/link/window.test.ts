import { describe, expect, it } from "vitest";
import { frameKind, message, sequenceMask } from "../../sim/reference/columns.ts";
import { middle, narrow } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

/** Frames that the device sent and the partner has not acknowledged. */
function unacknowledged({ device }: PartnerBench): number {
  return (device.read("TX_SEQ.SEQ") - 1 - device.read("ACKED_SEQ.SEQ")) & sequenceMask;
}

/** A partner that says nothing any more about what it receives, not even that credit is free. */
function silence(bench: PartnerBench): void {
  bench.partner.faults.stopAck = true;
  bench.partner.faults.stopNack = true;
}

describe("ACK and NACK outside of the window", () => {
  it("are counted, and free nothing", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    device.write("REPLAY_TIMER_MAX.VALUE", 0xffffff);
    bench.drain();
    silence(bench);
    for (let i = 0; i < 5; i++) bench.send("device", 0, 100);
    bench.run(1500);
    const acked = device.read("ACKED_SEQ.SEQ");
    const next = device.read("TX_SEQ.SEQ");
    const waiting = unacknowledged(bench);
    expect(waiting).toBeGreaterThanOrEqual(5);
    const outside = [acked - 1, acked - 1000, next, next + 1, next + 5000, acked + 0x80000];
    const before = device.counter("LLR_RX_ACK_NACK_SEQ_ERROR");
    for (const code of [message.ack, message.nack]) {
      for (const seq of outside) partner.sendControl(code, seq & sequenceMask);
    }
    partner.sendControl(message.ack, acked);
    bench.run(300);
    expect(device.counter("LLR_RX_ACK_NACK_SEQ_ERROR") - before).toBe(2 * outside.length + 1);
    expect(device.read("ACKED_SEQ.SEQ")).toBe(acked);
    expect(device.counter("LLR_TX_REPLAY")).toBe(0);
    partner.sendControl(message.nack, (acked + 2) & sequenceMask);
    bench.run(1500);
    expect(device.read("ACKED_SEQ.SEQ")).toBe((acked + 2) & sequenceMask);
    expect(device.counter("LLR_TX_REPLAY")).toBe(1);
    expect(partner.counters.duplicates).toBe(waiting - 2);
    partner.sendControl(message.ack, next - 1);
    bench.run(300);
    expect(unacknowledged(bench)).toBe(0);
    partner.faults.stopAck = false;
    bench.drain();
    bench.expectLossless({ least: 0 });
  });
});

describe("the window", () => {
  it("OUTSTANDING_SEQ_MAX bounds the frames that are not acknowledged", async () => {
    const bench = await PartnerBench.active(narrow);
    bench.device.write("OUTSTANDING_SEQ_MAX.VALUE", 8);
    bench.device.write("REPLAY_TIMER_MAX.VALUE", 0xffffff);
    bench.drain();
    silence(bench);
    bench.load("device", { vls: [0, 1], low: 24, high: 60 });
    bench.run(4000);
    expect(unacknowledged(bench)).toBeLessThanOrEqual(8);
    expect(unacknowledged(bench)).toBeGreaterThanOrEqual(6);
    bench.partner.faults.stopAck = false;
    bench.run(4000);
    bench.drain();
    bench.expectLossless({ least: 0 });
    expect(bench.out.result().matched).toBeGreaterThan(40);
  });

  it("OUTSTANDING_DATA_MAX bounds their bytes", async () => {
    let bytes = 0;
    const bench = await PartnerBench.active(narrow, { onFrame: ({ length }) => (bytes += length) });
    bench.device.write("OUTSTANDING_DATA_MAX.VALUE", 2000);
    bench.device.write("REPLAY_TIMER_MAX.VALUE", 0xffffff);
    bench.drain();
    silence(bench);
    bytes = 0;
    bench.load("device", { vls: [0, 1], low: 24, high: 380 });
    bench.run(8000);
    expect(bytes).toBeLessThanOrEqual(2000);
    expect(bytes).toBeGreaterThan(2000 - 3 * 382);
    bench.partner.faults.stopAck = false;
    bench.drain();
    bench.expectLossless({ least: 0 });
  });

  it("fills the replay memory and not more: nothing is lost when everything has to come again", async () => {
    const bench = await PartnerBench.active(narrow);
    bench.device.write("REPLAY_TIMER_MAX.VALUE", 12_000);
    bench.partner.faults.stopAck = true;
    bench.cable.ab.inject({ on: "data", frame: "data" });
    bench.partner.faults.stopNack = true;
    bench.loadBoth(60);
    bench.run(10_000);
    bench.partner.faults.stopAck = false;
    bench.run(10_000);
    bench.drain();
    bench.expectLossless({ least: 100 });
    expect(bench.device.counter("LLR_REPLAY_TIMER_EXPIRED")).toBeGreaterThanOrEqual(1);
  });
});

describe("long packets", () => {
  it("a NACK in the middle of a packet: the packet is finished, then the replay begins behind the number", async () => {
    const sent: { seq: number; length: number }[] = [];
    const bench = await PartnerBench.active(middle, {
      onFrame: ({ seq, length, kind }) => {
        if (kind === frameKind.data) sent.push({ seq, length });
      },
    });
    const { device, partner } = bench;
    bench.drain();
    device.write("REPLAY_TIMER_MAX.VALUE", 0xffffff);
    silence(bench);
    for (let i = 0; i < 6; i++) bench.send("device", i & 3, 4220);
    bench.until(4000, () => sent.length === 3, "three have gone");
    bench.run(40);
    partner.sendControl(message.nack, sent[0]!.seq);
    bench.run(3000);
    const first = sent[0]!.seq;
    const order = sent.map(({ seq }) => (seq - first) & sequenceMask);
    expect(sent.every(({ length }) => length === 4222)).toBe(true);
    expect(order).toEqual([0, 1, 2, 3, 1, 2, 3, 4, 5]);
    partner.faults.stopAck = false;
    bench.drain();
    bench.expectLossless({ least: 0 });
  });
});

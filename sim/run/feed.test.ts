import { describe, expect, it } from "vitest";
import { captureTraffic, laneOf, sampleCapture } from "./capture-traffic.ts";
import { feedOf } from "./feed.ts";

const options = { port: 0, seed: 1, bytesPerCycle: 100 };
const everyLane = 0xffff;

describe("a load", () => {
  it("takes its share of the wire", () => {
    const feed = feedOf({ kind: "load", vls: [0, 1], payloadBytes: [1000], load: 0.25 }, options);
    let wire = 0;
    for (let cycle = 0; cycle < 100_000; cycle++) {
      const packet = feed.next(cycle, everyLane);
      if (packet !== null) wire += 8 * (2 + Math.floor((packet.bytes.length + 2) / 8));
    }
    expect(wire / (100_000 * 100)).toBeCloseTo(0.25, 3);
  });

  it("is offered without pause when it is whole, until its packets are out", () => {
    const feed = feedOf({ kind: "load", vls: [0], payloadBytes: [64], packets: 3 }, options);
    for (let i = 0; i < 3; i++) expect([feed.done, feed.next(0, everyLane)?.vl]).toEqual([false, 0]);
    expect([feed.done, feed.next(0, everyLane)]).toEqual([true, null]);
  });
});

describe("a list", () => {
  it("keeps its order: a lane without room lets the others wait", () => {
    const packets = [1, 0].map((vl) => ({ bytes: new Uint8Array(24), vl }));
    const feed = feedOf({ kind: "list", packets: [packets, []] }, options);
    expect(feed.next(0, 0b01)).toBeNull();
    expect(feed.next(0, 0b10)?.vl).toBe(1);
    expect(feed.next(0, 0b01)?.vl).toBe(0);
    expect(feed.done).toBe(true);
  });
});

describe("captured traffic", () => {
  it("is shared out by host, all of it, on lanes by queue pair and kind", () => {
    const { traffic, left } = captureTraffic(sampleCapture, { dataVls: 4, longestBytes: 4220 });
    expect(left).toEqual({ other: 18, bad: 0, tooLong: 0 });
    expect(traffic.packets.map((list) => list.length)).toEqual([64, 66]);
    const slids = traffic.packets.map(
      (list) => new Set(list.map(({ bytes }) => (bytes[6]! << 8) | bytes[7]!)),
    );
    expect(slids).toEqual([new Set([1]), new Set([2])]);
    const lanes = new Set(traffic.packets.flat().map(({ vl }) => vl));
    expect([...lanes].sort()).toEqual([0, 1, 2, 3]);
  });

  it("leaves out what is too long", () => {
    const { traffic, left } = captureTraffic(sampleCapture, { dataVls: 1, longestBytes: 1048 });
    expect(left.tooLong).toBeGreaterThan(0);
    expect(traffic.packets[0].length + traffic.packets[1].length + left.tooLong).toBe(130);
    expect(() => captureTraffic(sampleCapture, { dataVls: 1, longestBytes: 20 })).toThrow(
      "no RoCE v2 packet",
    );
  });

  it("uses lanes of their own for requests and answers", () => {
    expect([laneOf(0x04, 0x11, 4), laneOf(0x11, 0x11, 4), laneOf(0x11, 0x12, 4), laneOf(0x12, 3, 1)]).toEqual(
      [2, 3, 1, 0],
    );
  });
});

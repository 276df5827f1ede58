import { describe, expect, it } from "vitest";
import { taggedPacket } from "../reference/tagged.ts";
import { Histogram } from "./histogram.ts";
import { Scoreboard } from "./scoreboard.ts";

const packets = Array.from({ length: 8 }, (_, index) =>
  taggedPacket({ source: 1, vl: 0, index }, 64 + 4 * index),
);

function board(received: readonly (readonly [number, string?])[]): Scoreboard {
  const scoreboard = new Scoreboard();
  packets.forEach((packet, i) => {
    scoreboard.expect(packet, 0, i);
  });
  for (const [index, what] of received) {
    const bytes = packets[index]!.slice();
    if (what === "changed") bytes[40] = bytes[40]! ^ 1;
    scoreboard.receive(bytes, bytes.length, 0, what === "error", index + 10);
  }
  return scoreboard;
}

const all = packets.map((_, i) => [i] as const);

describe("Scoreboard", () => {
  it("is content with all packets in order", () => {
    expect(board(all).result()).toMatchObject({
      expected: 8,
      matched: 8,
      lost: 0,
      duplicated: 0,
      reordered: 0,
      corrupted: 0,
      errored: 0,
      bytes: packets.reduce((sum, packet) => sum + packet.length, 0),
      latencyCycles: { count: 8, min: 10, median: 10, p99: 10 },
    });
  });

  it("counts what is lost", () => {
    expect(board(all.filter(([i]) => i !== 3 && i !== 7)).result()).toMatchObject({
      matched: 6,
      lost: 2,
      reordered: 0,
    });
  });

  it("counts what comes twice", () => {
    expect(board([...all.slice(0, 3), [1], ...all.slice(3)]).result()).toMatchObject({
      matched: 8,
      duplicated: 1,
      lost: 0,
    });
  });

  it("counts what comes late", () => {
    const order = [[0], [2], [1], [3], [4], [5], [6], [7]] as const;
    expect(board(order).result()).toMatchObject({ matched: 7, reordered: 1, lost: 0, duplicated: 0 });
  });

  it("counts what has changed, once", () => {
    const order = all.map(([i]) => (i === 4 ? ([4, "changed"] as const) : ([i] as const)));
    expect(board(order).result()).toMatchObject({ matched: 7, corrupted: 1, lost: 0 });
  });

  it("lets errors pass, excuses a restart, and lets VL15 lose packets", () => {
    const scoreboard = board([[0], [1, "error"], [1]]);
    scoreboard.excuse();
    const management = taggedPacket({ source: 1, vl: 15, index: 0 }, 288);
    scoreboard.expect(management, 15, 0);
    expect(scoreboard.outstanding).toBe(6);
    expect(scoreboard.result()).toMatchObject({ matched: 2, errored: 1, lost: 0, excused: 6, dropped: 1 });
  });

  it("works without tags and with equal packets", () => {
    const scoreboard = new Scoreboard();
    const packet = new Uint8Array(60).fill(0x11);
    for (let i = 0; i < 3; i++) scoreboard.expect(packet, 2, 0);
    for (let i = 0; i < 4; i++) scoreboard.receive(packet, 60, 2, false, 1);
    expect(scoreboard.result()).toMatchObject({ matched: 3, duplicated: 1, corrupted: 0 });
  });
});

describe("Histogram", () => {
  it("finds the median and the tail", () => {
    const histogram = new Histogram(200);
    for (let i = 1; i <= 100; i++) histogram.add(i);
    histogram.add(5000);
    expect(histogram.summary()).toMatchObject({ min: 1, median: 51, p99: 100, max: 5000, count: 101 });
  });
});

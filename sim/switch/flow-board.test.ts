import { describe, expect, it } from "vitest";
import { taggedPacket } from "../reference/tagged.ts";
import { FlowBoard } from "./flow-board.ts";
import { FlowPacket } from "./flow-packet.ts";

function packet(
  index: number,
  options: { dlid?: number; sl?: number; slid?: number; vl?: number } = {},
): FlowPacket {
  const { dlid = 2, sl = 0, slid = 1, vl = sl } = options;
  const bytes = taggedPacket({ source: slid, vl, index }, 64, { dlid, slid, sl });
  return new FlowPacket({ bytes, vl, source: slid, generated: 10 * index });
}

/** The packet as it comes out on another lane. */
function arrived({ bytes }: FlowPacket, vl = 0): Uint8Array {
  const copy = bytes.slice();
  copy[0] = (vl << 4) | (copy[0]! & 15);
  return copy;
}

const take = (board: FlowBoard, end: number, bytes: Uint8Array, vl = 0, error = false): string =>
  board.receive(end, bytes, bytes.length, vl, error, 100, 107);

describe("what comes right", () => {
  it("matches on the lane of the output, whatever lane it was sent on", () => {
    const board = new FlowBoard({ ends: 4 });
    const one = packet(0, { sl: 3 });
    board.expect(one, { end: 2, vl: 1 });
    expect(board.pending).toBe(1);
    expect(take(board, 2, arrived(one, 1), 1)).toBe("match");
    expect(board.pending).toBe(0);
    expect(board.result()).toMatchObject({ expected: 1, matched: 1, lost: 0 });
  });

  it("flows do not wait for each other; copies of a group come at each member", () => {
    const board = new FlowBoard({ ends: 4 });
    const flows = [packet(0), packet(0, { sl: 1 }), packet(0, { dlid: 3 }), packet(0, { slid: 3 })];
    for (const one of flows) for (const end of [2, 3]) board.expect(one, { end, vl: 0 });
    for (const one of flows.toReversed())
      for (const end of [3, 2]) expect(take(board, end, arrived(one))).toBe("match");
    expect(board.result()).toMatchObject({ matched: 8, lost: 0 });
  });

  it("FECN may be set where switches mark", () => {
    for (const [marking, verdict] of [
      [true, "match"],
      [false, "corrupted"],
    ] as const) {
      const board = new FlowBoard({ ends: 4, marking });
      const one = packet(0);
      board.expect(one, { end: 2, vl: 0 });
      const bytes = arrived(one);
      bytes[12] = bytes[12]! | 0x80;
      expect(take(board, 2, bytes)).toBe(verdict);
      expect(board.result().marked).toBe(marking ? 1 : 0);
    }
  });

  it("counts a window and latencies", () => {
    const board = new FlowBoard({ ends: 4 });
    board.figures.open(50, 107);
    for (const index of [0, 1]) board.expect(packet(index), { end: 2, vl: 0 });
    board.receive(2, arrived(packet(0)), 64, 0, false, 100, 106);
    board.receive(2, arrived(packet(1)), 64, 0, false, 101, 107);
    expect(board.figures.window({ source: 1, end: 2, vl: 0 })).toEqual({
      ...{ packets: 1, bytes: 66, payloadBytes: 40, framedBytes: 80 },
    });
    expect(board.figures.latency[2]!.summary()).toMatchObject({ count: 2, min: 91, max: 100 });
  });
});

describe("what comes wrong", () => {
  function three(): { board: FlowBoard; packets: FlowPacket[] } {
    const board = new FlowBoard({ ends: 4 });
    const packets = [packet(0), packet(1), packet(2)];
    for (const one of packets) {
      one.entered = 5;
      board.expect(one, { end: 2, vl: 0 });
    }
    return { board, packets };
  }

  it("a lost one is noticed by the next, and in the end", () => {
    const { board, packets } = three();
    expect(take(board, 2, arrived(packets[1]!))).toBe("match");
    expect(board.pending).toBe(1);
    expect(board.oldestAbsent).toBe(5);
    expect(board.result()).toMatchObject({ matched: 1, lost: 2 });
  });

  it("a late one is reordered, a second one duplicated", () => {
    const { board, packets } = three();
    expect(take(board, 2, arrived(packets[1]!))).toBe("match");
    expect(take(board, 2, arrived(packets[0]!))).toBe("reordered");
    expect(take(board, 2, arrived(packets[1]!))).toBe("duplicated");
    expect(take(board, 2, arrived(packets[2]!))).toBe("match");
    expect(board.result()).toMatchObject({ lost: 0, reordered: 1, duplicated: 1 });
  });

  it("a wrong port or lane is misrouted, and not lost as well", () => {
    const { board, packets } = three();
    expect(take(board, 3, arrived(packets[0]!))).toBe("misrouted");
    expect(take(board, 2, arrived(packets[1]!), 1)).toBe("misrouted");
    expect(take(board, 2, arrived(packets[2]!))).toBe("match");
    expect(board.result()).toMatchObject({ misrouted: 2, lost: 0 });
    expect(board.pending).toBe(0);
  });

  it.each([1, 2, 17, 30, 63])("byte %i changed: corrupted", (at) => {
    const { board, packets } = three();
    const bytes = arrived(packets[0]!);
    bytes[at] = bytes[at]! ^ 4;
    expect(take(board, 2, bytes)).toBe("corrupted");
    expect(board.result().corrupted).toBe(1);
  });

  it("cut short: corrupted, and it stands for the one it was", () => {
    const { board, packets } = three();
    expect(board.receive(2, arrived(packets[0]!), 60, 0, false, 1, 2)).toBe("corrupted");
    expect(take(board, 2, arrived(packets[1]!))).toBe("match");
    expect(board.result()).toMatchObject({ corrupted: 1, lost: 1 });
  });

  it("what nobody sent is corrupted; what is marked as an error is only counted", () => {
    const { board } = three();
    expect(take(board, 2, arrived(packet(77)))).toBe("corrupted");
    expect(take(board, 2, arrived(packet(0)), 0, true)).toBe("errored");
    expect(board.result()).toMatchObject({ corrupted: 1, errored: 1 });
  });

  it("VL15 may be dropped; a stopped run excuses", () => {
    const board = new FlowBoard({ ends: 4 });
    board.expect(packet(0, { vl: 15 }), { end: 2, vl: 15 });
    board.expect(packet(1), { end: 2, vl: 0 });
    expect(board.pending).toBe(1);
    board.excuse();
    board.expect(packet(2), { end: 2, vl: 0 });
    board.expect(packet(1, { vl: 15 }), { end: 2, vl: 15 });
    expect(board.result()).toMatchObject({ excused: 2, lost: 1, dropped: 1 });
  });
});

describe("tables that change while packets are under way", () => {
  it("each comes at one of two ports, in order at each", () => {
    const board = new FlowBoard({ ends: 4 });
    const packets = [0, 1, 2, 3].map((index) => packet(index));
    const deliveries = packets.map((one) => board.expect(one, { end: 2, vl: 0 }));
    for (const delivery of deliveries) board.allow(delivery, { end: 3, vl: 0 });
    expect(take(board, 2, arrived(packets[0]!))).toBe("match");
    expect(take(board, 3, arrived(packets[2]!))).toBe("match");
    expect(take(board, 2, arrived(packets[1]!))).toBe("match");
    expect(board.pending).toBe(1);
    expect(take(board, 3, arrived(packets[3]!))).toBe("match");
    expect(board.pending).toBe(0);
    expect(board.result()).toMatchObject({ matched: 4, lost: 0, reordered: 0 });
    expect(take(board, 2, arrived(packets[3]!))).not.toBe("match");
  });

  it("passed over at both ports is lost", () => {
    const board = new FlowBoard({ ends: 4 });
    const packets = [0, 1, 2].map((index) => packet(index));
    for (const one of packets) board.expect(one, { end: 2, vl: 0 }, { end: 3, vl: 0 });
    expect(take(board, 2, arrived(packets[1]!))).toBe("match");
    expect(take(board, 3, arrived(packets[2]!))).toBe("match");
    expect(board.pending).toBe(0);
    expect(board.result().lost).toBe(1);
    expect(take(board, 3, arrived(packets[0]!))).toBe("reordered");
  });

  it("or is dropped, and then nobody can tell", () => {
    const board = new FlowBoard({ ends: 4 });
    const delivery = board.expect(packet(0), { end: 2, vl: 0 });
    board.allow(delivery, null);
    expect(board.pending).toBe(0);
    expect(board.result()).toMatchObject({ lost: 0, undecided: 1 });
    expect(take(board, 2, arrived(packet(0)))).toBe("match");
    expect(board.result()).toMatchObject({ matched: 1, undecided: 0 });
  });
});

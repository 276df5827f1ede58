import { describe, expect, it } from "vitest";
import { message } from "../reference/columns.ts";
import { appendVcrc, poison } from "../reference/packet.ts";
import { taggedPacket } from "../reference/tagged.ts";
import {
  beatsOf,
  type Columns,
  type ControlItem,
  encodeWire,
  type FrameItem,
  type WireItem,
} from "../reference/wire.ts";
import { MiiMonitor } from "./mii-monitor.ts";

function frame(seq: number, bytes = 64, inside: FrameItem["inside"] = []): FrameItem {
  return {
    type: "frame",
    bytes: appendVcrc(taggedPacket({ source: 1, vl: 0, index: seq }, bytes)),
    seq,
    kind: "data",
    inside,
  };
}
const idle = (columns: number): WireItem => ({ type: "idle", columns });
const control = (code: number, seq = 0, word = 0): ControlItem => ({ type: "control", code, seq, word });

function watch(items: readonly WireItem[], change: (columns: Columns) => void = () => {}): string[] {
  const columns = encodeWire(items);
  change(columns);
  const monitor = new MiiMonitor({ widthBits: 256, strict: false });
  beatsOf(columns, 256).forEach(({ data, flags }, i) => {
    monitor.beat(data, flags, i);
  });
  return monitor.violations.map((text) => text.replace(/^cycle \d+: /, ""));
}

describe("MiiMonitor", () => {
  it("has nothing to say about a legal stream", () => {
    const inside = [
      { ...control(message.ack, 5), after: 40 },
      { ...control(message.nack, 6), after: 400 },
    ];
    const init = control(message.init, 0, 0);
    expect(
      watch([init, idle(5), frame(0), frame(1), idle(3), frame(2, 4096, inside), frame(1), frame(2, 4096)]),
    ).toEqual([]);
  });

  const inside = (columns: number, code: number) => [{ ...control(code, 1), after: columns }];
  const cases: readonly (readonly [string, readonly WireItem[]])[] = [
    ["starts too close to each other", [{ ...frame(0), bytes: new Uint8Array(6) }, frame(1)]],
    ["messages too close to each other", [control(message.ack, 1), idle(2), control(message.ack, 2)]],
    ["a message too early in a packet", [frame(0, 1024, inside(20, message.ack))]],
    [
      "messages too dense in a packet",
      [frame(0, 4096, [...inside(40, message.ack), { ...control(message.ack, 2), after: 200 }])],
    ],
    ["FILL does not fill the beat", [frame(0, 256, inside(9, message.fill))]],
    ["frame 3 where 1 is next", [frame(0), frame(3)]],
    ["ACK or NACK 4 after 5", [control(message.ack, 5), idle(8), control(message.ack, 4)]],
    ["NACK 5 twice for one gap", [control(message.nack, 5), idle(8), control(message.nack, 5)]],
    ["INIT whose number is not its word and 0", [control(message.init, 5, 1)]],
    ["a frame with good CRC, with POISON", [frame(0, 256, [{ ...control(message.poison), after: 9 }])]],
  ];
  for (const [violation, items] of cases) {
    it(`sees: ${violation}`, () => {
      expect(watch([...items, idle(4)])).toContain(violation);
    });
  }

  it("sees damaged columns and CRCs", () => {
    const broken = (change: (columns: Columns) => void) => watch([frame(0), idle(4)], change);
    expect(broken(({ data }) => data.fill(0, 6, 7))).toContain("a start column with wrong content");
    expect(broken(({ flags }) => flags.fill(2, 2, 3))).toContain("a damaged frame (2)");
    expect(broken(({ data }) => data.fill(1, 30, 31))).toContain("a frame with bad CRC, without POISON");
    expect(broken(({ flags }) => flags.fill(2, 12, 13))).toContain("an error column");
    expect(broken(({ flags }) => flags.fill(0, 12, 13))).toContain("a data column outside of a packet");
    const half = frame(0);
    poison(half.bytes);
    expect(watch([half])).toContain("a frame with complemented CRC, without POISON");
    expect(watch([control(message.ack)], ({ data }) => data.fill(9, 7, 8))).toContain(
      "a control set with wrong content",
    );
    expect(() => {
      const monitor = new MiiMonitor({ widthBits: 64 });
      monitor.beat(new Uint8Array(8), Uint8Array.of(2), 7);
    }).toThrow("wire format broken at cycle 7");
  });
});

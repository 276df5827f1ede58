import { describe, expect, it } from "vitest";
import { Rng } from "../traffic/rng.ts";
import { columnKind, kindOfColumn, message, writeControl, writeIdle, writeStart } from "./columns.ts";
import { ColumnDecoder } from "./decoder.ts";
import { beatsOf, decodeWire, encodeWire, type WireItem } from "./wire.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function column(write: (data: Uint8Array, flags: Uint8Array) => void): string {
  const data = new Uint8Array(8);
  const flags = new Uint8Array(1);
  write(data, flags);
  return `${hex(flags)}:${hex(data)}`;
}

describe("columns", () => {
  it("writes the columns of the wire format", () => {
    expect(column((d, f) => writeIdle(d, f, 0))).toBe("ff:0707070707070707");
    expect(column((d, f) => writeStart(d, f, 0, 0xabcde, 0x55))).toMatch(/^01:fba7bcde5555..d5$/);
    expect(column((d, f) => writeStart(d, f, 0, -1, 0x66))).toMatch(/^01:fb5555556655..d5$/);
    expect(column((d, f) => writeControl(d, f, 0, message.ack, 0xabcde, 0))).toMatch(/^01:5c01abcde60000..$/);
    expect(column((d, f) => writeControl(d, f, 0, message.init, 0x12340, 0x1234))).toMatch(
      /^01:5c031234061234..$/,
    );
  });

  it("knows each column for what it is", () => {
    const kind = (flags: number, bytes: string) => kindOfColumn(Buffer.from(bytes, "hex"), 0, flags);
    expect(kind(0xff, "0707070707070707")).toBe(columnKind.idle);
    expect(kind(0xff, "fd07070707070707")).toBe(columnKind.terminate);
    expect(kind(0x80, "01020304050607fd")).toBe(columnKind.terminate);
    expect(kind(0xf8, "010203fd07070707")).toBe(columnKind.terminate);
    expect(kind(0xf8, "010203fd07fe0707")).toBe(columnKind.error);
    expect(kind(0xf8, "0102030707070707")).toBe(columnKind.error);
    expect(kind(0x01, "fe02030405060708")).toBe(columnKind.error);
    expect(kind(0x10, "0102030405060708")).toBe(columnKind.error);
    expect(kind(0x01, "5c00000000000000")).toBe(columnKind.control);
    expect(kind(0xff, "fefefefefefefefe")).toBe(columnKind.error);
  });
});

function randomItems(rng: Rng): WireItem[] {
  const items: WireItem[] = [];
  for (let i = 0; i < 40; i++) {
    const bytes = new Uint8Array(rng.range(0, 90));
    rng.fill(bytes);
    const columns = 2 + (bytes.length >> 3);
    const code = rng.pick([message.ack, message.poison, message.fill]);
    const inside = rng.chance(0.3)
      ? [{ type: "control" as const, code, seq: 5, word: 0, after: rng.range(1, columns - 1) }]
      : [];
    items.push({
      type: "frame",
      bytes,
      seq: rng.chance(0.2) ? null : rng.below(1 << 20),
      kind: rng.pick(["data", "flowControl"]),
      inside,
    });
    if (rng.chance(0.5)) items.push({ type: "idle", columns: rng.range(1, 5) });
    if (rng.chance(0.3))
      items.push({ type: "control", code: message.init, seq: rng.below(1 << 20), word: rng.below(65536) });
  }
  return items;
}

describe("streams", () => {
  it("decodes what it encoded, at any beat width", () => {
    const rng = new Rng(11);
    const items = randomItems(rng);
    const columns = encodeWire(items);
    const decoded = decodeWire(columns);
    const frames = decoded.filter((item) => item.type === "frame");
    const sent = items.filter((item) => item.type === "frame");
    expect(frames.length).toBe(sent.length);
    frames.forEach((frame, i) => {
      const { bytes, seq, inside } = sent[i]!;
      expect(frame).toMatchObject({ seq, damaged: "none", poisonSet: inside?.[0]?.code === message.poison });
      expect(hex(frame.bytes)).toBe(hex(bytes));
    });
    for (const width of [64, 256, 2048]) {
      let count = 0;
      const sink = { frame: () => count++, control: () => {}, badControl: () => {}, strayColumn: () => {} };
      const decoder = new ColumnDecoder(sink);
      for (const beat of beatsOf(columns, width)) decoder.beat(beat.data, beat.flags, width / 64);
      expect(count).toBe(sent.length);
    }
  });

  it("names each kind of damage", () => {
    const bytes = new Uint8Array(40).fill(1);
    const broken = (change: (data: Uint8Array, flags: Uint8Array) => void) => {
      const columns = encodeWire([
        { type: "frame", bytes, seq: 1, kind: "data" },
        { type: "idle", columns: 1 },
      ]);
      change(columns.data, columns.flags);
      return decodeWire(columns);
    };
    expect(broken((data) => data.fill(0, 6, 7))[0]).toMatchObject({ damaged: "start", seq: null });
    expect(broken((_, flags) => flags.fill(2, 3, 4))[0]).toMatchObject({ damaged: "column" });
    expect(broken((data) => data.fill(7, 48, 49))[0]).toMatchObject({ damaged: "noTerminate" });
    expect(broken((data, flags) => writeStart(data, flags, 3, 2, 0x55))).toMatchObject([
      { damaged: "noTerminate", seq: 1 },
      { damaged: "none", seq: 2 },
    ]);
    expect(broken((_, flags) => flags.fill(0x03, 0, 1))).toEqual([{ type: "strayColumn" }]);
  });

  it("drops control sets with a wrong CRC-8, O-code or message", () => {
    const columns = encodeWire([
      { type: "control", code: 1, seq: 7, word: 0 },
      { type: "control", code: 9, seq: 7, word: 0 },
    ]);
    columns.data[3] = columns.data[3]! ^ 1;
    expect(decodeWire(columns)).toEqual([{ type: "badControl" }, { type: "badControl" }]);
  });

  it("reports a frame longer than its limit", () => {
    const seen: number[] = [];
    const sink = {
      frame: (f: { damaged: number }) => seen.push(f.damaged),
      control: () => {},
      badControl: () => {},
      strayColumn: () => {},
    };
    const decoder = new ColumnDecoder(sink, 32);
    const columns = encodeWire([{ type: "frame", bytes: new Uint8Array(100), seq: 1, kind: "data" }]);
    decoder.beat(columns.data, columns.flags, columns.count);
    expect(seen).toEqual([4]);
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readPcap } from "../capture/pcap.ts";
import { judgeVcrc, parsePacket } from "../reference/packet.ts";
import { readTag } from "../reference/tagged.ts";
import { LoadGenerator } from "./load.ts";
import { lidOf, reframeCapture, wireFrame } from "./reframe.ts";

const capture = readPcap(readFileSync(new URL("../data/rxe-samples.pcap", import.meta.url)));

describe("reframing captured traffic", () => {
  const result = reframeCapture(capture);

  it("takes every RoCE v2 frame, its ICRC good, and skips the rest", () => {
    expect(result).toMatchObject({ frames: 148, malformed: 0, icrcBad: [] });
    expect(result.icrcGood).toBe(result.packets.length);
    expect(result.icrcGood + result.skipped).toBe(148);
    expect(result.skipped).toBe(18);
  });

  it("makes legal packets of them", () => {
    for (const packet of result.packets) {
      const parsed = parsePacket(packet.packet);
      expect(parsed).toMatchObject({
        icrcGood: true,
        lnh: 2,
        pktLen: packet.packet.length / 4,
        lver: 0,
        vl: 0,
      });
      const frame = wireFrame(packet);
      expect(judgeVcrc(frame, frame.length)).toBe("good");
      const original = capture.frames[packet.frame - 1]!.bytes;
      const transport = Buffer.from(packet.packet.subarray(8, packet.packet.length - 4));
      expect(Buffer.from(original).includes(transport)).toBe(true);
    }
  });

  it("keeps addresses and times", () => {
    const byFrame = new Map(result.packets.map((packet) => [packet.frame, packet]));
    expect(byFrame.get(13)).toMatchObject({ slid: 2, dlid: 1 });
    expect(byFrame.get(128)).toMatchObject({ slid: 2, dlid: 1 });
    expect(parsePacket(byFrame.get(143)!.packet)).toMatchObject({ payloadBytes: 4096, opcode: 0x0a });
    expect(byFrame.get(13)!.nanoseconds / 1e9).toBeCloseTo(2.642028, 5);
    expect([lidOf(0), lidOf(2), lidOf(0xc001), lidOf(0xffff)]).toEqual([1, 2, 1, 0x3fff]);
  });

  it("leaves out frames whose ICRC is wrong, and counts malformed ones", () => {
    const frames = capture.frames.map((frame, i) => {
      const bytes = frame.bytes.slice();
      if (i === 12) bytes[50] = bytes[50]! ^ 1;
      return { ...frame, bytes: i === 13 ? bytes.slice(0, 50) : bytes };
    });
    expect(reframeCapture({ ...capture, frames })).toMatchObject({
      icrcBad: [13],
      malformed: 1,
      skipped: 18,
    });
    expect(() => reframeCapture({ ...capture, linkType: 197 })).toThrow("Ethernet (1) is needed");
  });

  it("puts packets on chosen lanes", () => {
    const spread = reframeCapture(capture, { vl: (_, number) => number % 4 });
    for (const { packet, vl, frame } of spread.packets) {
      expect(vl).toBe(frame % 4);
      expect(parsePacket(packet)).toMatchObject({ vl, sl: vl, icrcGood: true });
    }
  });
});

describe("LoadGenerator", () => {
  it("makes packets of its sizes, lanes in turn, where there is room", () => {
    const load = new LoadGenerator({ source: 1, vls: [0, 1, 15], count: 6 });
    const made = Array.from({ length: 6 }, () => load.next());
    expect(made.map((packet) => packet?.vl)).toEqual([0, 1, 15, 0, 1, 15]);
    expect(made.map((packet) => packet?.bytes.length)).toEqual([4120, 4120, 288, 4120, 4120, 288]);
    expect(made.map((packet) => readTag(packet!.bytes)?.index)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(load.next()).toBeNull();
    const mixed = new LoadGenerator({ source: 2, vls: [0, 1], packetBytes: { low: 24, high: 100 }, seed: 3 });
    for (let i = 0; i < 200; i++) {
      const packet = mixed.next(0b10);
      expect(packet?.vl).toBe(1);
      expect(packet!.bytes.length).toBeGreaterThanOrEqual(24);
      expect(packet!.bytes.length).toBeLessThanOrEqual(100);
    }
    expect(mixed.next(0b100)).toBeNull();
  });
});

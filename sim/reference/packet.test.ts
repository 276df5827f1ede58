import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildFlowControl, creditAllows, parseFlowControl } from "./flow-control.ts";
import { aeth, opcode, reth } from "./headers.ts";
import {
  appendVcrc,
  buildPacket,
  creditBlocks,
  judgeVcrc,
  parsePacket,
  payloadBytesOf,
  poison,
} from "./packet.ts";
import { readTag, taggedPacket } from "./tagged.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const unhex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

describe("packets", () => {
  it("builds the published local and global samples", () => {
    const fields = {
      lrh: { vl: 7, sl: 1, dlid: 0x375c, slid: 0x17d2 },
      bth: { opcode: opcode.rcWriteOnly, migrated: false, pkey: 0x2487, destQp: 0x87b1b3, psn: 0x0dec2a },
      extension: reth({ vaHigh: 0x01710a1c, vaLow: 0x015d4002, rkey: 0x38f27a05, dmaBytes: 14 }),
      payload: unhex("bb884d85fd5cfba4728bc0690ed4"),
    };
    const local =
      "7012375c000e17d20a2024870087b1b3000dec2a01710a1c015d400238f27a050000000ebb884d85fd5cfba4728bc0690ed40000";
    expect(hex(appendVcrc(buildPacket(fields)))).toBe(`${local}9625b75a45fa`);
    const global = buildPacket({ ...fields, grh: { sgid: new Uint8Array(16), dgid: new Uint8Array(16) } });
    expect(parsePacket(global)).toMatchObject({ lnh: 3, payloadBytes: 14, icrcGood: true, pktLen: 24 });
  });

  it("builds and parses the captured acknowledge", () => {
    const packet = buildPacket({
      lrh: { vl: 0, dlid: 4, slid: 1 },
      bth: { opcode: opcode.rcAcknowledge, destQp: 0x870408, psn: 0xd40a55 },
      extension: aeth({ syndrome: 0x1f, msn: 1 }),
    });
    expect(hex(appendVcrc(packet))).toBe("00020004000700011140ffff0087040800d40a551f000001a80355503081");
    expect(parsePacket(packet)).toMatchObject({
      dlid: 4,
      slid: 1,
      opcode: 0x11,
      psn: 0xd40a55,
      payloadBytes: 0,
    });
  });

  it("parses every packet of the vectors", () => {
    const file = new URL("../data/crc-vectors.json", import.meta.url);
    const { vectors } = JSON.parse(readFileSync(file, "utf8")) as {
      vectors: { crc: string; name: string; input: string }[];
    };
    for (const { input } of vectors.filter((v) => v.crc === "VCRC")) {
      const bytes = unhex(input);
      expect(parsePacket(bytes)).toMatchObject({ icrcGood: true, pktLen: bytes.length / 4 });
    }
  });

  it("tells good, poisoned and damaged frames apart", () => {
    const frame = appendVcrc(taggedPacket({ source: 1, vl: 2, index: 3 }, 128));
    expect(judgeVcrc(frame, frame.length)).toBe("good");
    poison(frame);
    expect(judgeVcrc(frame, frame.length)).toBe("complemented");
    frame[20] = frame[20]! ^ 1;
    expect(judgeVcrc(frame, frame.length)).toBe("bad");
  });

  it("tags packets of any size, and fills them with content of their own", () => {
    for (const [vl, bytes] of [
      [0, 24],
      [3, 28],
      [14, 4220],
      [15, 32],
      [15, 288],
    ] as const) {
      const tag = { source: 200, vl, index: 0x123456789 };
      const packet = taggedPacket(tag, bytes);
      expect(packet.length).toBe(bytes);
      expect(readTag(packet)).toEqual(tag);
      expect(parsePacket(packet)).toMatchObject({ vl, icrcGood: true, pktLen: bytes / 4 });
    }
    expect(payloadBytesOf(taggedPacket({ source: 1, vl: 0, index: 0 }, 4120))).toBe(4096);
    const one = taggedPacket({ source: 1, vl: 0, index: 1 }, 256);
    expect(hex(one.subarray(20, 252))).not.toBe(
      hex(taggedPacket({ source: 1, vl: 0, index: 2 }, 256).subarray(20, 252)),
    );
    expect(() => taggedPacket({ source: 1, vl: 0, index: 0 }, 26)).toThrow(RangeError);
  });

  it("builds and parses flow-control packets", () => {
    expect(hex(buildFlowControl({ op: 1, fctbs: 0, vl: 0, fccl: 0x400 }))).toBe("10000400babb");
    expect(hex(buildFlowControl({ op: 0, fctbs: 0xabc, vl: 3, fccl: 0x123 }))).toBe("0abc3123fb19");
    const bytes = buildFlowControl({ op: 0, fctbs: 5, vl: 9, fccl: 4095 });
    expect(parseFlowControl(bytes)).toEqual({ op: 0, fctbs: 5, vl: 9, fccl: 4095 });
    bytes[1] = 6;
    expect(parseFlowControl(bytes)).toBeNull();
    expect(parseFlowControl(buildFlowControl({ op: 2, fctbs: 5, vl: 9, fccl: 1 }))).toBeNull();
    expect(parseFlowControl(buildFlowControl({ op: 0, fctbs: 5, vl: 15, fccl: 1 }))).toBeNull();
  });

  it("counts credit blocks and gates on them", () => {
    expect(creditBlocks(4136, 64)).toBe(65);
    expect(creditBlocks(4220, 64)).toBe(66);
    expect(creditBlocks(62, 64)).toBe(1);
    expect(creditAllows(0, 0, 1)).toBe(false);
    expect(creditAllows(10, 4090, 16)).toBe(true);
    expect(creditAllows(10, 4090, 17)).toBe(false);
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crc8, crc16, crc32, crc32Residue, icrc, icrcRoceV2, lpcrc, vcrc, vcrcResidue } from "./crc.ts";

interface Vector {
  readonly name: string;
  readonly crc: string;
  readonly input: string;
  readonly expected: string;
  readonly registers?: readonly string[];
}

const file = new URL("../data/crc-vectors.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: Vector[] };

/** The CRC as bytes in the order sent, in hex. */
function sent(value: number | null, bytes: number): string {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE((value ?? 0) >>> 0);
  return buffer.subarray(0, bytes).toString("hex");
}

const engines: Record<string, (bytes: Uint8Array) => string> = {
  "CRC16-100B": (bytes) => sent(vcrc(bytes), 2),
  "CRC32-IEEE": (bytes) => sent(~crc32(bytes, 0, bytes.length), 4),
  VCRC: (bytes) => sent(vcrc(bytes), 2),
  LPCRC: (bytes) => sent(lpcrc(bytes), 2),
  ICRC: (bytes) => sent(icrc(bytes), 4),
  "ICRC-RoCEv2": (bytes) => sent(icrcRoceV2(bytes), 4),
  none: () => "",
};

describe("published and captured CRC vectors", () => {
  for (const { name, crc, input, expected } of vectors) {
    it(name, () => {
      expect(engines[crc]?.(Buffer.from(input, "hex"))).toBe(expected);
    });
  }

  it("traces the VCRC register byte by byte", () => {
    const traced = vectors.filter((vector) => vector.registers !== undefined);
    expect(traced.length).toBeGreaterThan(0);
    for (const { input, registers = [] } of traced) {
      const bytes = Buffer.from(input, "hex");
      registers.forEach((register, i) => {
        expect(crc16(bytes, 0, i + 1)).toBe(Number.parseInt(register, 16));
      });
    }
  });

  it("leaves the residues after a good CRC", () => {
    const bytes = Buffer.from(`${Buffer.from("123456789").toString("hex")}3d0a`, "hex");
    expect(crc16(bytes, 0, bytes.length)).toBe(vcrcResidue);
    const four = Buffer.from(`${Buffer.from("123456789").toString("hex")}2639f4cb`, "hex");
    expect(crc32(four, 0, four.length)).toBe(crc32Residue);
  });

  it("computes the CRC-8 of control sets", () => {
    expect(crc8(Buffer.from("123456789"), 0, 9)).toBe(0xfb);
  });

  it("gives the same for any split of the input", () => {
    const bytes = Uint8Array.from({ length: 61 }, (_, i) => (i * 73) & 255);
    for (let cut = 0; cut <= 61; cut++) {
      expect(crc16(bytes, cut, 61, crc16(bytes, 0, cut))).toBe(crc16(bytes, 0, 61));
      expect(crc32(bytes, cut, 61, crc32(bytes, 0, cut))).toBe(crc32(bytes, 0, 61));
    }
  });
});

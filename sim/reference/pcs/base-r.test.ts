import { describe, expect, it } from "vitest";
import { Rng } from "../../traffic/rng.ts";
import { BaseRTransmitter, markersOf, parityOf, readLanes } from "./base-r.ts";

/** Whole rows as they stand in the parameters of a hard MAC and in an open 40G implementation; parities are 0. */
const published: Readonly<Record<number, readonly string[]>> = {
  4: ["907647006F89B800", "F0C4E6000F3B1900", "C5659B003A9A6400", "A2793D005D86C200"],
  20: [
    ...["C16821003E97DE00", "9D718E00628E7100", "594BE800A6B41700", "4D957B00B26A8400", "F50709000AF8F600"],
    ...["DD14C20022EB3D00", "9A4A260065B5D900", "7B45660084BA9900", "A02476005FDB8900", "68C9FB0097360400"],
    ...["FD6C990002936600", "B9915500466EAA00", "5CB9B200A3464D00", "1AF8BD00E5074200", "83C7CA007C383500"],
    ...["3536CD00CAC93200", "C4314C003BCEB300", "ADD6B70052294800", "5F662A00A099D500", "C0F0E5003F0F1A00"],
  ],
};

describe("PCS without FEC", () => {
  it.each([4, 20])("has the published markers of %i lanes", (lanes) => {
    const rows = markersOf(lanes).map((row) => Buffer.from(row).toString("hex").toUpperCase());
    expect(rows).toEqual(published[lanes]);
  });

  it("takes the parity of octets bit by bit, and of the sync header in bits 3 and 4", () => {
    expect(parityOf(Uint8Array.of(0, 1, 2, 4, 8, 16, 32, 64, 128))).toBe(0xff);
    expect(parityOf(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0))).toBe(0x08);
    expect(parityOf(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0x41, 0))).toBe(0x51);
  });

  it.each([1, 4, 20])("reads what it sent, %i lanes", (lanes) => {
    const rng = new Rng(lanes);
    const sender = new BaseRTransmitter({ lanes, period: 16 }, 0x155n);
    const columns = Array.from({ length: 60 * lanes }, () => {
      const column = new Uint8Array(9);
      rng.fill(column);
      column[0] = 0;
      return column;
    });
    for (const column of columns) sender.send(column.subarray(1), 0);
    const swapped = sender.lanes.map((_, at, all) => all[(at + 1) % lanes]!.bits);
    const read = readLanes(swapped, { period: 16 });
    expect(read.parityErrors).toBe(0);
    expect(read.columns.slice(1)).toEqual(columns.slice(1, read.columns.length));
    expect(read.columns.length).toBeGreaterThan(55 * lanes);
  });
});

import type { PcsFormat } from "../../design/pcs.ts";

/** Bits of an alignment marker, of the fields that are compared, and where those stand (IEEE Std 802.3, 119.2.4.4). */
export const markerLayout = {
  bits: 120,
  /** CM0-2 and CM3-5, 24 bits each, with UP0 between; then UM0-2 and UM3-5, with UP2 between. */
  common: [0, 32],
  unique: [64, 96],
  halfBits: 24,
} as const;

/** Nibbles of the twelve of a field that may be wrong; the fields of two lanes differ in eight or more. */
export const nibblesWrong = 3;

/** CM0 ... CM5, the same in all lanes. */
const commonOctets = "9A4A2665B5D9";

/** UM0 ... UM5 of lanes 0 to 15, table 119-2. */
const uniqueOctets = [
  ...["0171F3FE8E0C", "5ADE7EA52181", "3EF356C10CA9", "8680D0797F2F"],
  ...["2A51F2D5AE0D", "124FD1EDB02E", "429CA1BD635E", "D6765B2989A4"],
  ...["E173751E8C8A", "71C43C8E3BC3", "95EBD86A1427", "226638DD99C7"],
  ...["A2F6955D096A", "3197C3CE683C", "CAFBA6350459", "A6BA79594586"],
];

/** Lane 0 of 200GBASE-R; its other lanes are as above. */
const uniqueOctets200 = "B3C08C4C3F73";

/** Octets as sent, low bit first, as a number whose bit 0 is the first bit sent. */
const fieldOf = (octets: string): bigint =>
  BigInt(`0x${Buffer.from(octets, "hex").reverse().toString("hex")}`);

/** 48 bits of the common marker, bit 0 first in time. */
export const commonField = fieldOf(commonOctets);

/** 48 bits by which a lane is known, of each PCS lane of a format; bit 0 first in time. */
export function uniqueFields({ pcsLanes }: PcsFormat): readonly bigint[] {
  const rows = pcsLanes === 8 ? [uniqueOctets200, ...uniqueOctets.slice(1, 8)] : uniqueOctets;
  return rows.map(fieldOf);
}

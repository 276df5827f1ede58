/** Alignment markers (IEEE Std 802.3 clause 119.2.4.4, table 119-2). */
import { copyBits, readBits, writeBits } from "./bits.ts";
import type { LaneFormat } from "./format.ts";
import type { Prbs9 } from "./prbs9.ts";
import { groupBits } from "./transcode.ts";

export const markerBits = 120;

/**
 * Octets in the order sent, each low bit first: CM0 CM1 CM2 UP0 CM3 CM4 CM5 UP1 UM0 UM1 UM2 UP2 UM3 UM4 UM5. Lane 0 of 200G
 * differs; its others are those of 400G.
 */
const rows400 = [
  "9A4A26B665B5D9D90171F326FE8E0C",
  "9A4A260465B5D9675ADE7E98A52181",
  "9A4A264665B5D9FE3EF35601C10CA9",
  "9A4A265A65B5D9848680D07B797F2F",
  "9A4A26E165B5D9192A51F2E6D5AE0D",
  "9A4A26F265B5D94E124FD1B1EDB02E",
  "9A4A263D65B5D9EE429CA111BD635E",
  "9A4A262265B5D932D6765BCD2989A4",
  "9A4A266065B5D99FE17375601E8C8A",
  "9A4A266B65B5D9A271C43C5D8E3BC3",
  "9A4A26FA65B5D90495EBD8FB6A1427",
  "9A4A266C65B5D9712266388EDD99C7",
  "9A4A261865B5D95BA2F695A45D096A",
  "9A4A261465B5D9CC3197C333CE683C",
  "9A4A26D065B5D9B1CAFBA64E350459",
  "9A4A26B465B5D956A6BA79A9594586",
];
const lane0of200 = "9A4A260565B5D9D6B3C08C294C3F73";

const octetsOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const markers400 = rows400.map(octetsOf);
const markers200 = [octetsOf(lane0of200), ...markers400.slice(1, 8)];

/** The marker of each PCS lane: 15 octets, which are its 120 bits packed. */
export function markersOf(format: LaneFormat): readonly Uint8Array[] {
  return format.pcsLanes === 16 ? markers400 : markers200;
}

/** Places of the common octets CM0 ... CM5; the others tell the lanes apart. */
export const commonOctets: readonly number[] = [0, 1, 2, 4, 5, 6];
export const uniqueOctets: readonly number[] = [3, 7, 8, 9, 10, 11, 12, 13, 14];

/**
 * The group of markers, `markerGroups` times 257 bits: symbols of the lanes' markers in the order in which the distribution
 * takes them apart again, the pad, the status.
 * @param status tx_am_sf, bit 0 sent first: bit 2 remote degraded, bit 1 local degraded
 */
export function markerGroup(format: LaneFormat, pad: Prbs9, status = 0): Uint8Array {
  const { pcsLanes } = format;
  const markers = markersOf(format);
  const bits = format.markerGroups * groupBits;
  const group = new Uint8Array((bits + 7) >> 3);
  let at = 0;
  for (let k = 0; k < markerBits / 10; k++) {
    for (let lane = 0; lane < pcsLanes; lane++, at += 10) {
      copyBits(markers[lane ^ (k & 1)]!, 10 * k, group, at, 10);
    }
  }
  for (; at < bits - 3; at++) writeBits(group, at, 1, pad.next());
  writeBits(group, at, 3, status);
  return group;
}

/** tx_am_sf of a group of markers. */
export function markerStatus(format: LaneFormat, group: Uint8Array, at = 0): number {
  return readBits(group, at + format.markerGroups * groupBits - 3, 3);
}

import type { PcsDesign, PcsFormat } from "../../design/pcs.ts";

/**
 * M0-2 of the markers of 100GBASE-R, PCS lane by PCS lane, M0 first on the wire (IEEE Std 802.3 table 82-2): as they stand in
 * a vendor's MAC and in two public drivers.
 */
const marks100 = [
  ...["c16821", "9d718e", "594be8", "4d957b", "f50709", "dd14c2", "9a4a26", "7b4566", "a02476", "68c9fb"],
  ...["fd6c99", "b99155", "5cb9b2", "1af8bd", "83c7ca", "3536cd", "c4314c", "add6b7", "5f662a", "c0f0e5"],
];

/**
 * M0-2 of the codeword markers of 25GBASE-R (clause 108): the first lane of 100GBASE-R, the others of 40GBASE-R; so in two
 * public drivers (Linux' fbnic, one of a 5G radio unit).
 */
const marks25 = ["c16821", "f0c4e6", "c5659b", "a2793d"];

/**
 * Octets in the places of the parity of those; from memory, no public source was found. No receiver looks at them when it
 * searches for the markers.
 */
const parity25 = [0x33, 0xcc] as const;

/** Pad of 25G, one bit at the end: the two drivers set it to 0 and to 1. Receivers leave it out. */
const pad25 = 0n;

/** Pad of 100G, five bits at the end, the first sent in bit 0, and the same inverted in turn; from memory. */
export const pad100 = { bits: 5, even: 0b00101, odd: 0b11010 } as const;

/** Octets as sent, low bit first, as a number whose bit 0 is the first bit sent. */
function numberOf(octets: readonly number[]): bigint {
  return octets.reduce((sum, octet, at) => sum | (BigInt(octet) << BigInt(8 * at)), 0n);
}

function octetsOf(text: string): number[] {
  return (text.match(/../gu) ?? []).map((octet) => Number.parseInt(octet, 16));
}

/** M0-2, bit 0 first in time. */
export function markBits(text: string): bigint {
  return numberOf(octetsOf(text));
}

/** M0-2 and M4-6, their complement: 48 bits, bit 0 first in time. */
function fieldOf(text: string): bigint {
  const octets = octetsOf(text);
  return numberOf([...octets, ...octets.map((octet) => octet ^ 0xff)]);
}

/** The only group of markers of 25G: 4 x 64 bits and the pad. */
export function markerGroup25(): bigint {
  const [first, second] = parity25;
  const markers = marks25.flatMap((text) => {
    const octets = octetsOf(text);
    return [...octets, first, ...octets.map((octet) => octet ^ 0xff), second];
  });
  return numberOf(markers) | (pad25 << 256n);
}

/**
 * M0-2 of the markers as they are sent at 100G, in the order of the PCS lanes that they stand for: the first four are all
 * that of PCS lane 0 (by which a FEC lane is found), and over four physical lanes the last four that of PCS lane 16. FEC lane l
 * carries the markers l, l + 4, ... l + 16. So in a proposal of the clause (the order) and in the control bits of public
 * drivers for a vendor's FEC (lane 16); that of lane 0 from memory.
 */
export function marksSent({ lanes }: PcsDesign): readonly string[] {
  return marks100.map((own, lane) => {
    if (lane < 4) return marks100[0] ?? own;
    return lane >= 16 && lanes.count === 4 ? (marks100[16] ?? own) : own;
  });
}

/** What all FEC lanes begin with: 48 bits. */
export const commonField91 = fieldOf(marks25[0] ?? "");

/** The 64 bits behind that, by which a FEC lane is known: those of PCS lane 4 + l, or the second marker of the one lane. */
export function uniqueFields91({ pcsLanes }: PcsFormat): readonly bigint[] {
  return (pcsLanes === 1 ? marks25.slice(1, 2) : marks100.slice(4, 8)).map(fieldOf);
}

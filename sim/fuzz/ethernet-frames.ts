/** Frames with RoCE v2 that are wrong in one of many ways: headers of Ethernet, VLAN, IPv4, IPv6, UDP and BTH, lengths, ends. */
import { withFcs } from "../nic/eth-rig.ts";
import { icrcRoceV2 } from "../reference/crc.ts";
import type { Rng } from "../traffic/rng.ts";

/** A frame without FCS, and where its headers are. */
interface Layout {
  readonly bytes: Uint8Array;
  readonly ip: number;
  readonly six: boolean;
  readonly udp: number;
}

function layoutOf(bytes: Uint8Array): Layout {
  const ip = bytes[12] === 0x81 && bytes[13] === 0 ? 18 : 14;
  const six = bytes[ip - 2] === 0x86;
  return { bytes, ip, six, udp: ip + (six ? 40 : 20) };
}

const put = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 255;
};
const get = (bytes: Uint8Array, at: number): number => bytes[at]! * 256 + bytes[at + 1]!;

/** Puts the checksum of an IPv4 header right. */
function checksum({ bytes, ip, six }: Layout): void {
  if (six) return;
  put(bytes, ip + 10, 0);
  let sum = 0;
  for (let at = 0; at < 4 * (bytes[ip]! & 15); at += 2) sum += get(bytes, ip + at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  put(bytes, ip + 10, sum ^ 0xffff);
}

/** Puts the ICRC at the end of the frame right. */
function icrc({ bytes, ip, udp }: Layout): void {
  const end = bytes.length - 4;
  if (end < udp + 20) return;
  const value = icrcRoceV2(bytes, ip, end);
  if (value !== null) new DataView(bytes.buffer, bytes.byteOffset).setUint32(end, value, true);
}

/** `extra` bytes put in at `at`. */
function widened({ bytes }: Layout, at: number, extra: Uint8Array): Uint8Array {
  const wide = new Uint8Array(bytes.length + extra.length);
  wide.set(bytes.subarray(0, at));
  wide.set(extra, at);
  wide.set(bytes.subarray(at), at + extra.length);
  return wide;
}

function random(rng: Rng, bytes: number): Uint8Array {
  const made = new Uint8Array(bytes);
  rng.fill(made);
  return made;
}

type Spoil = (rng: Rng, frame: Layout) => Uint8Array;

/** Changes a frame in its place; checksum and ICRC are put right afterwards, each of them most of the time. */
const inPlace =
  (change: (rng: Rng, frame: Layout) => void): Spoil =>
  (rng, frame) => {
    change(rng, frame);
    if (rng.chance(0.8)) checksum(frame);
    if (rng.chance(0.8)) icrc(frame);
    return frame.bytes;
  };

const flip = (rng: Rng, bytes: Uint8Array, from: number, to: number): void => {
  bytes[rng.range(from, to - 1)]! ^= 1 << rng.below(8);
};

/** Ways to spoil a frame, which leave it without FCS. Some of them leave it good. */
const spoils: Readonly<Record<string, Spoil>> = {
  none: (_rng, { bytes }) => bytes,
  bits: (rng, { bytes }) => {
    for (let left = rng.range(1, 3); left > 0; left -= 1) flip(rng, bytes, 0, Math.min(80, bytes.length));
    return bytes;
  },
  anyBit: (rng, { bytes }) => {
    flip(rng, bytes, 0, bytes.length);
    return bytes;
  },
  headerBits: inPlace((rng, { bytes, udp }) => flip(rng, bytes, 0, Math.min(udp + 20, bytes.length))),
  ipBits: inPlace((rng, { bytes, ip, udp }) => flip(rng, bytes, ip, udp)),
  udpBits: inPlace((rng, { bytes, udp }) => flip(rng, bytes, udp, udp + 8)),
  bthBits: inPlace((rng, { bytes, udp }) => flip(rng, bytes, udp + 8, Math.min(udp + 20, bytes.length))),
  truncated: (rng, { bytes }) => bytes.slice(0, rng.range(1, bytes.length)),
  longer: (rng, frame) => widened(frame, frame.bytes.length, random(rng, rng.range(1, 24))),
  mac: inPlace((rng, { bytes }) => {
    const group = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    bytes.set(rng.pick([group, [1, 0, 0x5e, 0, 0, 1], [0x33, 0x33, 0, 0, 0, 1], [...random(rng, 6)]]), 0);
  }),
  type: inPlace((rng, { bytes, ip }) => {
    put(bytes, ip - 2, rng.pick([0x0806, 0x88cc, 0x8915, 0x8100, 0x88a8, 0x05dc, 0x0801, rng.below(65536)]));
  }),
  /** The other version than that of the header. */
  version: inPlace((_rng, { bytes, ip, six }) => put(bytes, ip - 2, six ? 0x0800 : 0x86dd)),
  tag: (rng, frame) => widened(frame, 12, Uint8Array.of(0x81, 0, ...random(rng, 2))),
  twoTags: (rng, frame) => {
    const outer = rng.pick([0x81, 0x88]);
    return widened(frame, 12, Uint8Array.of(outer, outer === 0x81 ? 0 : 0xa8, 0, 1, 0x81, 0, 0, 2));
  },
  options: (rng, frame) => {
    if (frame.six) {
      // an extension header in front of UDP: hop by hop, or destination options
      const wide = widened(frame, frame.udp, Uint8Array.of(17, 0, 1, 4, 0, 0, 0, 0));
      wide[frame.ip + 6] = rng.pick([0, 43, 44, 60]);
      put(wide, frame.ip + 4, get(wide, frame.ip + 4) + 8);
      return wide;
    }
    const words = rng.range(1, 10);
    const wide = widened(frame, frame.ip + 20, new Uint8Array(4 * words).fill(1));
    wide[frame.ip] = 0x45 + words;
    put(wide, frame.ip + 2, get(wide, frame.ip + 2) + 4 * words);
    checksum({ ...frame, bytes: wide });
    return wide;
  },
  fragment: inPlace((rng, { bytes, ip, six }) => {
    if (six) bytes[ip + 6] = 44;
    else put(bytes, ip + 6, rng.pick([0x2000, 1, 0x1fff, 0x2001, 0x4000, 0, 0x8000, 0x6000]));
  }),
  protocol: inPlace((rng, { bytes, ip, six }) => {
    bytes[ip + (six ? 6 : 9)] = rng.pick([6, 1, 58, 0, 136, rng.below(256)]);
  }),
  checksum: (rng, { bytes, ip, udp }) => {
    flip(rng, bytes, ...(rng.chance(0.5) ? ([ip + 10, ip + 12] as const) : ([udp + 6, udp + 8] as const)));
    return bytes;
  },
  destination: inPlace((rng, { bytes, ip, six }) => {
    const at = ip + (six ? 24 : 16);
    const one = rng.chance(0.5);
    const address = six
      ? Uint8Array.of(0xff, 2, ...new Uint8Array(13), 1)
      : Uint8Array.of(255, 255, 255, 255);
    if (one) flip(rng, bytes, at, at + (six ? 16 : 4));
    else bytes.set(address, at);
  }),
  source: inPlace((rng, { bytes, ip, six }) => {
    const at = ip + (six ? 8 : 12);
    flip(rng, bytes, at, at + (six ? 16 : 4));
  }),
  port: inPlace((rng, { bytes, udp }) => {
    put(bytes, udp + 2, rng.pick([4790, 4792, 0, 4789, 0xb712, rng.below(65536)]));
  }),
  ipLength: inPlace((rng, { bytes, ip, six }) => {
    const at = ip + (six ? 4 : 2);
    const length = get(bytes, at) + rng.pick([-4, -1, 1, 2, 4, 40, -20]);
    put(bytes, at, rng.chance(0.6) ? length & 0xffff : rng.pick([0, 19, 20, 43, 65535, rng.below(65536)]));
  }),
  udpLength: inPlace((rng, { bytes, udp }) => {
    put(bytes, udp + 4, rng.pick([0, 7, 8, 65535, get(bytes, udp + 4) + rng.pick([-4, -1, 1, 4])]) & 0xffff);
  }),
  /** Both lengths alike, beyond the frame or within. */
  lengths: inPlace((rng, { bytes, ip, six, udp }) => {
    const more = rng.chance(0.5) ? 4 * rng.range(-12, 12) : rng.range(-9, 9);
    const at = ip + (six ? 4 : 2);
    put(bytes, at, (get(bytes, at) + more) & 0xffff);
    put(bytes, udp + 4, (get(bytes, udp + 4) + more) & 0xffff);
  }),
  icrc: (rng, { bytes }) => {
    flip(rng, bytes, bytes.length - 4, bytes.length);
    return bytes;
  },
  control: (rng, { bytes }) => {
    bytes.set([0x01, 0x80, 0xc2, 0, 0, 1]);
    // pauses are short, so that the port goes on
    put(bytes, 12, 0x8808);
    put(bytes, 14, rng.pick([0x0101, 0x0001, rng.below(65536)]));
    for (let at = 18; at < 34; at += 2) put(bytes, at, rng.below(4));
    return bytes;
  },
  rubbish: (rng) => random(rng, rng.range(1, 200)),
  ours: (rng, { bytes }) => {
    const made = random(rng, rng.range(14, 200));
    made.set(bytes.subarray(0, Math.min(made.length, rng.pick([6, 14, 34, 42, 54]))));
    return made;
  },
};

export const spoilNames = Object.keys(spoils);

/**
 * A frame of up to `most` bytes, FCS included, made of a good one without: spoilt in the way of `kind`, and now and then
 * with a wrong FCS, or shorter than 64 bytes, but for `ends` false.
 */
export function spoiled(rng: Rng, kind: string, frame: Uint8Array, most: number, ends = true): Uint8Array {
  const bytes = spoils[kind]!(rng, layoutOf(Uint8Array.from(frame)));
  const wrong = ends && rng.chance(0.03) ? 1 << rng.below(31) : 0;
  return withFcs(bytes.subarray(0, most - 4), { wrong, short: ends && rng.chance(0.1) });
}

/** Packets that are wrong somewhere, or nowhere: headers, addresses at edges, keys, lengths, rubbish. */

import type { RawPacket } from "../nic/core-rig.ts";
import { encodeFrame, type TransportPacket } from "../reference/rc/index.ts";
import { packetFrom } from "../reference/rc/rig.ts";
import type { Rng } from "../traffic/rng.ts";

/** LIDs of the adapter and of the peer that all of its queue pairs have. */
export const [ownLid, farLid] = [1, 2];
/** Queue pairs send and receive from this PSN on: it wraps soon. */
export const firstPsn = 0xfffffa;
/** Q_Key of UD queue pairs. */
export const datagramKey = 0x1234;

export interface Region {
  readonly key: number;
  readonly iova: bigint;
  readonly length: number;
  /** In host memory. */
  readonly address: bigint;
}

/** What an attacker knows of an adapter. */
export interface Target {
  readonly mtuBytes: number;
  readonly regions: Readonly<Record<string, Region>>;
  /** One that grants everything. */
  readonly open: Region;
  /** Queue pairs of reliable connections, and of UD. */
  readonly connected: readonly number[];
  readonly datagrams: readonly number[];
  /** PSN that a queue pair expects next. */
  readonly expected: ReadonlyMap<number, number>;
}

/** Behind the CRCs. */
const crcBytes = 6;
const headerBytes = 48;

/** LRH … pad, as the link port hands it over. */
export function bytesOf(packet: TransportPacket, lid = farLid): Uint8Array {
  const from = { frame: "infiniband" as const, lid };
  return encodeFrame(from, { dlid: ownLid }, packet).slice(0, -crcBytes);
}

/** An address where mistakes are made: edges of a region and of the 64-bit space. */
function addressNear(rng: Rng, { iova, length }: Region, bytes: number): bigint {
  const edge = rng.pick([iova, iova + BigInt(length), iova + BigInt(length), 0n, 1n << 64n]);
  const near = BigInt(rng.range(-2, 2)) - (rng.chance(0.7) ? BigInt(bytes) : 0n);
  return BigInt.asUintN(64, edge + (rng.chance(0.8) ? near : BigInt(rng.range(-600, 600))));
}

function datagram(rng: Rng, { mtuBytes, datagrams }: Target): TransportPacket {
  const bytes = rng.pick([0, 1, 4, 100, mtuBytes, mtuBytes + 1]);
  const random = packetFrom(rng, 0x64 + rng.below(2), bytes);
  return {
    ...random,
    destQp: rng.chance(0.97) ? rng.pick(datagrams) : rng.below(1 << 24),
    pkey: rng.chance(0.98) ? 0xffff : rng.below(1 << 16),
    deth: { qkey: rng.chance(0.8) ? datagramKey : rng.next(), sourceQp: rng.below(1 << 24) },
  };
}

/** A packet with good CRCs and headers that are wrong somewhere, or nowhere. */
function hostilePacket(rng: Rng, target: Target): TransportPacket {
  const { mtuBytes, regions, open, connected, datagrams, expected } = target;
  if (datagrams.length > 0 && rng.chance(0.15)) return datagram(rng, target);
  const qpn = rng.pick(connected);
  const sizes = [0, 1, 4, 8, mtuBytes - 1, mtuBytes, mtuBytes, mtuBytes + 1];
  const random = packetFrom(rng, rng.below(0x18), rng.pick(sizes));
  const region = rng.pick([open, open, ...Object.values(regions)]);
  const rkey = rng.chance(0.9)
    ? region.key
    : rng.chance(0.5)
      ? (region.key ^ (1 << rng.below(32))) >>> 0
      : rng.next();
  const length = rng.chance(0.8)
    ? random.payload.length
    : rng.pick([0, 300, 600, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1]);
  const answer = random.opcode >= 0x0d && random.opcode <= 0x12;
  const next = answer ? firstPsn + rng.below(3) : expected.get(qpn)!;
  const near = rng.chance(0.85) ? next : next + rng.range(-9, 9);
  const misled = rng.pick([0, 1, 16, 0x10 + qpn, rng.below(1 << 24), ...datagrams]);
  return {
    ...random,
    destQp: rng.chance(0.97) ? qpn : misled,
    pkey: rng.chance(0.98) ? 0xffff : rng.pick([0x7fff, 0, rng.below(1 << 16)]),
    psn: rng.chance(0.97) ? near & 0xffffff : rng.below(1 << 24),
    ...(random.aeth && rng.chance(0.7) && { aeth: { syndrome: 0x1f, msn: 1 } }),
    ...(random.reth && { reth: { va: addressNear(rng, region, length), rkey, length } }),
    ...(random.atomicEth && {
      atomicEth: {
        ...random.atomicEth,
        va: addressNear(rng, region, 8) & (rng.chance(0.8) ? ~7n : ~0n),
        rkey,
      },
    }),
    ...(random.ieth !== undefined && { ieth: rkey }),
  };
}

/** What comes from the wire. */
export function hostileBytes(rng: Rng, target: Target): RawPacket {
  const choice = rng.float();
  const good = bytesOf(hostilePacket(rng, target), rng.chance(0.98) ? farLid : farLid + 1);
  const error = rng.chance(0.02);
  if (choice < 0.75) return { bytes: good, error };
  if (choice < 0.9) {
    // Headers: LRH, BTH and what may follow them
    const most = Math.min(good.length, headerBytes);
    for (let i = rng.range(1, 3); i > 0; i--) good[rng.below(most)] = rng.below(256);
    return { bytes: good, error };
  }
  if (choice < 0.97) {
    const longer = new Uint8Array(good.length + 32);
    longer.set(good);
    return { bytes: longer.slice(0, rng.range(1, longer.length)), error };
  }
  const bytes = new Uint8Array(rng.range(1, target.mtuBytes + 100));
  rng.fill(bytes);
  return { bytes, error };
}

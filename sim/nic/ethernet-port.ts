/** Registers of an adapter's Ethernet port as its driver uses them, and rows of its table of addresses. */
import type { RegisterAccess } from "./adapter-registers.ts";
import { type AddressVector, VerbsError } from "./verbs.ts";

/** Offsets in the port's block, bytes; `doc/registers.md` of its output. */
export const ethernetAt = {
  id: 0x000,
  status: 0x008,
  macLow: 0x010,
  macHigh: 0x014,
  ipv4: 0x018,
  cnp: 0x01c,
  ipv6: 0x020,
  pause: 0x030,
  pauseLimits: 0x034,
  addressCommand: 0x040,
  addressHandles: 0x044,
  addressData: 0x060,
} as const;

/** "LWE1". */
export const ethernetPortId = 0x4c574531;

/** Who an Ethernet port is: MAC of 6 bytes, IPv4 of 4, IPv6 of 16. */
export interface EthernetIdentity {
  readonly mac: Uint8Array;
  readonly ipv4: Uint8Array;
  readonly ipv6: Uint8Array;
}

/** ::ffff:0:0/96, the GIDs of IPv4 addresses. */
const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

const isMapped = (gid: Uint8Array): boolean => mappedPrefix.every((byte, at) => gid[at] === byte);

const number = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/**
 * Row of a peer, 7 words of 32 bits. Bits 47:0 MAC; 48 IPv6; 49 packets carry ECT(0); 55:50 DSCP; 63:56 TTL or hop limit;
 * 191:64 IP address, one of IPv4 in the low bits; 211:192 flow label; 212 packets from any address are taken.
 */
export function addressRow(address: AddressVector, anySource = false): Uint32Array {
  const { mac, dgid, trafficClass = 0, hopLimit = 64, flowLabel = 0, vlan } = address;
  if (mac?.length !== 6 || dgid?.length !== 16)
    throw new VerbsError("EINVAL", "the address of a peer on Ethernet is a MAC address and a GID");
  if (vlan !== undefined) throw new VerbsError("EINVAL", "the adapter sends without a VLAN tag");
  const four = isMapped(dgid);
  const ip = number(four ? dgid.subarray(12) : dgid);
  const row =
    number(mac) |
    (BigInt(!four) << 48n) |
    (1n << 49n) |
    (BigInt(trafficClass >> 2) << 50n) |
    (BigInt(hopLimit) << 56n) |
    (ip << 64n) |
    (BigInt(flowLabel) << 192n) |
    (BigInt(anySource) << 212n);
  return Uint32Array.from({ length: 7 }, (_, at) => Number((row >> BigInt(32 * at)) & 0xffffffffn));
}

/** The port's block of registers, at byte address `base`. Every access that is not answered OKAY throws. */
export class EthernetPort {
  readonly #access: RegisterAccess;
  readonly #base: number;

  constructor(access: RegisterAccess, base = 0) {
    this.#access = access;
    this.#base = base;
    if (this.read(ethernetAt.id) !== ethernetPortId)
      throw new Error(`no Ethernet port at these registers: ID 0x${this.read(ethernetAt.id).toString(16)}`);
  }

  read(offset: number): number {
    const { value, response } = this.#access.read(this.#base + offset);
    if (response !== 0)
      throw new Error(`read of port register 0x${offset.toString(16)}: response ${response}`);
    return value >>> 0;
  }

  write(offset: number, value: number): void {
    const response = this.#access.write(this.#base + offset, value >>> 0);
    if (response !== 0)
      throw new Error(`write of port register 0x${offset.toString(16)}: response ${response}`);
  }

  setIdentity({ mac, ipv4, ipv6 }: EthernetIdentity): void {
    const word = (bytes: Uint8Array, at: number): number =>
      new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
    this.write(ethernetAt.macLow, word(mac, 2));
    this.write(ethernetAt.macHigh, mac[0]! * 256 + mac[1]!);
    this.write(ethernetAt.ipv4, word(ipv4, 0));
    for (let at = 0; at < 4; at += 1) this.write(ethernetAt.ipv6 + 4 * at, word(ipv6, 12 - 4 * at));
  }

  /** Address handles that it has. */
  handles(): number {
    return this.read(ethernetAt.addressHandles) & 0xffff;
  }

  /** Stores the address of the peer of a queue pair, or behind those of an address handle. */
  storeAddress(qpn: number, row: Uint32Array): void {
    for (const [at, value] of row.entries()) this.write(ethernetAt.addressData + 4 * at, value);
    this.write(ethernetAt.addressCommand, qpn);
  }
}

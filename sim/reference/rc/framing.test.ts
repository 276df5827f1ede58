import { describe, expect, it } from "vitest";
import type { AddressVector } from "../../nic/verbs.ts";
import { Rng } from "../../traffic/rng.ts";
import { icrcRoceV2 } from "../crc.ts";
import { sealIcrc, sealVcrc } from "../packet.ts";
import { decodeFrame, encodeFrame, type FrameDrop, type PortIdentity } from "./framing.ts";
import { mappedIpv4 } from "./framing-roce.ts";
import { opcodeShape } from "./opcodes.ts";
import { packetFrom } from "./rig.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const gid = (n: number) => Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, n);
const mac = (n: number) => Uint8Array.of(2, 0, 0, 0, 0, n);
const v4 = (n: number) => mappedIpv4(Uint8Array.of(192, 168, 0, n));

interface Link {
  readonly name: string;
  readonly from: PortIdentity;
  readonly at: PortIdentity;
  readonly to: AddressVector;
}

const links: Link[] = [
  {
    name: "local",
    from: { frame: "infiniband", lid: 1 },
    at: { frame: "infiniband", lid: 2 },
    to: { dlid: 2, sl: 3 },
  },
  {
    name: "global",
    from: { frame: "infiniband", lid: 1, gid: gid(1) },
    at: { frame: "infiniband", lid: 2, gid: gid(2) },
    to: { dlid: 2, dgid: gid(2), trafficClass: 5, flowLabel: 0x12345, hopLimit: 3 },
  },
  ...[v4, gid].flatMap((address, i): Link[] =>
    [undefined, 0x6005].map((vlan) => ({
      name: `${i ? "IPv6" : "IPv4"}${vlan === undefined ? "" : " with VLAN"}`,
      from: { frame: "ethernet", mac: mac(1), gids: [address(1)] },
      at: { frame: "ethernet", mac: mac(2), gids: [gid(9), address(2)] },
      to: { mac: mac(2), dgid: address(2), udpSourcePort: 0xd000, ...(vlan === undefined ? {} : { vlan }) },
    })),
  ),
];

describe("frames", () => {
  const opcodes = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 0x64, 0x65,
  ];
  for (const { name, from, at, to } of links)
    it(`come back as they were built: ${name}`, () => {
      const rng = new Rng(7);
      for (const opcode of opcodes)
        for (let bytes = 0; bytes < 6; bytes++) {
          const packet = packetFrom(rng, opcode, bytes);
          const decoded = decodeFrame(at, encodeFrame(from, to, packet, { ipId: 77, ecn: 2 }));
          if (typeof decoded === "string") throw new Error(`${opcode}: ${decoded}`);
          const { shape, ...rest } = decoded.packet;
          expect(shape).toBe(opcodeShape(opcode));
          expect(rest).toEqual(packet);
          expect(decoded.route.slid ?? decoded.route.sgid).toEqual(
            from.frame === "infiniband" ? 1 : from.gids[0],
          );
        }
    });

  for (const { name, from, at, to } of links)
    it(`of which one bit is wrong are dropped, if the bit is covered: ${name}`, () => {
      const good = encodeFrame(from, to, packetFrom(new Rng(1), 0x0a, 5));
      const taken: number[] = [];
      for (let bit = 0; bit < good.length * 8; bit++) {
        const bad = good.slice();
        bad[bit >> 3] = bad[bit >> 3]! ^ (1 << (bit & 7));
        if (typeof decodeFrame(at, bad) !== "string") taken.push(bit >> 3);
      }
      // Not covered: source MAC, VLAN tag; with IPv6 also traffic class, flow label, hop limit; reserved byte of the BTH.
      const vlan = name.includes("VLAN") ? [14, 15] : [];
      const ip = 14 + (vlan.length ? 4 : 0);
      const fields = name.startsWith("IPv6") ? [ip, ip + 1, ip + 2, ip + 3, ip + 7, ip + 52] : [ip + 32];
      const free = from.frame === "infiniband" ? [] : [6, 7, 8, 9, 10, 11, ...vlan, ...fields];
      expect([...new Set(taken)]).toEqual(free);
    });

  it("come out as published: RoCE v2 notification, native WRITE", () => {
    const cnp =
      "45c2003c718c4000401191610a0011010a001201000012b7002800008100ffff40000118000000000000000000000000000000000000000082fd002a";
    const ip = (a: number, b: number) => mappedIpv4(Uint8Array.of(10, 0, a, b));
    const frame = encodeFrame(
      { frame: "ethernet", mac: mac(1), gids: [ip(0x11, 1)] },
      { mac: mac(2), dgid: ip(0x12, 1), trafficClass: 0xc0, udpSourcePort: 0 },
      {
        ...packetFrom(new Rng(1), 0x81, 0),
        migrated: false,
        solicited: false,
        ackRequest: false,
        fecn: false,
        becn: true,
        destQp: 0x118,
        pkey: 0xffff,
        psn: 0,
        payload: new Uint8Array(16),
      },
      { ipId: 0x718c, ecn: 2 },
    );
    expect(hex(frame.subarray(14))).toBe(cnp);
    const write =
      "7012375c000e17d20a20248700 87b1b3000dec2a01710a1c015d400238f27a050000000ebb884d85fd5cfba4728bc0690ed4000096 25b75a45fa".replaceAll(
        " ",
        "",
      );
    const native = encodeFrame(
      { frame: "infiniband", lid: 0x17d2 },
      { dlid: 0x375c, sl: 1 },
      {
        opcode: 0x0a,
        solicited: false,
        migrated: false,
        pkey: 0x2487,
        fecn: false,
        becn: false,
        destQp: 0x87b1b3,
        ackRequest: false,
        psn: 0x0dec2a,
        reth: { va: 0x01710a1c015d4002n, rkey: 0x38f27a05, length: 14 },
        payload: Buffer.from("bb884d85fd5cfba4728bc0690ed4", "hex"),
      },
      { vl: 7 },
    );
    expect(hex(native)).toBe(write);
  });

  /** Frames that are wrong in one way, CRCs being right again. */
  const wrong: [string, string, FrameDrop, (frame: Uint8Array) => Uint8Array][] = [
    ["local", "too short", "runt", (frame) => frame.slice(0, 25)],
    ["local", "bad VCRC", "vcrc", (frame) => patch(frame, frame.length - 1, 1)],
    ["local", "LVer 1", "lver", (frame) => seal(patch(frame, 0, 1))],
    ["local", "PktLen off by one", "length", (frame) => seal(patch(frame, 5, 1))],
    ["local", "raw packet", "lnh", (frame) => seal(patch(frame, 1, 2))],
    ["local", "another DLID", "not-ours", (frame) => seal(patch(frame, 3, 1))],
    ["local", "bad ICRC", "icrc", (frame) => seal(patch(frame, frame.length - 3, 1))],
    ["local", "TVer 1", "tver", (frame) => seal(patch(frame, 9, 1), true)],
    ["local", "service UC", "opcode", (frame) => seal(patch(frame, 8, 0x20), true)],
    ["global", "IPVer 4", "ip-header", (frame) => seal(patch(frame, 8, 0x20))],
    ["global", "NxtHdr 0", "ip-header", (frame) => seal(patch(frame, 14, 0x1b))],
    ["global", "PayLen off", "length", (frame) => seal(patch(frame, 13, 4))],
    ["global", "another DGID", "not-ours", (frame) => seal(patch(frame, 47, 4))],
    ["IPv4", "ARP", "ethertype", (frame) => patch(frame, 13, 6)],
    ["IPv4", "another MAC", "not-ours", (frame) => patch(frame, 5, 6)],
    ["IPv4", "IP options", "ip-header", (frame) => patch(frame, 14, 3)],
    ["IPv4", "fragment", "ip-header", (frame) => patch(frame, 21, 1)],
    ["IPv4", "TCP", "ip-header", (frame) => patch(frame, 23, 0x17)],
    ["IPv4", "bad header checksum", "ip-header", (frame) => patch(frame, 24, 1)],
    ["IPv4", "another port", "udp", (frame) => patch(frame, 37, 1)],
    ["IPv4", "wrong UDP checksum", "udp", (frame) => patch(frame, 41, 1)],
    ["IPv4", "UDP length off", "length", (frame) => patch(frame, 39, 4)],
    ["IPv4", "IP length beyond the frame", "length", (frame) => frame.slice(0, -1)],
    ["IPv4", "bad ICRC", "icrc", (frame) => patch(frame, frame.length - 1, 1)],
    ["IPv6", "another address", "not-ours", (frame) => patch(frame, 53, 1)],
  ];
  for (const [link, what, reason, change] of wrong)
    it(`are dropped for "${reason}": ${what} (${link})`, () => {
      const { from, at, to } = links.find(({ name }) => name === link)!;
      expect(decodeFrame(at, change(encodeFrame(from, to, packetFrom(new Rng(1), 0x0a, 8))))).toBe(reason);
    });

  it("are taken with a right UDP checksum and with Ethernet's padding", () => {
    const { from, at, to } = links.find(({ name }) => name === "IPv4")!;
    const frame = encodeFrame(from, to, packetFrom(new Rng(1), 0x04, 0));
    const padded = new Uint8Array(60);
    padded.set(frame);
    expect(typeof decodeFrame(at, padded)).toBe("object");
    let sum = 17 + frame.length - 34;
    for (let i = 26; i < frame.length; i += 2) sum += (frame[i]! << 8) | frame[i + 1]!;
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    frame[40] = (sum ^ 0xffff) >> 8;
    frame[41] = (sum ^ 0xffff) & 255;
    expect(icrcRoceV2(frame, 14, frame.length - 4)).not.toBeNull();
    expect(typeof decodeFrame(at, frame)).toBe("object");
  });

  it("survive noise: no input makes the parser throw", () => {
    const rng = new Rng(99);
    for (let i = 0; i < 4000; i++) {
      const { from, at, to } = rng.pick(links);
      const frame = encodeFrame(from, to, packetFrom(rng, rng.below(256), rng.below(9)));
      const cut = frame.slice(0, rng.below(frame.length + 1));
      for (let j = rng.below(4); j > 0 && cut.length > 0; j--) cut[rng.below(cut.length)] = rng.below(256);
      if (at.frame === "infiniband" && cut.length > 30) seal(cut, true);
      decodeFrame(at, cut);
    }
  });
});

function patch(frame: Uint8Array, at: number, flip: number): Uint8Array {
  frame[at] = frame[at]! ^ flip;
  return frame;
}

/** Makes the VCRC right again, and the ICRC when asked. */
function seal(frame: Uint8Array, icrc = false): Uint8Array {
  if (icrc) sealIcrc(frame.subarray(0, frame.length - 2));
  sealVcrc(frame);
  return frame;
}

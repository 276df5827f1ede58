import { describe, expect, it } from "vitest";
import { decodeFrame, encodeFrame, type PortIdentity } from "../../sim/reference/rc/framing.ts";
import { mappedIpv4 } from "../../sim/reference/rc/framing-roce.ts";
import type { TransportPacket } from "../../sim/reference/rc/packet.ts";
import { Rng } from "../../sim/traffic/rng.ts";
import { type Counts, EthBench, type Own, openEthPort, type PeerAddress } from "./eth-bench.ts";
import { pauseFrame, type Row, rowsOf, withFcs } from "./eth-wire.ts";
import { benchNic } from "./nic-bench.ts";
import { clientBytes, datagramOpcodes, randomSample, type Sample, usedOpcodes } from "./packets.ts";
import { randomBytes } from "./records.ts";

const widths = (process.env.LANEWRIGHT_WIDTHS ?? "256").split(",").map(Number);
const long = process.env.LANEWRIGHT_LONG !== undefined;
/** Without UD, and with it, when the headers of IP are kept further. */
const ports = widths.flatMap((bits) =>
  (long ? (["none", "ud"] as const) : (["none"] as const)).map((datagrams) => [bits, datagrams] as const),
);
const mtuBytes = 256;
const queuePairs = 16;

const own: Own = {
  mac: Uint8Array.of(2, 0x11, 0x22, 0x33, 0x44, 0x55),
  ipv4: Uint8Array.of(10, 1, 2, 3),
  ipv6: Uint8Array.of(0xfd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14),
};
const identity = ({ mac, ipv4, ipv6 }: Own): PortIdentity => {
  return { frame: "ethernet", mac, gids: [mappedIpv4(ipv4), ipv6] };
};

interface Peer extends PeerAddress {
  readonly dscp: number;
  readonly ect: boolean;
  readonly hops: number;
  readonly flow: number;
}

/** Peers of the queue pairs and of some address handles, every other one by IPv6. */
function makePeers(rng: Rng, handles: number): Peer[] {
  return Array.from({ length: queuePairs + handles }, (_, at) => ({
    mac: Uint8Array.of(6, ...randomBytes(rng, 5)),
    ip: randomBytes(rng, at % 2 === 0 ? 4 : 16),
    ...{ dscp: rng.below(64), ect: rng.chance(0.5), hops: rng.range(1, 255), flow: rng.below(1 << 20) },
  }));
}

const dgidOf = ({ ip }: PeerAddress): Uint8Array => (ip.length === 4 ? mappedIpv4(ip) : ip);
const identityOf = (peer: Peer): PortIdentity => ({ frame: "ethernet", mac: peer.mac, gids: [dgidOf(peer)] });

/** A packet that queue pair `qpn` sends; the LRH says whose row it takes. */
function outgoing(rng: Rng, qpn: number, opcode: number, bytes: number): Sample {
  const sample = randomSample(rng, opcode, bytes);
  return { ...sample, packet: { ...sample.packet, fecn: false }, lrh: { ...sample.lrh, dlid: qpn } };
}

/** The frame that the reference makes of it, without padding and FCS. */
function frameOf(qpn: number, peer: Peer, packet: TransportPacket): Uint8Array {
  const { mac, dscp, hops, flow, ect } = peer;
  const to = { mac, dgid: dgidOf(peer), trafficClass: dscp << 2, hopLimit: hops, flowLabel: flow };
  return encodeFrame(identity(own), { ...to, udpSourcePort: 0xc000 + qpn }, packet, { ecn: ect ? 2 : 0 });
}

/** LRH to pad as the deframer gives it. */
function incoming(packet: TransportPacket): Uint8Array {
  const lrh = { vl: 0, sl: 0, dlid: 0, slid: packet.destQp & 0xffff };
  return clientBytes({ lrh, packet });
}

/** What goes in front of the payload of a datagram: an LRH, 40 bytes. */
function inFront(frame: Uint8Array): Uint8Array {
  const taken = decodeFrame(identity(own), frame);
  if (typeof taken === "string") throw new Error(taken);
  return Uint8Array.of(0, 3, 0, 0, 0, 0, 0, 0, ...taken.route.grh);
}

async function setUp(bits: number, seed: number, datagrams: "none" | "ud" = "none", options = {}) {
  const rng = new Rng(seed);
  const design = benchNic({
    bits: bits as 256,
    mtuBytes,
    queuePairs,
    clockMHz: 402.83,
    frame: "ethernet",
    datagrams,
  });
  const model = await openEthPort(design);
  const bench = new EthBench(model, rng.fork("bench"), options);
  const peers = makePeers(rng.fork("peers"), datagrams === "ud" ? 8 : 0);
  bench.own(own);
  for (const [qpn, peer] of peers.entries()) bench.peer(qpn, peer);
  const opcodes = datagrams === "ud" ? [...usedOpcodes, ...datagramOpcodes, ...datagramOpcodes] : usedOpcodes;
  return { rng, bench, peers, model, opcodes };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function differences(before: Counts, after: Counts): Record<string, number> {
  const names = Object.keys(after) as (keyof Counts)[];
  return Object.fromEntries(
    names.map((name) => [name, after[name] - before[name]] as const).filter(([, value]) => value !== 0),
  );
}

describe.each(ports)("Ethernet port of %i bits, datagrams %s", (bits, datagrams) => {
  it("sends what the reference makes of the packets, byte for byte", { timeout: 600_000 }, async () => {
    const { rng, bench, peers, model, opcodes } = await setUp(bits, 11, datagrams, { gaps: 0.1 });
    const due: Uint8Array[] = [];
    // An ACK whose header has words that add up to 1ffff or the like: the checksum carries twice
    const ack = outgoing(rng, 0, 0x11, 0);
    const words = [0x4500, 48, 0x4000, 0xff11, 0x0a01, 0x0203, 0x0a01].reduce((sum, word) => sum + word, 0);
    const low = 0xffff - (words & 0xffff);
    const carry = { ip: Uint8Array.of(10, 1, low >> 8, low & 255), dscp: 0, ect: false, hops: 255 };
    peers[0] = { ...peers[0]!, ...carry };
    bench.peer(0, peers[0]);
    bench.source.push({ bytes: clientBytes(ack), vl: 0 });
    due.push(frameOf(0, peers[0], ack.packet));
    for (const opcode of [...opcodes, ...opcodes, ...opcodes]) {
      const qpn = datagramOpcodes.includes(opcode)
        ? rng.range(queuePairs, peers.length - 1)
        : rng.below(queuePairs);
      const bytes = [0, rng.below(80), mtuBytes][rng.below(3)]!;
      const sample = outgoing(rng, qpn, opcode, bytes);
      const error = rng.chance(0.05);
      bench.source.push({ bytes: clientBytes(sample), vl: 0, error });
      if (!error) due.push(frameOf(qpn, peers[qpn]!, sample.packet));
    }
    for (const rate of [0.7, 1]) {
      bench.txRate = rate;
      for (let left = 1500; left > 0 && bench.ear.frames.length < due.length; left -= 1) bench.step();
    }
    bench.run(50);
    expect(bench.ear.frames.length).toBe(due.length);
    for (const [at, { bytes, fcsGood }] of bench.ear.frames.entries()) {
      expect(fcsGood, `FCS of frame ${at}`).toBe(true);
      const frame = due[at]!;
      // What is too short gets a whole word of padding, 2 bytes more than it needs
      const padding = frame.length < 60 ? "00000000" : "";
      expect(text(bytes), `frame ${at}`).toBe(text(frame) + padding);
    }
    const gaps = bench.ear.frames.slice(1).map(({ gap }) => gap);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(9);
    let deficit = 0;
    for (const gap of gaps) {
      deficit = Math.max(0, deficit + 12 - gap);
      expect(deficit).toBeLessThanOrEqual(7);
    }
    expect(bench.counts()).toMatchObject({ tx_frame: due.length, rx_frame: 0, fcs: 0 });
    model.close();
  });

  it("takes frames of the reference, with and without a tag", { timeout: 600_000 }, async () => {
    const { rng, bench, peers, model, opcodes } = await setUp(bits, 12, datagrams, { stalls: 0.1 });
    const due: Uint8Array[] = [];
    const frames: Uint8Array[] = [];
    let marked = 0;
    let taken = 0;
    for (const opcode of [...opcodes, ...opcodes, ...opcodes]) {
      const qpn = rng.below(queuePairs);
      // a datagram may be from anybody
      const peer = datagramOpcodes.includes(opcode) ? rng.pick(peers) : peers[qpn]!;
      const six = peer.ip.length === 16;
      const { packet } = randomSample(rng, opcode, [0, rng.below(80), mtuBytes][rng.below(3)]!);
      const ecn = rng.below(4);
      const sent = { ...packet, destQp: qpn, fecn: false };
      const to = {
        ...{ mac: own.mac, dgid: six ? own.ipv6 : mappedIpv4(own.ipv4), trafficClass: rng.below(64) << 2 },
        ...{ hopLimit: rng.below(256), flowLabel: rng.below(1 << 20), udpSourcePort: rng.below(65536) },
        ...(rng.chance(0.4) && { vlan: rng.below(4096) }),
      };
      frames.push(withFcs(encodeFrame(identityOf(peer), to, sent, { ecn, ipId: rng.below(65536) })));
      taken += 1;
      if (datagramOpcodes.includes(opcode)) {
        due.push(inFront(frames.at(-1)!.slice(0, -4)), incoming({ ...sent, becn: false }));
      } else due.push(incoming({ ...sent, fecn: ecn === 3 }));
      marked += Number(ecn === 3);
    }
    bench.rxRate = 0.9;
    bench.rows.push(...rowsOf(frames, bench.rowBytes, () => rng.range(bits === 1024 ? 14 : 1, 20)));
    while (bench.rows.length > 0) bench.step();
    bench.run(100);
    expect(bench.counts()).toMatchObject({ rx_frame: taken, marked, fcs: 0, overflow: 0 });
    expect(bench.received.map(text)).toEqual(due.map(text));
    model.close();
  });

  it("drops what is not for it, by reason, and goes on", { timeout: 600_000 }, async () => {
    const { rng, bench, peers, model } = await setUp(bits, 13, datagrams);
    /** A frame to queue pair `qpn` whose parts can be spoilt. */
    const make = (
      qpn: number,
      vlan?: number,
    ): { frame: Uint8Array; ip: number; udp: number; packet: TransportPacket } => {
      const peer = peers[qpn]!;
      const six = peer.ip.length === 16;
      const { packet } = randomSample(rng, 4, rng.below(120));
      const sent = { ...packet, destQp: qpn, fecn: false };
      const to = {
        mac: own.mac,
        dgid: six ? own.ipv6 : mappedIpv4(own.ipv4),
        ...(vlan !== undefined && { vlan }),
      };
      const ip = vlan === undefined ? 14 : 18;
      return { frame: encodeFrame(identityOf(peer), to, sent), ip, udp: ip + (six ? 40 : 20), packet: sent };
    };
    type Made = ReturnType<typeof make>;
    const xor = (at: (made: Made) => number, bits_: number) => (made: Made) => {
      const frame = made.frame.slice();
      frame[at(made)]! ^= bits_;
      return frame;
    };
    /** Changes a 16-bit field of an IPv4 header and puts its checksum right. */
    const ipv4 = (at: number, value: number) => (made: Made) => {
      const frame = made.frame.slice();
      const view = new DataView(frame.buffer);
      view.setUint16(made.ip + at, value);
      view.setUint16(made.ip + 10, 0);
      let sum = 0;
      for (let k = 0; k < 20; k += 2) sum += view.getUint16(made.ip + k);
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
      view.setUint16(made.ip + 10, sum ^ 0xffff);
      return frame;
    };
    type Case = readonly [reason: keyof Counts, qpn: number, spoil: (made: Made) => Uint8Array];
    const cases: readonly Case[] = [
      ["mac", 2, xor(() => 0, 0x04)],
      ["mac", 3, xor(() => 5, 0x01)],
      ["type", 2, xor(() => 13, 0x06)],
      ["type", 3, xor(() => 12, 0x40)],
      ["ip", 2, xor(({ ip }) => ip + 10, 0x01)], // checksum
      ["ip", 2, ipv4(0, 0x4600)], // options
      ["ip", 2, ipv4(6, 0x2000)], // more fragments
      ["ip", 2, ipv4(6, 0x0001)], // offset
      ["ip", 2, ipv4(8, 0x4006)], // TCP
      ["ip", 3, xor(({ ip }) => ip + 6, 0x01)],
      ["ip", 3, xor(({ ip }) => ip, 0x10)],
      ["address", 2, ipv4(18, 0x0205)],
      ["address", 3, xor(({ ip }) => ip + 39, 0x80)],
      ["udp", 2, xor(({ udp }) => udp + 3, 0x02)],
      ["udp", 3, xor(({ udp }) => udp + 2, 0x80)],
      ["length", 2, xor(({ udp }) => udp + 5, 0x04)],
      ["length", 2, ({ frame }) => frame.slice(0, 60)],
      ["length", 3, xor(({ ip }) => ip + 5, 0x01)],
      ["icrc", 2, xor(({ udp }) => udp + 9, 0x80)],
      ["icrc", 3, xor(({ frame }) => frame.length - 1, 0x10)],
      ["icrc", 3, xor(({ ip }) => ip + 8, 0x10)], // source address: covered by the ICRC
    ];
    const before = bench.counts();
    const due: Uint8Array[] = [];
    const frames: Uint8Array[] = [];
    const expected: Partial<Record<keyof Counts, number>> = {};
    const count = (name: keyof Counts): void => {
      expected[name] = (expected[name] ?? 0) + 1;
    };
    const good = (): void => {
      const made = make(rng.below(queuePairs));
      frames.push(withFcs(made.frame));
      due.push(incoming(made.packet));
      count("rx_frame");
    };
    for (let round = 0; round < 3; round += 1)
      for (const [reason, qpn, spoil] of cases) {
        const made = make(qpn, rng.chance(0.3) ? 5 : undefined);
        // what ends a frame early must not be a whole one by chance
        if (reason === "length" && qpn === 2 && made.frame.length < 72) continue;
        frames.push(withFcs(spoil(made)));
        count(reason);
        if (rng.chance(0.5)) good();
        if (rng.chance(0.2)) {
          frames.push(withFcs(make(rng.below(queuePairs)).frame, 1 << rng.below(31)));
          count("fcs");
        }
      }
    // from the address of another queue pair's peer, with a right ICRC
    for (const [qpn, other] of [
      [2, 4],
      [3, 5],
      [2, 3],
    ] as const) {
      const peer = peers[other]!;
      const dgid = peer.ip.length === 16 ? own.ipv6 : mappedIpv4(own.ipv4);
      const packet = { ...randomSample(rng, 4, 20).packet, destQp: qpn };
      frames.push(withFcs(encodeFrame(identityOf(peer), { mac: own.mac, dgid }, packet)));
      count("source");
    }
    // a queue pair that there is not is told further on
    const far = { ...randomSample(rng, 4, 20).packet, destQp: 0x12345, fecn: false };
    frames.push(
      withFcs(encodeFrame(identityOf(peers[2]!), { mac: own.mac, dgid: mappedIpv4(own.ipv4) }, far)),
    );
    due.push(incoming(far));
    count("rx_frame");
    // behind a frame that other protocols may send, with any number of bytes
    for (let bytes = 60; bytes < 130; bytes += 1) {
      const frame = randomBytes(rng, bytes);
      frame.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
      frames.push(withFcs(frame));
      count("mac");
    }
    good();
    bench.rows.push(...rowsOf(frames, bench.rowBytes, () => rng.range(bits === 1024 ? 14 : 1, 6)));
    while (bench.rows.length > 0) bench.step();
    bench.run(100);
    expect(differences(before, bench.counts())).toEqual(expected);
    expect(bench.received.map(text)).toEqual(due.map(text));
    for (const bytes of bench.ear.frames) expect(decodeFrame(identity(own), bytes.bytes)).toBe("never");
    model.close();
  });
});

describe.skipIf(process.env.LANEWRIGHT_LONG === undefined)("a row of the MII of 1024 bits", () => {
  const frameTo = (rng: Rng, peers: readonly Peer[], bytes: number) => {
    const qpn = 2 * rng.below(queuePairs / 2);
    const packet = { ...randomSample(rng, 4, bytes).packet, destQp: qpn, fecn: false };
    const to = { mac: own.mac, dgid: mappedIpv4(own.ipv4) };
    return { packet, frame: withFcs(encodeFrame(identityOf(peers[qpn]!), to, packet)) };
  };
  const pause = (quanta: number) => withFcs(pauseFrame(1, new Array<number>(8).fill(quanta)));
  /** Rows in which a second frame starts. */
  const seconds = (rows: readonly Row[]): number =>
    rows.filter(({ data, control }) => {
      const columns = Array.from({ length: data.length / 8 }, (_, at) => at);
      return columns.filter((at) => control[at] === 1 && data[8 * at] === 0xfb).length > 1;
    }).length;

  it("takes both of two frames that start in it", { timeout: 600_000 }, async () => {
    const { rng, bench, peers, model } = await setUp(1024, 14);
    const due: Uint8Array[] = [];
    let [pauses, parted] = [0, 0];
    // Some frames one behind the other, then as many rows without any: of pauses the last one stands
    for (let burst = 0; burst < 100; burst += 1) {
      const frames: Uint8Array[] = [];
      for (let n = rng.range(2, 24); n > 0; n -= 1) {
        const { packet, frame } = frameTo(
          rng,
          peers,
          rng.chance(0.8) ? rng.below(5) : rng.below(mtuBytes + 1),
        );
        const own = rng.chance(0.2);
        if (own) pauses += 1;
        else due.push(incoming(packet));
        frames.push(own ? pause(rng.below(3)) : frame);
      }
      const rows = rowsOf(frames, bench.rowBytes, () => (rng.chance(0.8) ? 1 : rng.range(1, 16)));
      parted += seconds(rows);
      bench.rows.push(...rows);
      while (bench.rows.length > 0) bench.step();
      bench.run(40);
    }
    expect(parted).toBeGreaterThan(200);
    expect(bench.counts()).toMatchObject({
      ...{ start: 0, rx_frame: due.length, fcs: 0, symbol_error: 0, cut: 0, pause_received: pauses },
    });
    expect(bench.received.map(text)).toEqual(due.map(text));
    model.close();
  });

  it("loses no pause among more frames than it has cycles for", { timeout: 600_000 }, async () => {
    const { rng, bench, peers, model } = await setUp(1024, 15);
    const frames: Uint8Array[] = [];
    const due: string[] = [];
    let pauses = 0;
    for (let n = 0; n < 3000; n += 1) {
      const { packet, frame } = frameTo(rng, peers, rng.below(5));
      const paused = n % 16 === 3;
      if (paused) pauses += 1;
      else due.push(text(incoming(packet)));
      frames.push(paused ? pause(1) : frame);
    }
    bench.rows.push(...rowsOf(frames, bench.rowBytes, () => 1));
    while (bench.rows.length > 0) bench.step();
    bench.run(100);
    const { start, rx_frame: taken, pause_received: obeyed, fcs, cut } = bench.counts();
    expect(start).toBeGreaterThan(500);
    expect([obeyed, start + taken, fcs, cut]).toEqual([pauses, due.length, 0, 0]);
    const all = new Set(due);
    expect(bench.received.every((bytes) => all.has(text(bytes)))).toBe(true);
    model.close();
  });
});

/** A whole adapter with Ethernet frames and the reference model of one: the same verbs on both, the same frames into both. */
import { expect } from "vitest";
import type { NicDesign } from "../../generator/design/nic.ts";
import type { Model } from "../../sim/driver/model.ts";
import { EthRig, transportOf, withFcs, withTransport } from "../../sim/nic/eth-rig.ts";
import type { EthernetIdentity } from "../../sim/nic/ethernet-port.ts";
import {
  type AddressVector,
  access,
  type ScatterGather,
  type SendRequest,
  type WorkCompletion,
  wcStatus,
} from "../../sim/nic/verbs.ts";
import { dcqcnDefaults } from "../../sim/reference/rc/dcqcn.ts";
import { mappedIpv4 } from "../../sim/reference/rc/framing-roce.ts";
import { encodeFrame, ReferenceNic, type TransportPacket } from "../../sim/reference/rc/index.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { pauseFrame } from "./eth-wire.ts";
import { randomBytes } from "./records.ts";

const own: EthernetIdentity = {
  mac: Uint8Array.of(2, 0, 0x4c, 0x57, 0, 1),
  ipv4: Uint8Array.of(10, 0, 0, 1),
  ipv6: Uint8Array.of(0xfd, 0, 0x4c, 0x57, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
};
const gids = [mappedIpv4(own.ipv4), own.ipv6] as const;
const pathMtu = 256;
const base = 0x10_0000n;
const area = 0x4000;
/** Q_Key of QP1. */
const general = 0x8001_0000;
const connectionPsn = 0xfffff0;
/** The one whose priority has a lane of its own. */
export const pausedPeer = 3;

/** Counters of the adapter by the model's reasons; several reasons may share some. */
const reasons: readonly (readonly [models: readonly string[], counters: readonly string[]])[] = [
  // what is no datagram has to come from the peer of its queue pair: the port drops it before all else
  [
    ["qp-type", "no-qp", "tver", "length", "opcode"],
    ["DROP_SOURCE", "DROP_QP_TYPE", "DROP_NO_QP", "DROP_MALFORMED", "DROP_UNSUPPORTED"],
  ],
  [["qp-state"], ["DROP_QP_STATE"]],
  [["pkey"], ["DROP_PKEY"]],
  [["qkey"], ["DROP_QKEY"]],
  [["ud-no-receive"], ["DROP_NO_RECEIVE"]],
  [["ud-length"], ["DROP_TOO_LONG"]],
  [["ud-protection"], ["DROP_PROTECTION"]],
  [["vl15"], ["DROP_MANAGEMENT"]],
];

/** Completions of a queue pair, those of sending first. */
export const sortedCompletions = (list: readonly WorkCompletion[]): WorkCompletion[] =>
  [...list].sort((a, b) => a.qpn - b.qpn || Number(a.opcode === "recv") - Number(b.opcode === "recv"));

interface Peer {
  readonly mac: Uint8Array;
  readonly gid: Uint8Array;
  readonly six: boolean;
}

export class EthTwins {
  readonly rig: EthRig;
  readonly model: ReferenceNic;
  readonly rigCq: number;
  /** What the adapter sent, as far as it was looked at. */
  readonly allFrames: Uint8Array[] = [];
  /** QP1, one of its own, one with a shared receive queue. */
  readonly datagrams: readonly number[];
  readonly #modelCq: number;
  readonly #srqs: readonly [rig: number, model: number];
  readonly #connection: number;
  readonly #rng: Rng;
  readonly #pd: number;
  readonly #keys: readonly [open: number, foreign: number];
  readonly #peers: readonly Peer[];
  readonly #posted = new Map<string, number>();
  #wrId = 0;
  #psn = connectionPsn;
  #handle: number | null = null;

  constructor(design: NicDesign, dut: Model, rng: Rng) {
    this.#rng = rng;
    this.rig = new EthRig(design, dut, rng.fork("rig"), {
      ...{ own, peer: { mac: own.mac, dgid: gids[0] } },
      vlOf: (sl) => Number(sl === pausedPeer),
    });
    const { rig } = this;
    this.model = new ReferenceNic(
      { frame: "ethernet", mac: own.mac, gids },
      { firstQpn: 2, congestion: dcqcnDefaults },
    );
    const write = rig.host.write.bind(rig.host);
    (rig.host as { write: typeof write }).write = (address, bytes) => {
      const wqe = Uint8Array.from(bytes);
      if (this.#handle !== null && bytes.length === design.derived.wqeBytes.value) {
        new DataView(wqe.buffer).setUint16(16, this.#handle, true);
        this.#handle = null;
      }
      write(address, wqe);
    };
    const make = (nic: Pick<ReferenceNic, "allocPd" | "regMr">) => {
      const [pd, other] = [nic.allocPd(), nic.allocPd()];
      const region = (at: number, domain: number): number =>
        nic.regMr({ pd: domain, address: base + BigInt(at), length: area, access: access.localWrite }).lkey;
      return { pd, keys: [region(0, pd), region(2 * area, other)] as const };
    };
    ({ pd: this.#pd, keys: this.#keys } = make(this.model));
    make(rig.driver);
    const contents = randomBytes(rng, 4 * area);
    rig.host.write(base, contents);
    this.model.memory.write(base, contents);
    const span = { from: base, to: base + BigInt(area) };
    rig.writable.push(span);
    rig.readable.push(span);
    const srq = { pd: this.#pd, maxRecv: 8 };
    this.#srqs = [rig.driver.createSrq(srq), this.model.createSrq(srq)];
    [this.rigCq, this.#modelCq] = [rig.driver.createCq(256), this.model.createCq(256)];
    this.#peers = Array.from({ length: 6 }, (_, at) => ({
      mac: Uint8Array.of(6, ...randomBytes(rng, 5)),
      gid: at % 2 === 0 ? mappedIpv4(randomBytes(rng, 4)) : Uint8Array.of(0xfd, ...randomBytes(rng, 15)),
      six: at % 2 === 1,
    }));
    for (const at of this.#peers.keys()) {
      const [ah, other] = [0, 1].map((side) => {
        const request = { pd: this.#pd, address: this.#address(at, 0xc000 + design.queuePairs + at) };
        return side === 0 ? rig.driver.createAh(request) : this.model.createAh(request);
      });
      expect([ah, other]).toEqual([at, at + 1]);
    }
    this.datagrams = [true, false, false].map((management, at) => this.#create("ud", management, at === 2));
    this.#connection = this.#create("rc", false, false);
    for (const qpn of this.datagrams) this.restart(qpn);
    this.#connect();
  }

  #address(peer: number, udpSourcePort: number): AddressVector {
    const { mac, gid } = this.#peers[peer]!;
    return {
      ...{ mac, dgid: gid, sl: peer, trafficClass: ((7 * peer) & 63) << 2, hopLimit: 9 + peer },
      ...{ flowLabel: 0x1234 * peer, udpSourcePort },
    };
  }

  #create(type: "ud" | "rc", management: boolean, shared: boolean): number {
    const request = { type, pd: this.#pd, maxSend: 16, maxRecv: 16, maxInline: 32, management };
    const make = (nic: Pick<ReferenceNic, "createQp">, cq: number, srq: number): number =>
      nic.createQp({ ...request, sendCq: cq, recvCq: cq, ...(shared ? { srq } : {}) });
    const qpn = make(this.rig.driver, this.rigCq, this.#srqs[0]);
    expect(make(this.model, this.#modelCq, this.#srqs[1])).toBe(qpn);
    return qpn;
  }

  #qkey(qpn: number): number {
    return qpn === 1 ? general : 0x1000 + qpn;
  }

  #pkey(qpn: number): number {
    return 0x8001 + (qpn % 2);
  }

  /** From RESET to RTS on both sides. */
  restart(qpn: number): void {
    for (const nic of [this.rig.driver, this.model]) {
      nic.modifyQp(qpn, { state: "RESET" });
      nic.modifyQp(qpn, { state: "INIT", pkey: this.#pkey(qpn), qkey: this.#qkey(qpn) });
      nic.modifyQp(qpn, { state: "RTR", pathMtu });
      nic.modifyQp(qpn, { state: "RTS", sqPsn: 0xffffff - qpn });
    }
    this.#posted.set(`${qpn}`, 0);
  }

  restartFailed(qpn: number): void {
    // a receive request that nothing fits into would stay for ever
    const stuck = /^ud-(length|protection)$/u.test(this.model.lastDrop ?? "");
    if (this.#rng.chance(this.hasFailed(qpn) ? 0.7 : stuck ? 0.3 : 0.02)) this.restart(qpn);
  }

  hasFailed(qpn: number): boolean {
    return this.model.queryQp(qpn).state === "ERR";
  }

  #connect(): void {
    const qpn = this.#connection;
    for (const nic of [this.rig.driver, this.model]) {
      nic.modifyQp(qpn, { state: "INIT", pkey: this.#pkey(qpn), access: 0 });
      nic.modifyQp(qpn, {
        ...{ state: "RTR", pathMtu, destQpn: 77, rqPsn: connectionPsn, maxDestRdAtomic: 1 },
        ...{ minRnrTimer: 1, address: this.#address(1, 0xc000 + qpn) },
      });
      nic.modifyQp(qpn, {
        ...{ state: "RTS", timeout: 0, retryCount: 7, rnrRetry: 7, sqPsn: 5, maxRdAtomic: 1 },
      });
    }
  }

  #pieces(most: number, key: number): ScatterGather[] {
    const rng = this.#rng;
    const from = key === this.#keys[0] ? 0 : 2 * area;
    return Array.from({ length: rng.below(most + 1) }, (_, index) => {
      const length = rng.pick([0, 1, 7, 39, 40, 41, 100, 300]);
      // each in a quarter of its own
      const at = from + (index * area) / 4 + rng.below(area / 4 - 300 - length);
      return { address: base + BigInt(at), length, lkey: key };
    });
  }

  postReceive(qpn: number): void {
    const shared = qpn === this.datagrams[2];
    const waiting = shared
      ? this.model.srqs.take(this.#srqs[1]).requests.length
      : this.model.qps.take(qpn).receives.length;
    if (waiting >= 6) return;
    const rng = this.#rng;
    const bad = rng.chance(0.05) && !shared;
    const sges = bad
      ? [{ address: base + BigInt(2 * area), length: 400, lkey: this.#keys[1] }]
      : this.#pieces(rng.chance(0.8) ? 3 : 4, this.#keys[0]);
    // most have room for the longest datagram
    const end = { address: base + BigInt(area - 300), length: 300, lkey: this.#keys[0] };
    if (!bad && sges.length < 4 && rng.chance(0.9)) sges.push(end);
    const request = { wrId: ++this.#wrId, sges };
    if (shared) {
      this.rig.driver.postSrqRecv(this.#srqs[0], request);
      this.model.postSrqRecv(this.#srqs[1], request);
    } else for (const nic of [this.rig.driver, this.model]) nic.postRecv(qpn, request);
  }

  /** A SEND of some inline bytes to the first peer. */
  plainSend(wrId: number): SendRequest {
    const ud = { ah: 0, qpn: 9, qkey: 3 };
    return { wrId, opcode: "send", signaled: true, inline: Uint8Array.of(1, 2, 3), ud };
  }

  /** Longest datagrams to the peer with a lane of its own, as many as the queue pairs hold; @returns how many */
  fillPausedLane(): number {
    const sges = [{ address: base, length: pathMtu, lkey: this.#keys[0] }];
    const ud = { ah: pausedPeer, qpn: 9, qkey: 3 };
    for (const qpn of this.datagrams)
      for (let wrId = 0; wrId < 16; wrId += 1)
        this.rig.driver.postSend(qpn, { wrId, opcode: "send", signaled: wrId === 15, sges, ud });
    return 16 * this.datagrams.length;
  }

  /** Pauses the priority of that peer, or lets it go on. */
  pause(quanta: number): void {
    const times = Array.from({ length: 8 }, () => quanta);
    this.rig.giveFrame(withFcs(pauseFrame(1 << pausedPeer, times)));
  }

  /** The handle of the next work request is changed on its way into the ring. */
  changeNextHandle(handle: number): void {
    this.#handle = handle;
  }

  postSend(qpn: number): void {
    if (this.hasFailed(qpn)) return;
    const rng = this.#rng;
    const imm = rng.chance(0.5);
    const bad = rng.chance(0.04);
    const peer = rng.below(this.#peers.length);
    const sges = bad
      ? [{ address: base + BigInt(2 * area), length: 40, lkey: this.#keys[1] }]
      : this.#pieces(2, this.#keys[0]);
    const ud = {
      qpn: rng.below(1 << 24),
      qkey: rng.chance(0.3) ? (general | rng.below(9)) >>> 0 : rng.below(2 ** 31),
    };
    const request: SendRequest = {
      ...{ wrId: ++this.#wrId, opcode: imm ? "send-imm" : "send" },
      ...{ signaled: rng.chance(0.7), solicited: rng.chance(0.3), ...(imm ? { imm: rng.next() } : {}) },
      ...(rng.chance(0.3) ? { inline: randomBytes(rng, rng.below(33)) } : { sges }),
    };
    this.rig.driver.postSend(qpn, { ...request, ud: { ...ud, ah: peer } });
    this.model.postSend(qpn, { ...request, ud: { ...ud, ah: peer + 1 } });
  }

  /** Datagrams taken with IPv4, with IPv6. */
  readonly taken = { four: 0, six: 0 };

  #give(frame: Uint8Array): void {
    this.model.receive(frame, 0);
    this.rig.giveFrame(withFcs(frame));
  }

  #frame(peer: Peer, packet: TransportPacket): Uint8Array {
    const rng = this.#rng;
    const to = {
      ...{ mac: own.mac, dgid: peer.six ? gids[1] : gids[0], trafficClass: rng.below(64) << 2 },
      ...{ hopLimit: rng.below(256), flowLabel: rng.below(1 << 20), udpSourcePort: rng.below(65536) },
      ...(rng.chance(0.3) && { vlan: rng.below(4096) }),
    };
    const from = { frame: "ethernet" as const, mac: peer.mac, gids: [peer.gid] };
    return encodeFrame(from, to, packet, { ecn: rng.below(4), ipId: rng.below(65536) });
  }

  /** A datagram that is good or not, from anywhere. */
  deliver(qpn: number): void {
    const rng = this.#rng;
    const payload = randomBytes(rng, rng.pick([0, 1, 3, 64, 100, 200, pathMtu, pathMtu + 1]));
    const imm = rng.chance(0.5);
    const peer = rng.chance(0.5)
      ? rng.pick(this.#peers)
      : { mac: randomBytes(rng, 6), gid: Uint8Array.of(0xfd, ...randomBytes(rng, 15)), six: true };
    const one: TransportPacket = {
      ...{ opcode: imm ? 0x65 : 0x64, solicited: rng.chance(0.3), migrated: true, fecn: false, becn: false },
      ...{ pkey: rng.chance(0.05) ? 0x8003 : this.#pkey(qpn), destQp: qpn, ackRequest: false },
      ...{ psn: rng.below(1 << 24), ...(imm ? { imm: rng.next() } : {}) },
      deth: { qkey: this.#qkey(qpn) + (rng.chance(0.1) ? 1 : 0), sourceQp: rng.below(1 << 24) },
      payload,
    };
    const kind = rng.float();
    const packet =
      kind < 0.04
        ? { ...one, opcode: 0x04, ackRequest: true }
        : kind < 0.08
          ? { ...one, destQp: this.#connection }
          : kind < 0.1
            ? { ...one, destQp: rng.pick([14, 0x12345]) }
            : one;
    const frame = this.#frame(peer, packet);
    if (kind > 0.88 && frame[12] !== 0x81) this.#give(withTransport(frame, this.#hostile(frame)));
    else this.#give(frame);
    if (this.model.lastDrop === null) this.taken[peer.six ? "six" : "four"] += 1;
  }

  /** BTH … pad that no adapter sends, of the same length. */
  #hostile(frame: Uint8Array): Uint8Array {
    const bytes = transportOf(frame);
    const rng = this.#rng;
    const ways = [
      () => bytes.set([0, 0, 0], 5), // queue pair 0
      () => (bytes[1]! |= 1 + rng.below(15)), // version of the transport
      () => (bytes[0] = rng.pick([0x66, 0x70, 0x7f, 0x44])), // opcode
    ];
    rng.pick(ways)();
    return bytes;
  }

  /** The next SEND of the connection's peer. */
  deliverConnected(): void {
    const rng = this.#rng;
    const request = { wrId: ++this.#wrId, sges: [{ address: base, length: area / 2, lkey: this.#keys[0] }] };
    for (const nic of [this.rig.driver, this.model]) nic.postRecv(this.#connection, request);
    const packet: TransportPacket = {
      ...{ opcode: 0x04, solicited: false, migrated: true, fecn: false, becn: false, ackRequest: true },
      ...{ pkey: this.#pkey(this.#connection), destQp: this.#connection, psn: this.#psn },
      payload: randomBytes(rng, rng.below(pathMtu + 1)),
    };
    this.#psn = (this.#psn + 1) & 0xffffff;
    const peer = this.#peers[1]!;
    const from = { frame: "ethernet" as const, mac: peer.mac, gids: [peer.gid] };
    this.#give(encodeFrame(from, { mac: own.mac, dgid: gids[1] }, packet));
  }

  settle(): void {
    this.rig.run(350);
  }

  /** What the model sent and completed. */
  expected(): { sent: string[]; completions: WorkCompletion[] } {
    const sent: string[] = [];
    const next = (): Uint8Array | null => {
      this.model.ipId = 0;
      return this.model.transmit(0);
    };
    for (let frame = next(); frame !== null; frame = next()) sent.push(described(frame));
    // A local error fails the whole queue pair here; the model stops its sending side.
    for (const qpn of this.datagrams)
      if (this.model.queryQp(qpn).state === "SQE") this.model.modifyQp(qpn, { state: "ERR" });
    return { sent, completions: sortedCompletions(this.model.pollCq(this.#modelCq, 256)).map(brief) };
  }

  seen(): { sent: string[]; completions: WorkCompletion[] } {
    this.allFrames.push(...this.rig.frames);
    const sent = this.rig.frames.splice(0).map(described);
    return { sent, completions: sortedCompletions(this.rig.driver.pollCq(this.rigCq, 256)).map(brief) };
  }

  /** Every reason to drop was met. */
  metAll(): boolean {
    return reasons.every(([names]) => names.some((name) => this.#dropped(name) > 0));
  }

  #dropped(name: string): number {
    return this.model.drops.get(name as never) ?? 0;
  }

  compareDrops(): void {
    const counters = { ...this.rig.counters(), ...this.rig.portCounters() };
    const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0);
    const due = reasons.map(([names]) => [names, sum(names.map((name) => this.#dropped(name)))]);
    const got = reasons.map(([names, own]) => [names, sum(own.map((name) => counters[name] ?? 0))]);
    expect(got).toEqual(due);
  }

  compareMemory(): void {
    const bytes = this.rig.host.read(base, 4 * area);
    const expected = this.model.memory.read(base, 4 * area);
    for (const [at, byte] of bytes.entries())
      if (byte !== expected[at]) throw new Error(`byte ${at} is ${byte}, not ${expected[at]}`);
  }

  close(): void {
    this.rig.close();
  }
}

/** A frame as text, padding left out, with a word about what it is. */
function described(frame: Uint8Array): string {
  const udp = frame[12] === 0x86 ? 54 : 34;
  const end = udp + ((frame[udp + 4]! << 8) | frame[udp + 5]!);
  const opcode = frame[udp + 8]!;
  return `${opcode === 0x11 ? "answer" : "request"} ${Buffer.from(frame.subarray(0, end)).toString("hex")}`;
}

function brief(one: WorkCompletion): WorkCompletion {
  // An error says nothing about what was to be done
  return one.status === wcStatus.success ? one : { ...one, opcode: "send" };
}

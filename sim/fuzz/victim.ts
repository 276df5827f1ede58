/** An adapter under attack: queue pairs of little luck, and one that has to work. */
import type { NicDesign } from "../../generator/design/nic.ts";
import type { Model } from "../driver/model.ts";
import { CoreRig } from "../nic/core-rig.ts";
import { type MtuBytes, VerbsError } from "../nic/verbs.ts";
import type { TransportPacket } from "../reference/rc/index.ts";
import { packetFrom } from "../reference/rc/rig.ts";
import type { Rng } from "../traffic/rng.ts";
import { bytesOf, datagramKey, firstPsn, hostileBytes, type Region } from "./hostile-packets.ts";

const connections = 8;
const hostBytes = 0x2_0000;

export class Victim {
  readonly rig: CoreRig;
  readonly regions: Record<"open" | "top" | "source" | "foreign" | "local" | "gone", Region>;
  readonly expected = new Map<number, number>();
  readonly connected: readonly number[];
  readonly datagrams: readonly number[];
  readonly mtuBytes: NicDesign["mtuBytes"];
  given = 0;
  /** Queue pairs that were found in ERR. */
  stops = 0;
  readonly #rng: Rng;
  readonly #landing: Region;
  readonly #good: number;
  readonly #cq: number;
  readonly #srq: number | null;
  readonly #outstanding: number;

  /** @param open makes the rig around the model; default: that of a core */
  constructor(
    design: NicDesign,
    model: Model,
    rng: Rng,
    open: () => CoreRig = () => new CoreRig(design, model, rng),
  ) {
    this.#rng = rng;
    this.mtuBytes = design.mtuBytes;
    this.#outstanding = Math.min(4, design.requester.outstandingReads, design.responder.outstandingReads);
    this.rig = open();
    const { driver, host } = this.rig;
    const bytes = new Uint8Array(hostBytes);
    rng.fill(bytes);
    host.write(0x10_0000n, bytes);
    this.#cq = driver.createCq(1024);
    const [pd, other] = [driver.allocPd(), driver.allocPd()];
    const region = (address: bigint, length: number, access: number, iova = address, domain = pd): Region => {
      const { rkey } = driver.regMr({ pd: domain, address, length, access, iova });
      const span = { from: address, to: address + BigInt(length) };
      if (access & 1 && rkey !== 0) this.rig.writable.push(span);
      this.rig.readable.push(span);
      return { key: rkey, iova, length, address };
    };
    const topLength = 0x0ffd;
    this.regions = {
      open: region(0x10_0123n, 0x1ef1, 15),
      top: region(0x10_4001n, topLength, 15, (1n << 64n) - BigInt(topLength)),
      source: region(0x10_6007n, 0x0802, 4),
      foreign: region(0x10_8000n, 0x1000, 15, 0x10_8000n, other),
      local: region(0x10_a000n, 0x1000, 1),
      gone: region(0x10_c000n, 0x1000, 15),
    };
    this.#landing = region(0x10_e005n, 0x0fff, 1);
    driver.deregMr(this.regions.gone.key);
    // What no peer of these queue pairs may touch.
    const forbidden = [this.regions.foreign, this.regions.local, this.regions.gone].map((one) => one.address);
    for (const list of [this.rig.writable, this.rig.readable])
      list.splice(0, list.length, ...list.filter(({ from }) => !forbidden.includes(from)));
    this.#srq = design.sharedReceiveQueues > 0 ? driver.createSrq({ pd, maxRecv: 64 }) : null;
    const rings = { pd, sendCq: this.#cq, recvCq: this.#cq, maxSend: 8, maxRecv: 8 };
    const shared = this.#srq === null ? {} : { srq: this.#srq };
    this.connected = Array.from({ length: connections }, (_, i) =>
      driver.createQp({ type: "rc", ...rings, ...(i % 2 === 1 && shared) }),
    );
    this.#good = driver.createQp({ type: "rc", ...rings });
    this.datagrams = design.datagrams
      ? [{}, shared].map((more) => driver.createQp({ type: "ud", ...rings, ...more }))
      : [];
    for (const qpn of [...this.connected, ...this.datagrams]) this.#start(qpn);
  }

  get open(): Region {
    return this.regions.open;
  }

  #piece(length: number) {
    const { iova, key, length: size } = this.#landing;
    return { address: iova + BigInt(this.#rng.below(size - length)), length, lkey: key };
  }

  /** Through RESET to RTS; some have requests of their own on the way, and receive requests. */
  #start(qpn: number): void {
    const { driver } = this.rig;
    const rng = this.#rng;
    driver.modifyQp(qpn, { state: "RESET" });
    if (this.datagrams.includes(qpn)) {
      driver.modifyQp(qpn, { state: "INIT", pkey: 0xffff, qkey: datagramKey });
      driver.modifyQp(qpn, { state: "RTR" });
      driver.modifyQp(qpn, { state: "RTS", sqPsn: firstPsn });
      return;
    }
    const access = qpn === this.#good || rng.chance(0.8) ? 14 : 4;
    driver.modifyQp(qpn, { state: "INIT", pkey: 0xffff, access });
    driver.modifyQp(qpn, {
      ...{ state: "RTR", pathMtu: this.mtuBytes as MtuBytes, destQpn: 0x100 + qpn, rqPsn: firstPsn },
      ...{ maxDestRdAtomic: this.#outstanding, minRnrTimer: 1, address: this.rig.peerAddress },
    });
    driver.modifyQp(qpn, {
      ...{ state: "RTS", timeout: 0, retryCount: 2, rnrRetry: 2, sqPsn: firstPsn },
      maxRdAtomic: this.#outstanding,
    });
    this.expected.set(qpn, firstPsn);
    if (qpn === this.#good) return;
    for (let i = rng.below(3); i > 0; i--) this.#postRecv(qpn);
    const remote = { address: 0x40n, rkey: 7 };
    for (let i = rng.below(3); i > 0; i--) {
      const opcode = rng.pick(["read", "write", "fetch-add"] as const);
      const { iova, key } = this.#landing;
      const word = { address: iova + BigInt(3 + 8 * rng.below(64)), length: 8, lkey: key };
      const sges = [opcode === "fetch-add" ? word : this.#piece(rng.below(700))];
      driver.postSend(qpn, { wrId: 0, opcode, sges, remote, compareAdd: 1n });
    }
  }

  /** A receive request; rings that are full stay as they are. */
  #postRecv(qpn: number): void {
    const { driver } = this.rig;
    const request = { wrId: 0, sges: [this.#piece(this.#rng.below(700))] };
    const shared = this.#srq !== null && (this.connected.indexOf(qpn) % 2 === 1 || qpn === this.datagrams[1]);
    try {
      if (shared) driver.postSrqRecv(this.#srq!, request);
      else driver.postRecv(qpn, request);
    } catch (error) {
      if (!(error instanceof VerbsError) || error.code !== "ENOMEM") throw error;
    }
  }

  /** One packet from the wire. */
  hit(): void {
    this.given++;
    this.rig.give(hostileBytes(this.#rng, this));
    this.#listen();
  }

  /** What the adapter tells of the PSNs that it expects. */
  #listen(): void {
    for (const bytes of this.rig.sent.splice(0)) {
      const opcode = bytes[8]!;
      const qpn = (((bytes[13]! << 16) | (bytes[14]! << 8) | bytes[15]!) - 0x100) & 0xffffff;
      const psn = (bytes[17]! << 16) | (bytes[18]! << 8) | bytes[19]!;
      if (opcode < 0x0d || opcode > 0x12) continue;
      const refused = opcode === 0x11 && bytes[20]! >> 5 !== 0;
      this.expected.set(qpn, (refused ? psn : psn + 1) & 0xffffff);
    }
  }

  /** Queue pairs that failed begin again, most of them; completions are taken. */
  mend(): void {
    const { driver } = this.rig;
    const all = [...this.connected, ...this.datagrams];
    const failed = all.filter((qpn) => driver.queryQp(qpn).state === "ERR");
    // What they had is flushed by then, and taken before they begin again.
    this.rig.run(100);
    driver.pollCq(this.#cq, 1000);
    for (const qpn of failed) {
      this.stops++;
      if (this.#rng.chance(0.8)) this.#start(qpn);
    }
    for (const qpn of this.datagrams) if (!failed.includes(qpn)) this.#postRecv(qpn);
  }

  /**
   * A WRITE to the good queue pair, and a READ of what it wrote.
   * @returns what was not as it should be, or null
   */
  worksStill(): string | null {
    const { rig } = this;
    const [rng, good] = [this.#rng, this.#good];
    this.#start(good);
    rig.sent.splice(0);
    const payload = new Uint8Array(100);
    rng.fill(payload);
    const { open } = this;
    const common = { ...packetFrom(rng, 0, 0), migrated: true, destQp: good, pkey: 0xffff, ackRequest: true };
    const send = (opcode: number, psn: number, fields: Partial<TransportPacket>): void =>
      rig.give({ bytes: bytesOf({ ...common, opcode, psn, ...fields }), error: false });
    const reth = { va: open.iova + 0x100n, rkey: open.key, length: payload.length };
    send(0x0a, firstPsn, { reth, payload });
    // A READ response would speak for the ACK.
    rig.run(400);
    send(0x0c, firstPsn + 1, { reth });
    rig.run(600);
    // A notification of congestion is no answer
    const mine = rig.sent.filter((bytes) => bytes[15] === good && bytes[14] === 1 && bytes[8] !== 0x81);
    const opcodes = mine.map((bytes) => bytes[8]);
    this.#listen();
    if (String(opcodes) !== String([0x11, 0x10])) return `a WRITE and a READ are answered by [${opcodes}]`;
    const same = (bytes: Uint8Array): boolean => Buffer.compare(bytes, payload) === 0;
    if (!same(rig.host.read(open.address + 0x100n, payload.length))) return "a WRITE wrote something else";
    return same(mine.at(-1)!.slice(24, 124)) ? null : "a READ brought something else";
  }
}

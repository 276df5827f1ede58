/** The transport of one adapter with the bench as its peer: packets made and read by hand, for tests of single rules. */
import { expect } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { access, type SendRequest, wcStatus } from "../../sim/nic/verbs.ts";
import { type ReceivedPacket, ReferenceNic } from "../../sim/reference/rc/index.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { type Sent, TransportHost } from "./transport-bench.ts";
import { TransportVerbs } from "./transport-verbs.ts";

export const base = 0x10_0000n;
export const mtu = 256;
const far = 9;
/** First PSNs that a queue pair sends, and expects. */
export const [firstPsn, peerPsn] = [100, 700];

/** Queue pairs of the transport, all of one protection domain and completion queue; the bench is their peer. */
export class DirectedBench {
  readonly host: TransportHost;
  readonly verbs: TransportVerbs;
  readonly key: number;
  readonly qpns: number[];
  readonly #pd: number;

  constructor(dut: Model, rng: Rng, queuePairs = 3) {
    const regions = new ReferenceNic({ frame: "infiniband", lid: 1 });
    this.host = new TransportHost(dut, regions.regions, rng, { stall: 0.1, memoryDelay: 8 });
    this.verbs = new TransportVerbs(this.host, regions);
    const pd = this.verbs.allocPd();
    this.#pd = pd;
    this.key = this.verbs.regMr({ pd, address: base, length: 0x4000, access: 15 }).rkey;
    this.qpns = Array.from({ length: queuePairs }, () => {
      const qpn = this.verbs.createQp({
        ...{ type: "rc", pd, sendCq: 0, recvCq: 0, maxSend: 16, maxRecv: 16, maxInline: 32 },
      });
      this.start(qpn);
      return qpn;
    });
  }

  /** Another region of the same memory and rights. */
  region(): number {
    return this.verbs.regMr({ pd: this.#pd, address: base, length: 0x4000, access: 15 }).rkey;
  }

  /** From RESET to RTS. */
  start(qpn: number): void {
    this.verbs.modifyQp(qpn, { state: "RESET" });
    this.verbs.modifyQp(qpn, {
      state: "INIT",
      pkey: 0xffff,
      access: access.remoteWrite | access.remoteRead | access.remoteAtomic,
    });
    this.verbs.modifyQp(qpn, {
      ...{ state: "RTR", pathMtu: mtu, destQpn: 0x100 + qpn, rqPsn: peerPsn, maxDestRdAtomic: 4 },
      ...{ minRnrTimer: 1, address: { dlid: far } },
    });
    this.verbs.modifyQp(qpn, {
      ...{ state: "RTS", timeout: 3, retryCount: 7, rnrRetry: 7, sqPsn: firstPsn, maxRdAtomic: 4 },
    });
  }

  write(qpn: number, wrId: number, length = 8): void {
    const request: SendRequest = {
      ...{ wrId, opcode: "write", signaled: true, sges: [{ address: base, length, lkey: this.key }] },
      remote: { address: 0x5000n, rkey: 0x777 },
    };
    this.verbs.postSend(qpn, request);
  }

  read(qpn: number, wrId: number, length = 8): void {
    const sges = [{ address: base + 0x1000n, length, lkey: this.key }];
    const remote = { address: 0x5000n, rkey: 0x777 };
    this.verbs.postSend(qpn, { wrId, opcode: "read", signaled: true, sges, remote });
  }

  fetchAdd(qpn: number, wrId: number): void {
    const sges = [{ address: base + 0x1000n, length: 8, lkey: this.key }];
    const remote = { address: 0x5000n, rkey: 0x777 };
    this.verbs.postSend(qpn, { wrId, opcode: "fetch-add", signaled: true, sges, remote, compareAdd: 1n });
  }

  /** A packet of the peer. */
  packet(qpn: number, opcode: number, psn: number, fields: Partial<ReceivedPacket> = {}): void {
    const packet = {
      ...{
        opcode,
        psn,
        destQp: qpn,
        pkey: 0xffff,
        solicited: false,
        migrated: true,
        fecn: false,
        becn: false,
      },
      ...{ ackRequest: true, payload: new Uint8Array(0), ...fields },
    };
    this.host.deliver(packet, far);
  }

  /** The peer acknowledges up to a PSN. */
  acknowledge(qpn: number, psn: number): void {
    this.packet(qpn, 0x11, psn, { aeth: { syndrome: 0x1f, msn: 1 } });
    this.host.settle();
  }

  settle(): Sent[] {
    this.host.settle();
    return this.host.sent.splice(0);
  }

  statuses(): number[][] {
    return this.verbs.pollCq(0, 100).map(({ qpn, wrId, status }) => [qpn, wrId, status]);
  }

  completions(): number[][] {
    return this.host.completions.splice(0).map(({ qpn, wqe, status }) => [qpn, wqe, status]);
  }

  /** A queue pair sends a WRITE and answers one: it is as ever. */
  goesOn(qpn: number, psn = firstPsn, theirs = peerPsn): void {
    this.write(qpn, 99);
    const sent = this.settle();
    expect(sent.map((one) => [one.destQp, one.opcode, one.psn])).toEqual([[0x100 + qpn, 0x0a, psn]]);
    this.acknowledge(qpn, psn);
    expect(this.statuses()).toEqual([[qpn, 99, wcStatus.success]]);
    const reth = { va: base + 0x2000n, rkey: this.key, length: 4 };
    this.packet(qpn, 0x0a, theirs, { reth, payload: Uint8Array.of(1, 2, 3, qpn) });
    expect(this.settle().map((one) => [one.destQp, one.opcode, one.psn, one.aeth?.syndrome])).toEqual([
      [0x100 + qpn, 0x11, theirs, 0x1f],
    ]);
    expect(this.host.memory.read(base + 0x2003n, 1)[0]).toBe(qpn);
  }
}

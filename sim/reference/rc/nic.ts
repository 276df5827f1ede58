/** The model of an adapter: frames in, frames out, time in nanoseconds given from outside. */
import type { AddressVector } from "../../nic/verbs.ts";
import { type AdapterOptions, basePacket, countDrop, type Verdict } from "./adapter.ts";
import { advanceLimiter, notifyLimiter, sentThroughLimiter } from "./dcqcn.ts";
import {
  type DecodedFrame,
  decodeFrame,
  encodeFrame,
  type PortIdentity,
  type Route,
  sameBytes,
} from "./framing.ts";
import { cnpBytes, cnpOpcode } from "./opcodes.ts";
import type { TransportPacket } from "./packet.ts";
import type { Qp } from "./qp.ts";
import { nextRequest } from "./requester.ts";
import { receiveResponse } from "./requester-responses.ts";
import { receiveRequest } from "./responder.ts";
import { nextResponse, responseDue } from "./responses.ts";
import { expire } from "./retire.ts";
import { nextDatagram, receiveDatagram } from "./ud.ts";
import { ModelVerbs } from "./verbs.ts";

/** P_Keys match when their 15 bits do and one side is a full member; key 0 is none. */
export function pkeysMatch(a: number, b: number): boolean {
  return (a & 0x7fff) !== 0 && ((a ^ b) & 0x7fff) === 0 && ((a | b) & 0x8000) !== 0;
}

/** ECN bits of a sender that takes notifications: ECT(0). */
const ectZero = 2;

export class ReferenceNic extends ModelVerbs {
  readonly port: PortIdentity;
  /** Frames for QP0, on VL15 as they must be: the register window of management takes them. */
  readonly management: Uint8Array[] = [];
  /** Notifications that go before everything else. */
  #urgent: Uint8Array[] = [];
  #turn = 0;
  #ipId = 0;

  constructor(port: PortIdentity, options: Partial<AdapterOptions> = {}) {
    super(options);
    this.port = port;
  }

  /** A frame from the wire: LRH … VCRC or Ethernet … ICRC. `lastDrop` tells whether and why it was dropped. */
  receive(frame: Uint8Array, now: number): void {
    countDrop(this, this.#take(frame, now));
  }

  #take(frame: Uint8Array, now: number): Verdict {
    const decoded = decodeFrame(this.port, frame);
    if (typeof decoded === "string") return decoded;
    const { packet, route } = decoded;
    if (route.vl === 15 || packet.destQp === 0) {
      if (route.vl !== 15 || packet.destQp !== 0) return "vl15";
      this.management.push(frame);
      return null;
    }
    const qp = this.qps.find(packet.destQp);
    if (qp === undefined) return "no-qp";
    return this.#receiveAt(qp, decoded, now);
  }

  #receiveAt(qp: Qp, decoded: DecodedFrame, now: number): Verdict {
    const { packet, route } = decoded;
    const service = packet.shape?.service ?? "rc";
    if (service !== "cnp" && service !== qp.request.type) return "qp-type";
    if (qp.state === "RESET" || qp.state === "INIT" || qp.state === "ERR") return "qp-state";
    if (!pkeysMatch(packet.pkey, qp.settings.pkey)) return "pkey";
    if (service === "ud") return receiveDatagram(this, qp, decoded);
    if (!fromPeer(qp.settings.address, route)) return "peer-address";
    if (service === "cnp" || packet.becn) this.#slowDown(qp, now);
    if (service === "cnp") return null;
    if (route.marked) this.#noteMark(qp, now);
    if (packet.shape?.request !== false) return receiveRequest(this, qp, packet, now);
    return qp.state === "RTR" ? "ghost-response" : receiveResponse(this, qp, packet, now);
  }

  #slowDown(qp: Qp, now: number): void {
    if (qp.limiter !== null) notifyLimiter(qp.limiter, now);
  }

  /** A marked packet came: tell the sender, at most once a period (`transport-rc` section 10). */
  #noteMark(qp: Qp, now: number): void {
    if (this.options.congestion === null || now < qp.notifyAfter) return;
    qp.notifyAfter = now + this.options.cnpPeriodNs;
    if (this.port.frame === "infiniband") {
      qp.responder.becn = true;
      return;
    }
    const base = basePacket(this, qp, cnpOpcode.roceV2, 0);
    const packet = { ...base, migrated: false, pkey: 0xffff, becn: true, payload: new Uint8Array(cnpBytes) };
    const dscp48 = { ...qp.settings.address, trafficClass: 48 << 2 };
    this.#urgent.push(this.#encode(dscp48, packet));
  }

  #encode(to: AddressVector, packet: TransportPacket): Uint8Array {
    const ecn = this.options.congestion === null ? 0 : ectZero;
    const frame = encodeFrame(this.port, to, packet, { ipId: this.#ipId, ecn });
    this.#ipId = (this.#ipId + 1) & 0xffff;
    return frame;
  }

  /** IPv4 identification of the next frame; a replay sets it to that of the capture. */
  set ipId(value: number) {
    this.#ipId = value;
  }

  /** The next frame for the wire, or null when there is none at this time. Queue pairs take turns. */
  transmit(now: number): Uint8Array | null {
    const urgent = this.#urgent.shift();
    if (urgent !== undefined) return urgent;
    const qps = this.qps.values();
    for (const qp of qps) if (qp.requester.timer !== null && qp.requester.timer <= now) expire(this, qp);
    for (let i = 0; i < qps.length; i++) {
      const turn = (this.#turn + i) % qps.length;
      const frame = this.#transmitFrom(qps[turn]!, now);
      if (frame === null) continue;
      this.#turn = (turn + 1) % qps.length;
      return frame;
    }
    return null;
  }

  #transmitFrom(qp: Qp, now: number): Uint8Array | null {
    const { limiter, responder } = qp;
    if (limiter !== null) advanceLimiter(limiter, now);
    const held = limiter?.active === true && now < limiter.sendAfter;
    // READ responses are data and keep to the rate too; what stands behind them waits, for the order of PSNs.
    const reading = responder.responses[0]?.kind === "read";
    let frame: Uint8Array | null = null;
    const response = held && reading ? null : nextResponse(this, qp, now);
    if (response !== null) {
      frame = this.#encode(qp.settings.address, response);
      if (!reading) return frame;
    } else if (held) {
      return null;
    } else if (qp.request.type === "ud") {
      const datagram = nextDatagram(this, qp);
      if (datagram !== null) frame = this.#encode(datagram.to, datagram.packet);
    } else {
      const packet = nextRequest(this, qp, now);
      if (packet !== null) frame = this.#encode(qp.settings.address, packet);
    }
    if (frame !== null && limiter !== null) sentThroughLimiter(limiter, frame.length, now);
    return frame;
  }

  /** The next time after `now` at which {@link transmit} may have something new, or null without any. */
  nextTime(now: number): number | null {
    let next = Number.POSITIVE_INFINITY;
    for (const qp of this.qps.values()) {
      const { requester, responder, limiter } = qp;
      const times = [requester.timer, requester.rnrUntil, responseDue(qp)];
      if (limiter?.active && requester.queue.length + responder.responses.length > 0)
        times.push(limiter.sendAfter);
      for (const time of times) if (time !== null && time > now && time < next) next = time;
    }
    return Number.isFinite(next) ? next : null;
  }
}

/** LID and GID of a connected peer. */
function fromPeer(address: AddressVector, route: Route): boolean {
  if (route.slid !== undefined && route.slid !== address.dlid) return false;
  return address.dgid === undefined || sameBytes(address.dgid, route.sgid);
}

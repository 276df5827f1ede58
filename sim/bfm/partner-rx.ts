/** Receiving side of a {@link LinkPartner}: judges frames, delivers packets, hands control sets on. */
import { frameKind, message } from "../reference/columns.ts";
import { type DecodedFrame, type DecoderSink, damage } from "../reference/decoder.ts";
import { parseFlowControl } from "../reference/flow-control.ts";
import { readUint16, vcrcBytes } from "../reference/headers.ts";
import { judgeVcrc } from "../reference/packet.ts";
import type { PartnerCore } from "./partner-core.ts";

const shortestFrame = 26;

export class PartnerReceiver implements DecoderSink {
  readonly #core: PartnerCore;
  #vl15Held = 0;
  #vl15Budget = 0;

  constructor(core: PartnerCore) {
    this.#core = core;
  }

  frame(frame: DecodedFrame): void {
    const { session, counters, options } = this.#core;
    if (!session.accepts) {
      counters.framesIgnored++;
      return;
    }
    const verdict = frame.damaged === damage.none ? judgeVcrc(frame.bytes, frame.length) : "bad";
    const poisoned = verdict === "complemented" && frame.poisonSet;
    if (verdict !== "good" && !poisoned && !this.#core.mutations.ignoreCrc) {
      this.#damaged(frame);
      return;
    }
    if (options.retry === "none" ? frame.seq >= 0 : frame.seq < 0) {
      counters.ineligible++;
      return;
    }
    if (options.retry === "none" || this.#inOrder(frame.seq)) this.#deliver(frame, poisoned);
  }

  control(code: number, seq: number, word: number): void {
    const { session, counters, retrySender, options, log, cycle } = this.#core;
    switch (code) {
      case message.init:
        counters.initsReceived++;
        session.onInit(seq, word);
        return;
      case message.initEcho:
        if (session.onEcho(seq, word)) counters.echoesReceived++;
        else counters.echoesIgnored++;
        return;
      case message.ack:
        counters.acksReceived++;
        if (options.retry === "llr") retrySender.onAck(seq);
        return;
      case message.nack:
        counters.nacksReceived++;
        log.add(cycle, "nack received", seq);
        if (options.retry === "llr") retrySender.onNack(seq);
        return;
      default:
    }
  }

  badControl(): void {
    this.#core.counters.badControls++;
  }

  strayColumn(): void {
    this.#core.counters.strayColumns++;
  }

  /** One cycle of emptying the VL15 buffer, at the rate of VL0. */
  tick(): void {
    if (this.#vl15Held === 0) return;
    this.#vl15Budget += this.#core.options.drainBytesPerCycle;
    if (this.#vl15Budget < 290) return;
    this.#vl15Budget = 0;
    this.#vl15Held--;
  }

  #damaged(frame: DecodedFrame): void {
    const { counters, retryReceiver, log, cycle } = this.#core;
    if (frame.damaged === damage.none) counters.crcErrors++;
    else counters.framesDamaged++;
    log.add(cycle, "damaged", frame.seq);
    retryReceiver.gap();
  }

  #inOrder(seq: number): boolean {
    const { counters, retryReceiver, mutations, log, cycle } = this.#core;
    const order = mutations.ignoreSequence ? 0 : retryReceiver.order(seq);
    if (order === 0) {
      retryReceiver.accept();
      return true;
    }
    if (order > 0) {
      counters.gaps++;
      log.add(cycle, "gap", seq);
      retryReceiver.gap();
    } else {
      counters.duplicates++;
      retryReceiver.ackDue = true;
    }
    return false;
  }

  #deliver(frame: DecodedFrame, poisoned: boolean): void {
    const { counters, options, creditReceiver, cycle } = this.#core;
    if (frame.kind === frameKind.flowControl) {
      this.#flowControl(frame);
      return;
    }
    const { bytes, length } = frame;
    const vl = bytes[0]! >> 4;
    const wrongLength = length < shortestFrame || length !== 4 * (readUint16(bytes, 4) & 0x7ff) + vcrcBytes;
    if (poisoned) counters.poisonReceived++;
    else if (wrongLength) counters.lengthErrors++;
    else if (vl !== 15 && vl >= options.dataVls) {
      counters.badVl++;
      return;
    } else if (vl === 15) {
      if (this.#vl15Held >= options.vl15Packets) {
        counters.vl15Dropped++;
        return;
      }
      if (options.drainBytesPerCycle !== Number.POSITIVE_INFINITY) this.#vl15Held++;
    } else if (!creditReceiver.take(vl, Math.ceil(length / options.creditBlockBytes))) {
      counters.overruns++;
      return;
    }
    const error = poisoned || wrongLength;
    if (!error) counters.dataReceived++;
    options.onPacket?.({ bytes: bytes.slice(0, Math.max(0, length - vcrcBytes)), vl, error, cycle });
  }

  #flowControl(frame: DecodedFrame): void {
    const { counters, creditReceiver, creditSender, options } = this.#core;
    const fields = parseFlowControl(frame.bytes, frame.length);
    if (fields === null || fields.vl >= options.dataVls) {
      counters.flowControlBad++;
      return;
    }
    counters.flowControlReceived++;
    if (creditReceiver.resync(fields.vl, fields.fctbs)) counters.abrCorrections++;
    creditSender.limit[fields.vl] = fields.fccl;
  }
}

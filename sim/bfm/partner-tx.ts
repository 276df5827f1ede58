/** Sending side of a {@link LinkPartner}: chooses the next frame and the next control set. */
import { columnBytes, frameKind, message, notEligible, writeControl } from "../reference/columns.ts";
import { appendVcrc, poison } from "../reference/packet.ts";
import { longestVl15PacketBytes, taggedPacket } from "../reference/tagged.ts";
import type { PartnerCore } from "./partner-core.ts";
import { damageStaged } from "./partner-faults.ts";
import type { PacketFault } from "./partner-options.ts";
import type { TxFrame } from "./partner-retry.ts";
import { PartnerWire, type WireSource } from "./partner-wire.ts";

interface Queued {
  readonly packet: Uint8Array;
  readonly poisoned: boolean;
}

export class PartnerSender implements WireSource {
  readonly wire: PartnerWire;
  readonly #core: PartnerCore;
  readonly #queues: Queued[][] = Array.from({ length: 16 }, () => []);
  readonly #faultQueue: PacketFault[] = [];
  readonly #raw: { code: number; seq: number; word: number }[] = [];
  #turn = 0;
  #lastInit = Number.NEGATIVE_INFINITY;
  #lastAck = Number.NEGATIVE_INFINITY;
  #nackAgain = false;
  #floodIndex = 0;

  constructor(core: PartnerCore) {
    this.#core = core;
    const { widthBits, spacingColumns, controlSpacingBytes, fill } = core.options;
    const options = { columns: widthBits / 64, spacingColumns, controlSpacingBytes, fill };
    this.wire = new PartnerWire(options, core.rng.fork("wire"), this);
  }

  queue(packet: Uint8Array, vl: number, poisoned: boolean): void {
    this.#queues[vl]!.push({ packet, poisoned });
  }

  queued(vl: number): number {
    return this.#queues[vl]!.length;
  }

  faultNext(fault: PacketFault): void {
    this.#faultQueue.push(fault);
  }

  sendControl(code: number, seq: number, word: number): void {
    this.#raw.push({ code, seq, word });
  }

  messageDue(): boolean {
    const { session, retryReceiver, linkUp, faults, options } = this.#core;
    if (!linkUp) return false;
    if (this.#raw.length > 0 || session.echoDue || this.#initDue()) return true;
    if (!session.accepts || options.retry === "none") return false;
    if (retryReceiver.state === "SEND_NACK" || this.#nackAgain) return true;
    return (
      retryReceiver.ackDue &&
      !faults.stopAck &&
      this.wire.position - this.#lastAck >= options.ackIntervalColumns
    );
  }

  writeMessage(data: Uint8Array, flags: Uint8Array, column: number): boolean {
    const { session, retryReceiver, counters, cycle, faults, mutations, log } = this.#core;
    if (session.echoDue) {
      session.echoDue = false;
      counters.echoesSent++;
      return this.#write(data, flags, column, message.initEcho, session.echoSeq, session.echoWord);
    }
    if (this.#initDue()) {
      this.#lastInit = cycle;
      counters.initsSent++;
      return this.#write(data, flags, column, message.init, session.initSeq, session.ownWord);
    }
    const raw = this.#raw.shift();
    if (raw !== undefined) {
      writeControl(data, flags, column, raw.code, raw.seq, raw.word);
      return true;
    }
    if (retryReceiver.state === "SEND_NACK" || this.#nackAgain) {
      this.#nackAgain = mutations.nackTwice && !this.#nackAgain;
      retryReceiver.state = "NACK_SENT";
      if (faults.stopNack) return false;
      counters.nacksSent++;
      retryReceiver.ackDue = false;
      log.add(cycle, "nack", retryReceiver.lastGood);
      return this.#write(data, flags, column, message.nack, retryReceiver.lastGood, 0);
    }
    retryReceiver.ackDue = false;
    this.#lastAck = this.wire.position;
    counters.acksSent++;
    return this.#write(data, flags, column, message.ack, retryReceiver.lastGood, 0);
  }

  nextFrame(): boolean {
    const { session, retrySender, linkUp, counters, options, mutations, creditSender } = this.#core;
    if (!linkUp || !session.ready) return false;
    if (options.retry === "llr" && retrySender.replaying) {
      const frame = retrySender.replayFrame;
      if (frame?.poisoned && !this.wire.poisonPossible) return false;
      const seq = retrySender.advanceReplay();
      if (frame === undefined) return false;
      counters.framesReplayed++;
      if (mutations.replayCountsCredit && frame.vl < 15) creditSender.consume(frame.vl, frame.blocks);
      this.#stage(frame, seq);
      return true;
    }
    const frame = this.#flowControl() ?? this.#packet();
    if (frame === null) return false;
    this.#stage(frame, options.retry === "llr" ? retrySender.keep(frame) : notEligible);
    return true;
  }

  #initDue(): boolean {
    const { session, cycle, options } = this.#core;
    return !session.echoed && cycle - this.#lastInit >= options.initIntervalCycles;
  }

  /** Writes an own control set, or does with it what the faults say. */
  #write(
    data: Uint8Array,
    flags: Uint8Array,
    column: number,
    code: number,
    seq: number,
    word: number,
  ): boolean {
    const { faults, rng, counters } = this.#core;
    if (rng.chance(faults.controlDrop)) {
      counters.controlsDropped++;
      return false;
    }
    writeControl(data, flags, column, code, seq, word);
    if (rng.chance(faults.controlCorrupt)) {
      counters.controlsCorrupted++;
      const at = column * columnBytes + rng.range(1, 7);
      data[at] = data[at]! ^ (1 << rng.below(8));
    } else if (rng.chance(faults.controlDuplicate)) {
      counters.controlsDuplicated++;
      this.#raw.push({ code, seq, word });
    }
    return true;
  }

  #admits(bytes: number): boolean {
    return this.#core.options.retry === "none" || this.#core.retrySender.admits(bytes);
  }

  #flowControl(): TxFrame | null {
    const { creditReceiver, creditSender, cycle, faults, op, counters } = this.#core;
    const vl = creditReceiver.due(cycle, faults.withholdCredit);
    if (vl < 0 || !this.#admits(6)) return null;
    counters.flowControlSent++;
    const frame = creditReceiver.grant(vl, op, creditSender.sent[vl]!, cycle);
    return { frame, kind: frameKind.flowControl, vl, blocks: 0, poisoned: false };
  }

  #packet(): TxFrame | null {
    const { options, faults } = this.#core;
    if (faults.vl15Flood && this.#queues[15]!.length === 0) {
      const tag = { source: 255, vl: 15, index: this.#floodIndex++ };
      this.queue(taggedPacket(tag, longestVl15PacketBytes), 15, false);
    }
    const management = this.#take(15);
    if (management !== null) return management;
    for (let i = 0; i < options.dataVls; i++) {
      const vl = (this.#turn + i) % options.dataVls;
      const frame = this.#take(vl);
      if (frame === null) continue;
      this.#turn = (vl + 1) % options.dataVls;
      return frame;
    }
    return null;
  }

  /** Takes the head of a lane's queue when retry and credit let it go. */
  #take(vl: number): TxFrame | null {
    const { creditSender, options, faults, counters, cycle } = this.#core;
    const head = this.#queues[vl]![0];
    if (head === undefined || (head.poisoned && !this.wire.poisonPossible)) return null;
    const bytes = head.packet.length + 2;
    const blocks = Math.ceil(bytes / options.creditBlockBytes);
    if (!this.#admits(bytes)) return null;
    if (vl !== 15) {
      if (!faults.ignoreCredit && !creditSender.allows(vl, blocks)) return null;
      creditSender.consume(vl, blocks);
    }
    this.#queues[vl]!.shift();
    const frame = appendVcrc(head.packet);
    if (head.poisoned) {
      poison(frame);
      counters.poisonSent++;
    }
    counters.dataSent++;
    options.onStart?.(head.packet, vl, cycle, head.poisoned);
    return { frame, kind: frameKind.data, vl, blocks, poisoned: head.poisoned };
  }

  #stage(frame: TxFrame, seq: number): void {
    const { faults, rng, options, counters, log, cycle } = this.#core;
    this.wire.stage(frame.frame, frame.frame.length, seq, frame.kind, frame.poisoned);
    const queued = frame.kind === frameKind.data ? this.#faultQueue.shift() : undefined;
    const fault = queued ?? (rng.chance(faults.packetFaultRate) ? rng.pick(faults.packetFaults) : undefined);
    if (fault === undefined) return;
    const lasting = fault === "length" || fault.startsWith("poison");
    if (lasting && (frame.poisoned || frame.kind === frameKind.flowControl)) return;
    counters.packetsFaulted++;
    log.add(cycle, `fault ${fault}`, seq);
    if (fault === "poison-set-only" && !this.wire.poisonPossible) return;
    damageStaged(fault, this.wire.staged, frame.frame.length, options.maxPacketBytes, rng);
  }
}

/**
 * A whole port in TypeScript, written from `docs/wire-format.md`: the other end of the wire for a device under test, or both
 * ends. It can be told to misbehave.
 */
import { ColumnDecoder } from "../reference/decoder.ts";
import type { MiiEnd } from "./mii.ts";
import { PartnerCore } from "./partner-core.ts";
import type { PartnerEvent } from "./partner-log.ts";
import type {
  PacketFault,
  PartnerCounters,
  PartnerFaults,
  PartnerMutations,
  PartnerOptions,
} from "./partner-options.ts";
import { PartnerReceiver } from "./partner-rx.ts";
import { PartnerSender } from "./partner-tx.ts";

export type {
  PacketFault,
  PartnerCounters,
  PartnerFaults,
  PartnerMutations,
  PartnerOptions,
  PartnerPacket,
} from "./partner-options.ts";
export { packetFaults } from "./partner-options.ts";

/** INIT intervals that a port waits for the peer's INIT after its own echo. */
const lonelyIntervals = 128;

/** Reference port on the MII. */
export class LinkPartner implements MiiEnd {
  readonly rxData: Uint8Array;
  readonly rxFlags: Uint8Array;
  readonly #core: PartnerCore;
  readonly #receiver: PartnerReceiver;
  readonly #sender: PartnerSender;
  readonly #decoder: ColumnDecoder;
  readonly #columns: number;
  #txReady = false;
  #rxValid = false;
  #downCycles = 0;

  constructor(options: PartnerOptions) {
    this.#core = new PartnerCore(options);
    this.#columns = options.widthBits / 64;
    this.#receiver = new PartnerReceiver(this.#core);
    this.#sender = new PartnerSender(this.#core);
    this.#decoder = new ColumnDecoder(this.#receiver, 16384);
    this.rxData = new Uint8Array(options.widthBits / 8);
    this.rxFlags = new Uint8Array(this.#columns);
    this.#core.session.start();
  }

  /** The beat that stands on the MII; 8 bytes a column, flags one byte a column. */
  get txData(): Uint8Array {
    return this.#sender.wire.data;
  }

  get txFlags(): Uint8Array {
    return this.#sender.wire.flags;
  }

  setTxReady(ready: boolean): void {
    this.#txReady = ready;
  }

  /** Whether the beat on tx goes onto the wire in this cycle. */
  get txReady(): boolean {
    return this.#txReady;
  }

  setRxValid(valid: boolean): void {
    this.#rxValid = valid;
  }

  setLinkUp(up: boolean): void {
    this.#core.linkUp = up;
  }

  /** One cycle with what a cable has set. */
  tick(): void {
    this.step(this.#rxValid ? this.rxData : null, this.rxFlags, this.#txReady);
  }

  /**
   * One cycle.
   * @param rxData the beat that arrives, or null when rx_valid is low
   * @param txReady the beat in {@link txData} goes onto the wire in this cycle; the next one stands there afterwards
   */
  step(rxData: Uint8Array | null, rxFlags: Uint8Array, txReady: boolean): void {
    const core = this.#core;
    core.cycle++;
    if (core.linkUp) {
      this.#downCycles = 0;
      core.session.tick(lonelyIntervals * core.options.initIntervalCycles);
    } else this.#linkDown();
    if (rxData !== null && core.linkUp) this.#decoder.beat(rxData, rxFlags, this.#columns);
    core.creditReceiver.tick();
    this.#receiver.tick();
    if (core.linkUp && core.options.retry === "llr" && core.retrySender.tick()) {
      core.counters.flushes++;
      core.session.start();
    }
    if (txReady) this.#sender.wire.build();
  }

  /** Queues a packet (LRH … ICRC; not copied). @param options.poison it is sent poisoned */
  send(packet: Uint8Array, options: { readonly vl?: number; readonly poison?: boolean } = {}): void {
    this.#sender.queue(packet, options.vl ?? packet[0]! >> 4, options.poison ?? false);
  }

  /** Packets of a lane that wait for their first transmission. */
  queued(vl: number): number {
    return this.#sender.queued(vl);
  }

  /** Frames sent and not acknowledged. */
  get outstanding(): number {
    return this.#core.retrySender.outstanding;
  }

  /** Nothing waits, nothing is unacknowledged, nothing is missing. */
  get quiet(): boolean {
    for (let vl = 0; vl < 16; vl++) if (this.#sender.queued(vl) > 0) return false;
    return this.outstanding === 0 && !this.#core.retrySender.replaying;
  }

  /** The handshake is done in both directions. */
  get ready(): boolean {
    return this.#core.session.ready;
  }

  /** Draws a new session word and starts anew, as after a reset. */
  restart(): void {
    this.#core.session.start();
  }

  /** The next transmission of a data packet has this fault; faults queue up. */
  faultNext(fault: PacketFault): void {
    this.#sender.faultNext(fault);
  }

  /** Sends a control set as it is given, as soon as the spacing rules allow. */
  sendControl(code: number, seq: number, word = 0): void {
    this.#sender.sendControl(code, seq, word);
  }

  /** How fast a lane's receive buffer is emptied, bytes a cycle; 0 stops it, Infinity empties at once. */
  setDrain(vl: number, bytesPerCycle: number): void {
    this.#core.creditReceiver.setDrain(vl, bytesPerCycle);
  }

  /** Frees the room of the oldest packet of a lane whose drain is 0. */
  release(vl: number): void {
    this.#core.creditReceiver.release(vl);
  }

  /** Op of the flow-control packets: 1 as in Initialize, 0 otherwise (default). */
  setOp(op: 0 | 1): void {
    this.#core.op = op;
  }

  get faults(): PartnerFaults {
    return this.#core.faults;
  }

  get mutations(): PartnerMutations {
    return this.#core.mutations;
  }

  get counters(): Readonly<PartnerCounters> {
    return this.#core.counters;
  }

  /** The last 4096 events. */
  events(): PartnerEvent[] {
    return this.#core.log.entries();
  }

  /** Numbers of the retry and the credits as they stand. */
  get state(): PartnerState {
    const { retrySender, retryReceiver, session, creditSender, creditReceiver, options } = this.#core;
    const lanes = Array.from({ length: options.dataVls }, (_, vl) => vl);
    return {
      txSeq: retrySender.txSeq,
      acked: retrySender.acked,
      replaying: retrySender.replaying,
      expected: retryReceiver.expected,
      receiver: retryReceiver.state,
      ownWord: session.ownWord,
      peerWord: session.peerWord,
      fctbs: lanes.map((vl) => creditSender.sent[vl]!),
      limit: lanes.map((vl) => creditSender.limit[vl]!),
      occupiedBlocks: lanes.map((vl) => creditReceiver.occupied(vl)),
    };
  }

  #linkDown(): void {
    this.#downCycles++;
    this.#decoder.reset();
    if (this.#downCycles === this.#core.options.linkLostCycles) this.#core.session.start();
  }
}

export interface PartnerState {
  readonly txSeq: number;
  /** Last number that the peer acknowledged. */
  readonly acked: number;
  readonly replaying: boolean;
  /** Number that the receiver waits for. */
  readonly expected: number;
  readonly receiver: string;
  readonly ownWord: number;
  readonly peerWord: number;
  /** By data lane: blocks sent, credit limit, blocks held. */
  readonly fctbs: readonly number[];
  readonly limit: readonly number[];
  readonly occupiedBlocks: readonly number[];
}

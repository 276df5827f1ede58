/**
 * Watches what a port sends, before the channel adds errors, and holds it to `docs/wire-format.md`: columns, spacing rules,
 * numbers of frames, order of ACK and NACK.
 */
import {
  columnBytes,
  columnKind,
  controlGood,
  controlSequence,
  kindOfColumn,
  message,
  sequenceHalf,
  sequenceMask,
  startGood,
  startSequence,
} from "../reference/columns.ts";
import { ColumnDecoder, type DecodedFrame, damage } from "../reference/decoder.ts";
import { judgeVcrc } from "../reference/packet.ts";

export interface MiiMonitorOptions {
  readonly widthBits: number;
  /** Columns between starts and between messages; default those of a beat. */
  readonly spacingColumns?: number;
  /** Default 2048. */
  readonly controlSpacingBytes?: number;
  /** Throw at the first breach; default true. */
  readonly strict?: boolean;
  /** Every whole frame that was sent, its CRC included; the object is used again. */
  readonly onFrame?: (frame: DecodedFrame) => void;
}

/** Beats that a transmitter may be ahead of one a cycle. */
const beatsAhead = 8;

export class MiiMonitor {
  /** Breaches in words; at most 100 are kept. */
  readonly violations: string[] = [];
  frames = 0;
  replayedFrames = 0;
  /** Control sets by message. */
  readonly messages = new Uint32Array(256);
  idleColumns = 0;
  readonly #columns: number;
  readonly #spacing: number;
  readonly #controlSpacing: number;
  readonly #options: MiiMonitorOptions;
  readonly #decoder: ColumnDecoder;
  #position = 0;
  #lastStart = Number.NEGATIVE_INFINITY;
  /** Cycle up to which a receiver is busy with the packets so far, when it makes a beat of one packet a cycle. */
  #busy = 0;
  #lastMessage = Number.NEGATIVE_INFINITY;
  #lastInside = Number.NEGATIVE_INFINITY;
  #nextSeq = -1;
  #lastAck = -1;
  /**
   * Which breach the last ACK or NACK was, -1: none. It is taken back when an INIT_ECHO follows that shows that a session
   * began before it.
   */
  #doubtful = -1;
  #lastNack = -1;
  #initWord = -1;
  #cycle = 0;

  constructor(options: MiiMonitorOptions) {
    this.#options = options;
    this.#columns = options.widthBits / 64;
    this.#spacing = options.spacingColumns ?? this.#columns;
    this.#controlSpacing = (options.controlSpacingBytes ?? 2048) / columnBytes;
    this.#decoder = new ColumnDecoder({
      frame: (frame) => this.#frame(frame),
      control: (code, seq, word) => this.#control(code, seq, word),
      badControl: () => this.#breach("a control set with wrong content"),
      strayColumn: () => this.#breach("an error column"),
    });
  }

  /** Takes a beat that went onto the wire. */
  beat(data: Uint8Array, flags: Uint8Array, cycle: number): void {
    this.#cycle = cycle;
    let fills = 0;
    let messages = 0;
    for (let i = 0; i < this.#columns; i++, this.#position++) {
      const at = i * columnBytes;
      const flag = flags[i]!;
      if (flag !== 0) {
        const kind = kindOfColumn(data, at, flag);
        if (kind === columnKind.start) this.#start(data, at);
        else if (kind === columnKind.idle) this.idleColumns++;
        else if (kind === columnKind.control) {
          if (data[at + 1] === message.fill) fills++;
          else {
            if (i === 0) messages = 1;
            this.#message(data, at);
          }
        }
      } else if (!this.#decoder.inside) this.#breach("a data column outside of a packet");
      this.#decoder.column(data, at, flag);
    }
    if (fills !== 0 && fills + messages !== this.#columns) this.#breach("FILL does not fill the beat");
  }

  #start(data: Uint8Array, at: number): void {
    if (startGood(data, at)) this.#number(startSequence(data, at));
    else this.#breach("a start column with wrong content");
    if (this.#position - this.#lastStart < this.#spacing) this.#breach("starts too close to each other");
    if (this.#busy > this.#cycle + beatsAhead) this.#breach("packets faster than a receiver aligns them");
    this.#busy = Math.max(this.#busy, this.#cycle);
    this.#lastStart = this.#position;
    this.#lastInside = Number.NEGATIVE_INFINITY;
  }

  #number(seq: number): void {
    if (seq < 0) return;
    const distance = this.#nextSeq < 0 ? 0 : (seq - this.#nextSeq) & sequenceMask;
    if (distance !== 0 && distance < sequenceHalf)
      this.#breach(`frame ${seq} where ${this.#nextSeq} is next`);
    if (distance === 0) this.#nextSeq = (seq + 1) & sequenceMask;
    else this.replayedFrames++;
  }

  #message(data: Uint8Array, at: number): void {
    if (this.#position - this.#lastMessage < this.#spacing) this.#breach("messages too close to each other");
    this.#lastMessage = this.#position;
    if (!this.#decoder.inside) return;
    if (data[at + 1] !== message.poison) {
      if (this.#position - this.#lastStart < 256 / columnBytes)
        this.#breach("a message too early in a packet");
      if (this.#position - this.#lastInside < this.#controlSpacing)
        this.#breach("messages too dense in a packet");
    }
    this.#lastInside = this.#position;
    if (!controlGood(data, at)) return;
    const seq = controlSequence(data, at);
    if ((data[at + 1] === message.poison || data[at + 1] === message.fill) && seq !== 0)
      this.#breach("POISON with a number");
  }

  #frame(frame: DecodedFrame): void {
    this.frames++;
    this.#busy += Math.ceil(frame.length / (columnBytes * this.#spacing));
    if (frame.damaged !== damage.none) this.#breach(`a damaged frame (${frame.damaged})`);
    const verdict = judgeVcrc(frame.bytes, frame.length);
    if (verdict === "bad" || (verdict === "complemented") !== frame.poisonSet) {
      this.#breach(`a frame with ${verdict} CRC, ${frame.poisonSet ? "with" : "without"} POISON`);
    }
    this.#options.onFrame?.(frame);
  }

  #control(code: number, seq: number, word: number): void {
    this.messages[code]!++;
    if (code === message.init) {
      if (seq !== word << 4) this.#breach("INIT whose number is not its word and 0");
      if (word !== this.#initWord) {
        this.#initWord = word;
        this.#nextSeq = seq;
      }
    } else if (code === message.initEcho) {
      // A NACK may overtake the answer to the INIT that has set its number: it was no breach
      if (this.#doubtful >= 0 && this.#lastAck === ((seq - 1) & sequenceMask))
        this.violations.splice(this.#doubtful, 1);
      this.#doubtful = -1;
      this.#lastAck = -1;
      this.#lastNack = -1;
    } else if (code === message.ack || code === message.nack) this.#acknowledge(code, seq);
  }

  #acknowledge(code: number, seq: number): void {
    const behind = this.#lastAck >= 0 && ((seq - this.#lastAck) & sequenceMask) >= sequenceHalf;
    this.#doubtful = behind ? this.violations.length : -1;
    if (behind) this.#breach(`ACK or NACK ${seq} after ${this.#lastAck}`);
    this.#lastAck = seq;
    if (code !== message.nack) return;
    if (seq === this.#lastNack) this.#breach(`NACK ${seq} twice for one gap`);
    this.#lastNack = seq;
  }

  #breach(what: string): void {
    const text = `cycle ${this.#cycle}: ${what}`;
    if (this.violations.length < 100) this.violations.push(text);
    if (this.#options.strict !== false) throw new Error(`wire format broken at ${text}`);
  }
}

/**
 * Session handshake of a port (`docs/wire-format.md`, "Session handshake").
 *
 * Two rules guard against a handshake that only one end believes to be finished, when an echo outlives a restart: taking a
 * new peer word makes the own INIT due again, and a port that stays without a peer word after its echo starts anew.
 */
import type { Rng } from "../traffic/rng.ts";

export interface SessionEvents {
  /** This port starts: sender state and what came from the old session are void. */
  started(txSeq: number): void;
  /** The peer's word and first number are taken. */
  peerTaken(expected: number): void;
}

/** Own word, peer word, and what is to be sent for them. */
export class Session {
  readonly #rng: Rng;
  readonly #events: SessionEvents;
  /** 16 bits; -1 before the first start. */
  ownWord = -1;
  /** 16 bits; -1 while unknown. */
  peerWord = -1;
  /** The own INIT was echoed. */
  echoed = false;
  /** An INIT_ECHO is owed, with these contents. */
  echoDue = false;
  echoSeq = 0;
  echoWord = 0;
  #candidate = -1;
  #lonely = 0;

  constructor(rng: Rng, events: SessionEvents) {
    this.#rng = rng;
    this.#events = events;
  }

  /** First number of the own session. */
  get initSeq(): number {
    return this.ownWord << 4;
  }

  /** Packets may be sent. */
  get ready(): boolean {
    return this.echoed && this.peerWord >= 0;
  }

  /** Packets are accepted. */
  get accepts(): boolean {
    return this.peerWord >= 0;
  }

  /** Starts with a word other than the last one. */
  start(): void {
    let word = this.#rng.below(65536);
    if (word === this.ownWord) word = (word + 1) & 0xffff;
    this.ownWord = word;
    this.peerWord = -1;
    this.echoed = false;
    this.echoDue = false;
    this.#candidate = -1;
    this.#lonely = 0;
    this.#events.started(this.initSeq);
  }

  /** One cycle with the link up. @param patience cycles that the own echo may come before the peer's INIT */
  tick(patience: number): void {
    if (!this.echoed || this.peerWord >= 0) this.#lonely = 0;
    else if (++this.#lonely > patience) this.start();
  }

  onInit(seq: number, word: number): void {
    if (this.peerWord >= 0 && word !== this.peerWord && this.echoed) {
      if (word !== this.#candidate) {
        this.#candidate = word;
        return;
      }
      this.start();
    }
    this.#candidate = -1;
    if (word !== this.peerWord) {
      this.peerWord = word;
      this.echoed = false;
      this.#events.peerTaken(seq);
    }
    this.echoDue = true;
    this.echoSeq = seq;
    this.echoWord = word;
  }

  /** @returns whether the echo was the awaited one */
  onEcho(seq: number, word: number): boolean {
    if (seq !== this.initSeq || word !== this.ownWord) return false;
    this.echoed = true;
    return true;
  }
}

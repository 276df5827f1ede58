import { describe, expect, it } from "vitest";
import { Rng } from "../traffic/rng.ts";
import { Session } from "./partner-session.ts";

type Message = readonly ["init" | "echo", number, number];

/** Two sessions on a channel that delays, loses and swaps. */
class Ends {
  readonly sessions: [Session, Session];
  readonly taken = [-1, -1];
  readonly #rng: Rng;
  readonly #loss: number;
  readonly #queues: [Message[], Message[]] = [[], []];
  readonly #delay: number;
  #cycle = 0;

  constructor(seed: number, loss: number) {
    this.#rng = new Rng(seed);
    this.#loss = loss;
    this.#delay = this.#rng.below(40);
    const make = (end: 0 | 1) =>
      new Session(this.#rng.fork(`${end}`), {
        started: () => {},
        peerTaken: (expected) => {
          this.taken[end] = expected;
        },
      });
    this.sessions = [make(0), make(1)];
    for (const session of this.sessions) session.start();
  }

  run(cycles: number): void {
    for (let i = 0; i < cycles; i++) {
      this.#cycle++;
      this.#end(0, 1);
      this.#end(1, 0);
    }
  }

  /** Both are ready and mean the same. */
  get agreed(): boolean {
    const [a, b] = this.sessions;
    const words = a.peerWord === b.ownWord && b.peerWord === a.ownWord;
    return a.ready && b.ready && words && this.taken[0] === b.initSeq && this.taken[1] === a.initSeq;
  }

  #end(from: 0 | 1, to: 0 | 1): void {
    const session = this.sessions[from];
    session.tick(500);
    if (session.echoDue) {
      session.echoDue = false;
      this.#send(to, ["echo", session.echoSeq, session.echoWord]);
    } else if (!session.echoed && this.#cycle % 8 === 0)
      this.#send(to, ["init", session.initSeq, session.ownWord]);
    const queue = this.#queues[from];
    if (queue.length <= this.#delay && this.#rng.chance(0.9)) return;
    const message = queue.shift();
    if (message === undefined || this.#rng.chance(this.#loss)) return;
    if (message[0] === "init") session.onInit(message[1], message[2]);
    else session.onEcho(message[1], message[2]);
  }

  #send(to: 0 | 1, message: Message): void {
    const queue = this.#queues[to];
    if (this.#rng.chance(this.#loss)) queue.splice(Math.max(0, queue.length - 1), 0, message);
    else queue.push(message);
  }
}

describe("Session", () => {
  it("is agreed on without loss", () => {
    const ends = new Ends(1, 0);
    ends.run(1000);
    expect(ends.agreed).toBe(true);
  });

  it("is agreed on again after restarts at any time, with messages lost and swapped", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const ends = new Ends(seed, 0.2);
      const rng = new Rng(seed);
      for (let i = 0; i < 6; i++) {
        ends.run(rng.below(400));
        ends.sessions[rng.below(2) as 0 | 1].start();
      }
      ends.run(6000);
      expect(ends.agreed, `seed ${seed}`).toBe(true);
    }
  });

  it("makes its INIT due again when it takes a word after its echo", () => {
    const session = new Session(new Rng(1), { started: () => {}, peerTaken: () => {} });
    session.start();
    expect(session.onEcho(session.initSeq, session.ownWord)).toBe(true);
    session.onInit(0x12340, 0x1234);
    expect(session).toMatchObject({ echoed: false, peerWord: 0x1234, echoDue: true });
    expect(session.onEcho(session.initSeq, session.ownWord)).toBe(true);
    expect(session.ready).toBe(true);
  });

  it("ignores an echo of another word", () => {
    const session = new Session(new Rng(1), { started: () => {}, peerTaken: () => {} });
    session.start();
    expect(session.onEcho(session.initSeq ^ 16, session.ownWord ^ 1)).toBe(false);
    expect(session.echoed).toBe(false);
  });
});

import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, portsOf, resetAll } from "./link-bench.ts";

/** INIT or INIT_ECHO on its way. */
export interface Message {
  readonly echo: boolean;
  readonly seq: number;
  readonly word: number;
}

/** What a wire does to messages; probabilities a message. */
export interface Wire {
  readonly delay: number;
  readonly loss: number;
  readonly repeat: number;
  readonly swap: number;
}

/** One port: the session, and a sender of control sets that forms them a cycle ahead. */
export class SessionEnd {
  readonly model: Model;
  readonly p;
  readonly seen = { restarts: 0, accepts: 0, inits: 0, echoes: 0 };
  /** Word that the receiver's numbers start from. */
  expectedWord = -1;
  /** Word that the sender's numbers start from. */
  txWord = -1;
  /** Probability that a control set that waits is sent in a cycle. */
  pace = 1;
  readonly #rng: Rng;
  readonly #out: { readonly due: number; readonly message: Message }[] = [];
  #waiting: Message | undefined;
  /** The session began anew in the cycle before. */
  #restarted = false;

  constructor(model: Model, rng: Rng) {
    resetAll(model);
    for (const name of ["running", "ready", "peer_valid", "init_due", "echo_due"])
      if (model.port(name).get() !== 0) fail(model, `${name} is set by the reset`);
    model.step(rng.below(5000));
    this.model = model;
    this.#rng = rng;
    this.p = portsOf(model, [
      ...(["start", "stop", "hold", "rx_init", "rx_init_echo", "rx_seq", "rx_word", "init_due"] as const),
      ...(["init_taken", "echo_due", "echo_taken", "echo_seq", "running", "ready", "own_word"] as const),
      ...(["own_word_next", "peer_word", "peer_valid", "epoch", "restart", "peer_accept"] as const),
    ]);
  }

  get ready(): boolean {
    return this.p.ready.get() === 1;
  }

  get ownWord(): number {
    return this.p.own_word.get();
  }

  get peerWord(): number {
    return this.p.peer_word.get();
  }

  /** What is under way. */
  get inFlight(): number {
    return this.#out.length;
  }

  /** One cycle; the message that arrives, if any, and whether the port is told to start. */
  cycle(arriving: Message | undefined, wire: Wire, cycle: number, start = false, stop = false): void {
    const { p, model } = this;
    const rng = this.#rng;
    p.start.set(start ? 1 : 0);
    p.stop.set(stop ? 1 : 0);
    p.rx_init.set(arriving?.echo === false ? 1 : 0);
    p.rx_init_echo.set(arriving?.echo === true ? 1 : 0);
    p.rx_seq.set(arriving?.seq ?? rng.below(2 ** 20));
    p.rx_word.set(arriving?.word ?? rng.below(2 ** 16));
    const sent = this.#waiting !== undefined && rng.chance(this.pace) ? this.#waiting : undefined;
    p.init_taken.set(sent?.echo === false ? 1 : 0);
    p.echo_taken.set(sent?.echo === true ? 1 : 0);
    if (sent !== undefined) this.#send(sent, wire, cycle);
    model.eval();
    const restart = p.restart.get() === 1;
    const accept = p.peer_accept.get() === 1;
    if (restart) {
      this.seen.restarts += 1;
      this.txWord = p.own_word_next.get();
      this.expectedWord = -1;
    }
    if (accept) {
      this.seen.accepts += 1;
      this.expectedWord = p.rx_word.get();
      if (p.rx_seq.get() !== this.expectedWord * 16) fail(model, "bench: a strange INIT");
    }
    const [echo, init, own, peer] = [p.echo_due, p.init_due, p.own_word, p.peer_word].map((port) =>
      port.get(),
    );
    this.#waiting =
      echo === 1
        ? { echo: true, seq: p.echo_seq.get(), word: peer! }
        : init === 1
          ? { echo: false, seq: own! * 16, word: own! }
          : undefined;
    if (sent !== undefined) this.#waiting = undefined;
    const epoch = p.epoch.get();
    model.step();
    if ((p.epoch.get() !== epoch) !== restart) fail(model, "the epoch does not go with the session");
    if (restart && !stop && this.ready) fail(model, "a new session that is ready at once");
    if (restart && p.own_word.get() !== this.txWord) fail(model, "own_word is not what was told");
    if (stop) {
      for (const port of [p.running, p.peer_valid, p.init_due, p.echo_due])
        if (port.get() !== 0) fail(model, `${port.name} outlives the stop`);
    } else if ((restart || accept) && (p.init_due.get() !== 1 || p.echo_due.get() !== 0)) {
      fail(model, "the own INIT does not go first, at once");
    }
    const undisturbed = !restart && !accept && !stop;
    if (undisturbed && echo === 1 && sent?.echo !== true && p.echo_due.get() !== 1)
      fail(model, "an echo is forgotten");
    if (undisturbed && this.#restarted && sent?.echo === false && p.init_due.get() !== 1)
      fail(model, "an INIT of the session before counts as one of this session");
    this.#restarted = restart;
    if (this.ready && this.expectedWord !== this.peerWord)
      fail(model, "peer_word was not told to the receiver");
  }

  /** The message that arrives at the other end in this cycle. */
  arriving(cycle: number): Message | undefined {
    const [first] = this.#out;
    if (first === undefined || first.due > cycle) return undefined;
    return this.#out.shift()?.message;
  }

  #send(message: Message, { delay, loss, repeat, swap }: Wire, cycle: number): void {
    const rng = this.#rng;
    this.seen[message.echo ? "echoes" : "inits"] += 1;
    if (rng.chance(loss)) return;
    const out = this.#out;
    out.push({ due: cycle + delay, message });
    if (rng.chance(repeat)) out.push({ due: cycle + delay, message });
    const last = out.length - 1;
    if (last > 0 && rng.chance(swap)) [out[last - 1], out[last]] = [out[last]!, out[last - 1]!];
  }
}

import type { LinkDesign } from "../../generator/design/link.ts";
import { coverGroup } from "../../sim/coverage/points.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, portsOf, resetAll } from "./link-bench.ts";
import { FrameMonitor } from "./llr-tx-monitor.ts";
import { type Answer, after, GoBackN } from "./llr-tx-reference.ts";
import { FrameSource } from "./llr-tx-source.ts";

/** What happens around the module; probabilities a cycle. */
export interface Weather {
  /** A frame is chosen when the window is open. */
  readonly load: number;
  readonly bubble: number;
  readonly ready: number;
  readonly ack: number;
  readonly nack: number;
  /** Answers with numbers out of the blue. */
  readonly garbage: number;
  readonly restart: number;
  readonly stop: number;
  readonly hold: number;
}

export const calm: Weather = {
  load: 1,
  bubble: 0,
  ready: 1,
  ack: 0,
  nack: 0,
  garbage: 0,
  restart: 0,
  stop: 0,
  hold: 0,
};

export interface Limits {
  readonly timer: number;
  readonly count: number;
  readonly frames: number;
  readonly bytes: number;
  /** Cycles, 0 = none. */
  readonly age: number;
}

/** What a cycle hands over. */
interface Outcome {
  /** Enters a new frame that was sent into the reference. */
  readonly record: () => void;
  readonly sent: boolean;
  readonly replayed: boolean;
  readonly poison: boolean;
  /** A frame was thrown away or damaged. */
  readonly gone: boolean;
}

/** What happens to the sender, and what it is doing then. */
const happenings = coverGroup(
  "what happens to the sender of the retry, state of the sender",
  {
    event: [
      ...(["ACK that frees frames", "NACK that asks for a replay"] as const),
      ...(["NACK of all that was sent", "number outside of the window", "replay timer", "flush"] as const),
      "new session",
    ],
    state: ["nothing is waiting", "frames wait", "replaying", "held"],
  },
  (event, state) => state === "nothing is waiting" && /frees|replay|flush/u.test(event),
);

/** `llr_tx` among a source of frames, a MAC, a peer's answers and a session. */
export class LlrTxBench {
  readonly reference = new GoBackN();
  readonly source: FrameSource;
  readonly monitor: FrameMonitor;
  readonly seen = { flushes: 0, expired: 0, refused: 0, restarts: 0, discarded: 0, ok: 0, held: 0 };
  readonly retry: boolean;
  readonly #p;
  readonly #q;
  readonly #beats = new Map<number, { beats: number; born: number }>();
  ready = false;
  #running = false;
  #epoch = 0;
  #readyIn = 0;
  /** Cycles that the replay timer must have counted. */
  quiet = 0;
  /** Cycles that were not held: the clock of the data age. */
  #clock = 0;
  #hold = false;
  #discarding = false;

  readonly model: Model;
  readonly rng: Rng;
  readonly limits: Limits;

  constructor(model: Model, design: LinkDesign, rng: Rng, limits: Limits) {
    this.model = model;
    this.rng = rng;
    this.limits = limits;
    resetAll(model);
    this.retry = design.retry === "llr";
    this.source = new FrameSource(model, design, rng.fork("source"));
    this.monitor = new FrameMonitor(model, this.reference, this.retry);
    this.#p = portsOf(model, ["m_ready", "s_ready", "session_running", "session_ready", "session_restart"]);
    this.#q = portsOf(model, ["session_epoch", "sts_tx_seq", "sts_acked_seq", "sts_state", "window_open"]);
    if (!this.retry) return;
    model.port("cfg_replay_timer_max").set(limits.timer);
    model.port("cfg_replay_ct_max").set(limits.count);
    model.port("cfg_outstanding_seq_max").set(limits.frames);
    model.port("cfg_outstanding_data_max").set(limits.bytes);
    model.port("cfg_data_age_max").set(limits.age);
  }

  run(weather: Weather, cycles: number): void {
    for (let cycle = 0; cycle < cycles; cycle += 1) this.cycle(weather);
  }

  cycle(weather: Weather, forced?: { kind: "ack" | "nack"; seq: number } | "restart"): void {
    const { model, rng, reference, monitor, source } = this;
    const p = this.#p;
    if (rng.chance(weather.hold)) this.#hold = !this.#hold;
    if (weather.hold === 0) this.#hold = false;
    const said = typeof forced === "object" ? forced : this.#say(weather);
    let restart = forced === "restart" || rng.chance(weather.restart);
    restart ||= !this.#running && this.#readyIn-- <= 0;
    const stop = !restart && this.#running && rng.chance(weather.stop);
    source.drive(model.cycle, this.ready, this.#epoch, weather.load, weather.bubble);
    p.m_ready.set(rng.chance(weather.ready) ? 1 : 0);
    p.session_running.set(Number(this.#running));
    p.session_ready.set(Number(this.ready));
    this.#q.session_epoch.set(this.#epoch);
    p.session_restart.set(Number(restart));
    const word = rng.below(1 << 16);
    if (this.retry) {
      model.port("session_word_next").set(word);
      model.port("hold").set(Number(this.#hold));
      model.port("rx_ack").set(said?.kind === "ack" ? 1 : 0);
      model.port("rx_nack").set(said?.kind === "nack" ? 1 : 0);
      model.port("rx_seq").set(said?.seq ?? rng.below(1 << 20));
    }
    model.eval();
    const flush = this.retry && model.port("flush").get() === 1;
    if (flush && !restart) {
      p.session_restart.set(1);
      model.eval();
    }
    restart ||= flush;

    const outcome = this.#transfer(restart);
    const judged = this.ready && said !== undefined ? reference.judge(said.kind, said.seq) : undefined;
    const attempts = reference.attempts;
    model.step();
    const expired = this.retry && model.port("evt_timer_expired").get() === 1;
    if (this.retry) this.#timers(expired, flush, attempts, judged);
    if (this.retry) this.#cover(said?.kind, judged, { expired, flush, restart });
    reference.take(judged, expired);
    if (judged?.replay === true || (expired && this.ready)) monitor.ask(reference.oldest);
    outcome.record();
    if (restart) this.#restart(word);
    if (stop) this.#stop();
    this.#check(outcome, judged?.refused === true, flush);
    if (this.#running && !this.ready && !stop) this.ready = --this.#readyIn <= 0;
  }

  #cover(
    kind: "ack" | "nack" | undefined,
    judged: Answer | undefined,
    { expired, flush, restart }: { expired: boolean; flush: boolean; restart: boolean },
  ): void {
    const { reference, monitor } = this;
    const idle = reference.outstanding === 0 ? "nothing is waiting" : "frames wait";
    const state = this.#hold ? "held" : monitor.replaying ? "replaying" : idle;
    if (judged?.refused === true) happenings.hit("number outside of the window", state);
    else if (judged !== undefined && kind === "ack") happenings.hit("ACK that frees frames", state);
    else if (judged !== undefined)
      happenings.hit(judged.replay ? "NACK that asks for a replay" : "NACK of all that was sent", state);
    if (expired) happenings.hit("replay timer", state);
    if (flush) happenings.hit("flush", state);
    else if (restart) happenings.hit("new session", state);
  }

  /** Oldest frame's place in time and the beats of all frames that are not acknowledged. */
  heldBeats(): number {
    let beats = 0;
    for (let seq = this.reference.oldest; seq !== this.reference.next; seq = after(seq))
      beats += this.#beats.get(seq)!.beats;
    return beats;
  }

  #say({ ack, nack, garbage }: Weather): { kind: "ack" | "nack"; seq: number } | undefined {
    const { rng, reference } = this;
    const kind = rng.chance(ack) ? "ack" : rng.chance(nack) ? "nack" : undefined;
    if (kind === undefined) return undefined;
    if (!rng.chance(garbage))
      return { kind, seq: after(reference.oldest, rng.below(reference.outstanding + 1) - 1) };
    const odd = [reference.oldest - 2, reference.next, reference.next + rng.below(9), rng.below(2 ** 20)];
    return { kind, seq: after(rng.pick(odd), 0) };
  }

  /** What is handed over in this cycle; a frame of a session that ends with it may not end as a good one. */
  #transfer(restart: boolean): Outcome {
    const { model, source, monitor, reference } = this;
    const head = source.head;
    const taken = head !== undefined && this.#p.s_ready.get() === 1;
    const { sop, eop } = source;
    if (taken && sop) this.#discarding = !this.ready || !head.counted || head.epoch !== this.#epoch;
    const live = taken && !this.#discarding ? head.frame : undefined;
    const replayed = monitor.beat && live === undefined && !monitor.old;
    if (live !== undefined && !monitor.beat) fail(model, "a beat is lost");
    const spoiled = restart || (monitor.openLive && monitor.old);
    if (restart && monitor.openLive) monitor.spoil();
    if (monitor.beat) monitor.watch(live, this.ready, restart);
    if (!this.ready && !monitor.openLive) monitor.spoil();
    if (taken) source.advance();
    const sent = taken && eop && live !== undefined && !spoiled;
    const record = (): void => {
      if (!sent) return;
      this.#beats.set(reference.next, { beats: head.beats, born: this.#clock });
      reference.sent(head.frame);
    };
    return { record, sent, replayed, poison: head?.frame.poison === true, gone: taken && eop && !sent };
  }

  #timers(expired: boolean, flush: boolean, attempts: number, judged: Answer | undefined): void {
    const { model, limits, reference, monitor } = this;
    const waiting = reference.outstanding > 0;
    if (expired && Math.abs(this.quiet - limits.timer) > 3) fail(model, `the timer ends after ${this.quiet}`);
    if (this.quiet > limits.timer + 4) fail(model, "the timer never ends");
    const spent = expired && limits.count !== 255 && attempts >= limits.count;
    const age = waiting ? this.#clock - this.#beats.get(reference.oldest)!.born : 0;
    const old = limits.age !== 0 && this.ready && age > limits.age + 140;
    const aged = limits.age !== 0 && this.ready && age >= limits.age - 70;
    if (flush ? !spent && !aged : spent || old)
      fail(model, `flush ${flush} after ${attempts} replays, oldest frame ${age} cycles old`);
    if (expired) this.seen.expired += 1;
    if (flush) this.seen.flushes += 1;
    if (this.#hold) this.seen.held += 1;
    const { demand, replaying } = monitor;
    const asked = demand !== undefined && demand.chances === undefined;
    const stopped = !this.ready || this.#hold || asked || replaying;
    if (!waiting || (judged?.freed ?? 0) > 0 || replaying) this.quiet = 0;
    else if (!stopped) this.quiet += 1;
    if (expired) this.quiet = 0;
    if (!this.#hold) this.#clock += 1;
    if (waiting || demand === undefined) return;
    demand.chances ??= 4;
    if (this.#p.m_ready.get() === 1 && !monitor.open) demand.chances -= 1;
    if (demand.chances < 0) monitor.demand = undefined;
  }

  #restart(word: number): void {
    this.seen.restarts += 1;
    if (this.retry) this.reference.restart(word);
    this.monitor.restart(this.retry ? this.reference.next : this.monitor.cursor);
    this.#running = true;
    this.ready = false;
    this.quiet = 0;
    this.#epoch ^= 1;
    this.#readyIn = 2 + this.rng.below(60);
  }

  #stop(): void {
    this.#running = false;
    this.ready = false;
    this.monitor.demand = undefined;
    this.monitor.replaying = false;
    this.#readyIn = 50 + this.rng.below(3 * this.limits.timer);
  }

  #check({ sent, poison, gone, replayed }: Outcome, refused: boolean, flush: boolean): void {
    const { model, reference, limits } = this;
    const events: [name: string, expected: boolean][] = [
      ["evt_ok", sent && !poison],
      ["evt_poisoned", sent && poison],
      ["evt_discard", gone],
    ];
    if (this.retry) events.push(["evt_seq_error", refused]);
    for (const [name, expected] of events)
      if ((model.port(name).get() === 1) !== expected) fail(model, `${name} is not ${expected}`);
    this.seen.ok += Number(sent);
    this.seen.discarded += Number(gone);
    this.seen.refused += Number(refused);
    if (!this.retry) return;
    const q = this.#q;
    if (q.sts_tx_seq.get() !== reference.next) fail(model, "sts_tx_seq");
    if (q.sts_acked_seq.get() !== after(reference.oldest, -1)) fail(model, "sts_acked_seq");
    if (flush && q.sts_state.get() !== 4) fail(model, "sts_state is not FLUSH");
    if (replayed && this.ready && q.sts_state.get() !== 3) fail(model, "not REPLAY");
    if (sent && this.ready && q.sts_state.get() !== 2) fail(model, "sts_state is not ADVANCE");
    if (reference.outstanding + this.source.pendingFrames > limits.frames) fail(model, "too many frames");
    if (this.heldBeats() * this.source.beatBytes > limits.bytes) fail(model, "too many bytes");
  }
}

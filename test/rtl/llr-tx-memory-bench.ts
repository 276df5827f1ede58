import type { LinkDesign } from "../../generator/design/link.ts";
import { replayMemory } from "../../generator/views/llr.ts";
import type { Model } from "../../sim/driver/model.ts";
import { frameKind, startGood, startSequence } from "../../sim/reference/columns.ts";
import { judgeVcrc, poison as poisonFrame, sealVcrc } from "../../sim/reference/packet.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, portsOf, resetAll, sameBytes } from "./link-bench.ts";
import { after, distance, type Frame } from "./llr-tx-reference.ts";
import { FrameSource } from "./llr-tx-source.ts";
import { faultBytes, plantedFault, plantFault, plantPair, RowLayout } from "./packet-memory-faults.ts";

/** What happens around the module; probabilities, a cycle, a frame or a row. */
export interface MemoryWeather {
  readonly load: number;
  readonly ready: number;
  /** A frame does not arrive. */
  readonly loss: number;
  /** A row of the replay buffer has up to two wrong bits. */
  readonly fault: number;
  readonly restart: number;
}

/** What a peer takes in place of a frame that is lost: six bytes with a complemented VCRC. */
const lostFrame = [0xff, 0xff, 0, 0, 0, 0];
const answerDelay = 40;

interface Open {
  readonly seq: number;
  /** As its start column tells. */
  readonly kind: number;
  readonly bytes: number[];
  /** Its session is over. */
  old: boolean;
}

/** `llr_tx` whose replay buffer has wrong bits, and a peer that takes each number once and in order. */
export class LlrTxMemoryBench {
  readonly seen = {
    good: 0,
    poisoned: 0,
    lost: 0,
    nacks: 0,
    flushes: 0,
    corrected: 0,
    uncorrectable: 0,
    cut: 0,
  };
  readonly source: FrameSource;
  readonly #p;
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #layout: RowLayout;
  readonly #sent = new Map<number, Frame>();
  #next = 0;
  #expected = 0;
  #asked = false;
  /** The frame on its way to the MAC. */
  #open: Open | undefined;
  readonly #answers: { at: number; kind: "ack" | "nack"; seq: number }[] = [];
  #epoch = 0;
  #readyIn = 1;
  #ready = false;

  constructor(model: Model, design: LinkDesign, rng: Rng, age = 0) {
    this.#model = model;
    this.#rng = rng;
    this.#layout = new RowLayout(replayMemory(design));
    resetAll(model);
    this.source = new FrameSource(model, design, rng.fork("source"));
    this.#p = portsOf(model, [
      ...([
        "m_data",
        "m_bytes",
        "m_sop",
        "m_eop",
        "m_poison",
        "m_start",
        "m_valid",
        "m_ready",
        "s_ready",
      ] as const),
      ...([
        "session_running",
        "session_ready",
        "session_restart",
        "session_epoch",
        "session_word_next",
      ] as const),
      ...(["rx_ack", "rx_nack", "rx_seq", "flush"] as const),
    ]);
    model.port("cfg_replay_timer_max").set(300);
    model.port("cfg_replay_ct_max").set(255);
    model.port("cfg_outstanding_seq_max").set(2 ** 19);
    model.port("cfg_outstanding_data_max").set(2 ** 31);
    model.port("cfg_data_age_max").set(age);
  }

  /** Frames that the peer has not taken yet. */
  get outstanding(): number {
    return distance(this.#expected, this.#next) + this.source.queue.length;
  }

  run(weather: MemoryWeather, cycles: number): void {
    for (let at = 0; at < cycles; at += 1) this.cycle(weather);
  }

  cycle(weather: MemoryWeather): void {
    const model = this.#model;
    const p = this.#p;
    const restart = this.#rng.chance(weather.restart) || (!this.#ready && this.#readyIn === 20);
    const word = this.#rng.below(2 ** 16);
    const queued = this.source.queue.length;
    this.source.drive(model.cycle, this.#ready, this.#epoch, weather.load, 0.1);
    if (this.source.queue.length > queued) this.#spoil(this.source.queue.at(-1)!.frame, weather.fault);
    p.m_ready.set(this.#rng.chance(weather.ready) ? 1 : 0);
    p.session_running.set(1);
    p.session_ready.set(Number(this.#ready));
    p.session_epoch.set(this.#epoch);
    p.session_restart.set(Number(restart));
    p.session_word_next.set(word);
    this.#answer();
    model.eval();
    this.seen.flushes += p.flush.get();
    this.#take(restart);
    this.#watch(weather, restart);
    const oldest = after(model.port("sts_acked_seq").get());
    model.step();
    this.seen.corrected += model.port("evt_memory_corrected").get();
    this.seen.uncorrectable += model.port("evt_memory_uncorrectable").get();
    this.#countReplays(oldest);
    this.#readyIn -= 1;
    if (this.#readyIn <= 0) this.#ready = true;
    if (restart) this.#restart(word);
  }

  /** A replay begins with the oldest frame, and has a reason: a NACK, the timer, or a frame found lost. */
  #countReplays(oldest: number): void {
    const model = this.#model;
    this.#reasons += this.#p.rx_nack.get() + model.port("evt_timer_expired").get();
    // Nothing is left to replay: the next frame is a new one
    if (after(model.port("sts_acked_seq").get()) === model.port("sts_tx_seq").get()) this.#first = undefined;
    if (model.port("evt_replay").get() === 0) return;
    this.#first = oldest;
    this.#replays += 1;
    if (this.#replays > this.#reasons + this.seen.cut) fail(model, "a replay without a reason");
  }

  #reasons = 0;
  #replays = 0;
  /** Number that the next frame has to carry. */
  #first: number | undefined;

  /** Gives rows of a frame what makes its memory wrong, and seals it again. */
  #spoil({ bytes, poison }: Frame, fault: number): void {
    const { beatBytes } = this.source;
    if (bytes.length === 6 && this.#rng.chance(fault)) plantPair(bytes, this.#layout.drawPair(this.#rng));
    for (let at = 0; at + Math.max(beatBytes, faultBytes) + 2 <= bytes.length; at += beatBytes) {
      if (this.#rng.chance(fault))
        plantFault(bytes.subarray(at, at + faultBytes), this.#layout.draw(this.#rng));
    }
    sealVcrc(bytes);
    if (poison) poisonFrame(bytes);
  }

  /** Whether a row of the frame cannot be put right. */
  #wrong({ bytes }: Frame): boolean {
    const { beatBytes } = this.source;
    for (let at = 0; at < bytes.length; at += beatBytes) {
      const row = new Uint8Array(beatBytes).fill(0xa5);
      row.set(bytes.subarray(at, at + beatBytes));
      if (this.#layout.outcome(plantedFault(row)).uncorrectable) return true;
    }
    return false;
  }

  #answer(): void {
    const p = this.#p;
    const due = this.#answers.findIndex(({ at }) => at <= this.#model.cycle);
    const answer = due < 0 ? undefined : this.#answers.splice(due, 1)[0];
    p.rx_ack.set(answer?.kind === "ack" ? 1 : 0);
    p.rx_nack.set(answer?.kind === "nack" ? 1 : 0);
    p.rx_seq.set(answer?.seq ?? 0);
  }

  /** The source's beat, when it is taken; a frame of this session that has ended carries the next number. */
  #take(restart: boolean): void {
    const { source } = this;
    const { head, eop } = source;
    if (head === undefined || this.#p.s_ready.get() === 0) return;
    if (source.sop) this.#live = this.#ready && head.counted && head.epoch === this.#epoch;
    if (eop && this.#live && !restart) {
      this.#sent.set(this.#next, head.frame);
      this.#next = after(this.#next);
    }
    source.advance();
  }

  #live = false;

  /** The beat to the MAC. */
  #watch({ loss }: MemoryWeather, restart: boolean): void {
    const p = this.#p;
    const model = this.#model;
    if (p.m_valid.get() === 1 && p.m_ready.get() === 1) {
      if (p.m_sop.get() === 1) {
        if (this.#open !== undefined) fail(model, "a frame starts inside a frame");
        if (!startGood(p.m_start.bytes, 0)) fail(model, "start column");
        const seq = startSequence(p.m_start.bytes, 0);
        if (seq !== (this.#first ?? seq)) fail(model, `the replay begins with ${seq}`);
        this.#first = undefined;
        this.#open = { seq, kind: p.m_start.bytes[4]!, bytes: [], old: false };
      }
      const open = this.#open;
      if (open === undefined) fail(model, "a beat outside of a frame");
      const count = p.m_bytes.get();
      const eop = p.m_eop.get() === 1;
      if (!eop && count !== p.m_data.bytes.length) fail(model, "a beat in the middle is not full");
      open.bytes.push(...p.m_data.bytes.subarray(0, count));
      open.old ||= restart || !this.#ready;
      if (eop) {
        this.#open = undefined;
        this.#arrive(open, this.#rng.chance(loss));
      }
    }
    if (this.#open !== undefined) this.#open.old ||= restart || !this.#ready;
  }

  #arrive({ seq, kind, bytes, old }: Open, gone: boolean): void {
    const model = this.#model;
    const verdict = judgeVcrc(Uint8Array.from(bytes), bytes.length);
    const poisoned = verdict === "complemented" && this.#p.m_poison.get() === 1;
    const arrived = (verdict === "good" || poisoned) && !gone;
    if (old && (verdict === "good" || poisoned)) {
      // Only what has arrived as a whole may count for the session before
      const whole = this.#sent.get(seq) ?? this.source.head?.frame;
      if (whole !== undefined && !poisoned && !sameBytes(whole.bytes, Uint8Array.from(bytes), bytes.length))
        fail(model, "a frame of the session before ends as a good one");
      return;
    }
    if (bytes.length % this.source.beatBytes === 1) this.seen.cut += 1;
    if (old) return;
    if (!arrived) {
      this.#gap();
      return;
    }
    const ahead = distance(this.#expected, seq);
    if (ahead >= 2 ** 19) this.#say("ack");
    else if (ahead > 0) this.#gap();
    else this.#accept(seq, kind, Uint8Array.from(bytes), poisoned);
  }

  #accept(seq: number, kind: number, bytes: Uint8Array, poisoned: boolean): void {
    const model = this.#model;
    const frame = this.#sent.get(seq) ?? this.source.queue[0]?.frame;
    if (frame === undefined) fail(model, `frame ${seq} was never sent`);
    const same = bytes.length === frame.bytes.length && sameBytes(bytes, frame.bytes, bytes.length);
    if (!same) {
      if (!poisoned || bytes.join() !== lostFrame.join())
        fail(model, `frame ${seq} arrives with other content`);
      if (!this.#wrong(frame)) fail(model, `frame ${seq} is lost without need`);
      if (kind !== frameKind.data) fail(model, "a lost frame does not leave as a data packet");
      this.seen.lost += 1;
    } else if (poisoned !== frame.poison) fail(model, "poison mark");
    else if (poisoned) this.seen.poisoned += 1;
    else this.seen.good += 1;
    this.#expected = after(seq);
    this.#asked = false;
    this.#say("ack");
  }

  #gap(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.seen.nacks += 1;
    this.#say("nack");
  }

  #say(kind: "ack" | "nack"): void {
    const at = this.#model.cycle + answerDelay;
    this.#answers.push({ at, kind, seq: after(this.#expected, -1) });
  }

  #restart(word: number): void {
    this.#sent.clear();
    this.#answers.length = 0;
    this.#next = word * 16;
    this.#expected = this.#next;
    this.#asked = false;
    this.#epoch ^= 1;
    this.#live = false;
    this.#first = undefined;
    this.#ready = false;
    this.#readyIn = 3 + this.#rng.below(15);
  }
}

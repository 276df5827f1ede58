import type { LinkDesign } from "../../generator/design/link.ts";
import { coverGroup } from "../../sim/coverage/points.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, field, portsOf, randomize, resetAll, sameBytes } from "./link-bench.ts";
import { type CheckedFrame, headOf, placeOf, ReceiveState, randomChecked } from "./llr-rx-reference.ts";

/** Probabilities a cycle, and what the surroundings allow. */
export interface Surroundings {
  readonly bubble: number;
  readonly accept: number;
  readonly lose: number;
  readonly noRoom: number;
  readonly disallow: number;
  readonly started: number;
  readonly taken: number;
}

/** The frame on its way. */
interface Progress {
  readonly frame: CheckedFrame;
  at: number;
  wanted: boolean;
  store: boolean;
  readonly head: ReturnType<typeof headOf>;
  place: ReturnType<typeof placeOf>;
  allowed: boolean;
  room: boolean;
  /** Bytes that went into the buffer. */
  written: number;
  closed: boolean;
  begun: boolean;
}

const eventNames = [
  ...["evt_packet", "evt_ok", "evt_bad", "evt_poisoned", "evt_vcrc_error", "evt_length_error"],
  ...["evt_fcp_bad", "evt_overrun", "evt_vl15_dropped", "evt_discard", "data_received", "fcp_valid"],
];
const retryEvents = [
  ...["evt_expected_good", "evt_expected_bad", "evt_expected_poisoned"],
  ...["evt_missing", "evt_duplicate", "evt_replay"],
];

const receiveStates = ["OFF", "SEND_ACKS", "SEND_NACK", "NACK_SENT"] as const;

/** What a frame may be, where its number may lie, and what the receiver may be doing. */
const frames = coverGroup("frame at the receiver, its number, state of the receiver", {
  frame: ["good", "bad VCRC", "damaged framing", "damaged preamble", "poisoned", "wrong length"],
  number: ["expected", "ahead", "behind", "none"],
  state: receiveStates,
});

/** `llr_rx` behind a source of frames, in front of a buffer, beside a sender of control sets. */
export class LlrRxBench {
  readonly state = new ReceiveState();
  readonly counts = new Map<string, number>();
  readonly model: Model;
  readonly #design: LinkDesign;
  readonly #rng: Rng;
  readonly #retry: boolean;
  readonly #beatBytes: number;
  readonly #p;
  readonly #events;
  readonly #idle: readonly Port[];
  #now: Progress | undefined;
  #peerValid = false;
  /** Number in the control set that waits, formed a cycle before; undefined when none waits. */
  #waiting: { nack: boolean; seq: number } | undefined;
  /** Last number that the peer was told. */
  told = -1;

  constructor(model: Model, design: LinkDesign, rng: Rng) {
    resetAll(model);
    this.model = model;
    this.#design = design;
    this.#rng = rng;
    this.#retry = design.retry === "llr";
    this.#p = portsOf(model, [
      ...(["s_data", "s_bytes", "s_sop", "s_eop", "s_valid", "s_start_ok", "s_flow", "s_eligible"] as const),
      ...(["s_error", "s_poison", "s_crc_good", "s_crc_inverted", "peer_valid", "peer_accept"] as const),
      ...([
        "allow_data",
        "allow_vl15",
        "room",
        "started",
        "wr_valid",
        "wr_lane",
        "wr_data",
        "wr_words",
      ] as const),
      ...([
        "wr_last",
        "wr_error",
        "wr_abort",
        "wr_ending",
        "accept",
        "accept_lane",
        "accept_blocks",
      ] as const),
      ...(["fcp_init", "fcp_vl", "fcp_fctbs", "fcp_fccl"] as const),
    ]);
    this.#beatBytes = this.#p.s_data.bytes.length;
    this.#idle = [
      "data",
      "bytes",
      "sop",
      "eop",
      "start_ok",
      "flow",
      "eligible",
      "error",
      "poison",
      "crc_good",
    ].map((name) => model.port(`s_${name}`));
    const names = [...eventNames, ...(this.#retry ? retryEvents : [])];
    this.#events = names.map((name) => [name, model.port(name)] as const);
    this.#check(new Set(), undefined);
  }

  /** Events that a reset has swallowed. */
  readonly swallowed = new Set<string>();

  /** @param reset the module is reset in the last beat of a frame, when this is one: nothing may come out of it */
  cycle(around: Surroundings, reset = false): void {
    const { model, state } = this;
    const p = this.#p;
    const rng = this.#rng;
    const accept = rng.chance(around.accept) || (!this.#peerValid && rng.chance(0.02));
    const lost = !accept && this.#peerValid && rng.chance(around.lose);
    const seq = rng.below(2 ** 16) * 16;
    p.peer_accept.set(accept ? 1 : 0);
    p.peer_valid.set(this.#peerValid ? 1 : 0);
    p.allow_data.set(rng.chance(around.disallow) ? 0 : 1);
    p.allow_vl15.set(rng.chance(around.disallow) ? 0 : 1);
    for (const byte of p.room.bytes.keys()) p.room.bytes[byte] = 0;
    for (let lane = 0; lane <= this.#design.virtualLanes.data; lane += 1)
      if (!rng.chance(around.noRoom)) p.room.bytes[lane >> 3]! |= 1 << (lane & 7);
    const sends = !rng.chance(around.bubble);
    if (this.#now === undefined && sends) this.#now = this.#begin();
    const now = sends ? this.#now : undefined;
    p.s_valid.set(now === undefined ? 0 : 1);
    p.started.bytes.fill(0);
    // Without valid, what stands there is anything
    if (now === undefined) this.#disturb();
    if (now !== undefined) {
      this.#offer(now);
      now.begun ||= now.written > 0 && !now.closed && rng.chance(around.started);
      if (now.begun) p.started.bytes[now.head.lane >> 3]! |= 1 << (now.head.lane & 7);
    }
    const taken = this.#answer(around);
    if (this.#retry) model.port("peer_seq").set(seq);
    model.eval();

    const events = new Set<string>();
    const ended = now === undefined ? undefined : this.#beat(now, events);
    // Its counts are those of the session that ends
    if (accept) events.delete("fcp_valid");
    const acts = [p.wr_valid, p.wr_abort, p.wr_ending, p.accept].some((port) => port.get() === 1);
    if (now === undefined && acts) fail(model, "something happens without a beat");
    if (reset && ended !== undefined) {
      this.#reset(events);
      return;
    }
    this.#form();
    model.step();
    this.#advance(ended, taken);
    if (accept) state.start(seq);
    else if (!this.#peerValid) state.off();
    if (this.#now !== undefined && (accept || !this.#peerValid)) this.#now.wanted = false;
    if (accept) this.#peerValid = true;
    if (lost) this.#peerValid = false;
    this.#check(events, ended);
  }

  #reset(events: ReadonlySet<string>): void {
    const rst = this.model.port("rst");
    rst.set(1);
    this.model.step();
    rst.set(0);
    for (const event of events) this.swallowed.add(event);
    this.#peerValid = false;
    this.#waiting = undefined;
    this.state.off();
    this.state.expected = 0;
    this.#check(new Set(), undefined);
  }

  /** What stands at the inputs of a cycle without a beat: often the start of the expected packet, which fills it. */
  #disturb(): void {
    const p = this.#p;
    for (const port of this.#idle) randomize(port, this.#rng);
    if (this.#retry) randomize(this.model.port("s_seq"), this.#rng);
    if (!this.#rng.chance(0.3)) return;
    p.s_sop.set(1);
    p.s_eop.set(0);
    p.s_data.bytes[4] = 0;
    p.s_data.bytes[5] = this.#beatBytes / 4;
    if (!this.#rng.chance(0.5)) return;
    p.s_data.bytes[0] = 0;
    p.s_start_ok.set(1);
    p.s_flow.set(0);
    p.s_eligible.set(this.#retry ? 1 : 0);
    if (this.#retry) this.model.port("s_seq").set(this.state.expected);
  }

  get idle(): boolean {
    return this.#now === undefined;
  }

  #begin(): Progress {
    const frame = randomChecked(this.#rng, this.#design, this.state.expected);
    const head = headOf(frame.bytes, this.#design);
    const p = this.#p;
    const place = placeOf(frame.seq, this.state.expected);
    const allowed =
      head.laneExists && (head.vl === 15 ? p.allow_vl15 : p.allow_data).get() === 1 && head.lengthLegal;
    const room = field(p.room, head.laneExists ? head.lane : 0, 1) === 1;
    const numbered = this.#retry ? frame.eligible && place === "expected" : !frame.eligible;
    const wanted = this.#peerValid && frame.startOk && numbered;
    const store = wanted && !frame.flow && allowed && room;
    return {
      frame,
      at: 0,
      wanted,
      store,
      head,
      place,
      allowed,
      room,
      written: 0,
      closed: false,
      begun: false,
    };
  }

  #offer({ frame, at }: Progress): void {
    const p = this.#p;
    const part = frame.bytes.subarray(at, at + this.#beatBytes);
    const eop = at + this.#beatBytes >= frame.bytes.length;
    p.s_data.bytes.fill(0x5a);
    p.s_data.bytes.set(part);
    p.s_bytes.set(part.length);
    const any = (): boolean => this.#rng.chance(0.5);
    const flags: [keyof typeof p, boolean][] = [
      ["s_sop", at === 0],
      ["s_eop", eop],
      // What comes with the first or the last beat is anything in the others
      ["s_start_ok", at === 0 ? frame.startOk : any()],
      ["s_flow", at === 0 ? frame.flow : any()],
      ["s_eligible", at === 0 ? frame.eligible : any()],
      ["s_error", eop ? frame.error : any()],
      ["s_poison", eop ? frame.poisonSet : any()],
      ["s_crc_good", eop ? frame.crc === "good" : any()],
      ["s_crc_inverted", eop ? frame.crc === "complemented" : any()],
    ];
    for (const [name, value] of flags) p[name].set(value ? 1 : 0);
    if (this.#retry) this.model.port("s_seq").set(at === 0 ? frame.seq : this.#rng.below(2 ** 20));
  }

  /** The control set that waits is sent, or not. */
  #answer({ taken }: Surroundings): { nack: boolean; seq: number } | undefined {
    if (!this.#retry) return undefined;
    const sent = this.#waiting !== undefined && this.#rng.chance(taken) ? this.#waiting : undefined;
    this.model.port("ack_taken").set(sent?.nack === false ? 1 : 0);
    this.model.port("nack_taken").set(sent?.nack === true ? 1 : 0);
    this.model.port("ack_latest").set(sent?.seq === this.model.port("ack_seq").get() ? 1 : 0);
    if (sent !== undefined) this.told = sent.seq;
    if (sent !== undefined) this.#waiting = undefined;
    return sent;
  }

  /** The next control set is formed from what is due in this cycle. */
  #form(): void {
    if (!this.#retry) return;
    const [nack, ack] = ["nack_due", "ack_due"].map((name) => this.model.port(name).get() === 1);
    const seq = this.model.port("ack_seq").get();
    this.#waiting = nack || ack ? { nack: nack === true, seq } : undefined;
  }

  /** Watches what a beat does to the buffer; gives the frame when it ends with it. */
  #beat(now: Progress, events: Set<string>): Progress | undefined {
    const { model } = this;
    const p = this.#p;
    const { frame, head, at } = now;
    const end = at + this.#beatBytes >= frame.bytes.length;
    const [valid, last, abort] = [p.wr_valid, p.wr_last, p.wr_abort].map((port) => port.get() === 1);
    const good = frame.crc === "good" && !frame.error;
    const poisoned = frame.crc === "complemented" && !frame.error && frame.poisonSet;
    const whole = head.lengthLegal && frame.bytes.length === 4 * head.length + 2;
    const keep = end && now.wanted && now.store && good && whole && !now.closed;
    if ((valid || abort) && (!now.store || now.closed)) fail(model, "a frame that is not stored is written");
    if (valid && p.wr_lane.get() !== head.lane) fail(model, "wr_lane");
    if (valid && !(last && p.wr_error.get() === 1)) {
      const words = last ? p.wr_words.get() + 1 : this.#beatBytes / 4;
      if (!sameBytes(p.wr_data.bytes, frame.bytes.subarray(now.written), 4 * words)) fail(model, "wr_data");
      now.written += 4 * words;
      if (now.written > 4 * head.length) fail(model, "more is written than PktLen says");
    }
    if (valid && abort) fail(model, "written and taken back at once");
    const mayEnd = at > 0 && (end || at + this.#beatBytes > 4 * head.length);
    if (now.store && !now.closed && (p.wr_ending.get() === 1) !== mayEnd) fail(model, "wr_ending");
    const closes = (valid && last === true) || abort === true;
    if (closes) {
      const kept = valid === true && p.wr_error.get() === 0;
      if (kept !== keep) fail(model, `the packet is ${kept ? "" : "not "}kept`);
      if (!kept && now.begun !== valid) fail(model, "a bad packet stays when it is being read, else it goes");
      if (kept && now.written !== 4 * head.length) fail(model, "the packet is not complete");
      now.closed = true;
    }
    if (end && now.store && !now.closed) fail(model, "the packet is left open");
    const counted = keep || (end && now.wanted && poisoned && !frame.flow && now.store);
    if ((p.accept.get() === 1) !== counted) fail(model, "accept");
    const blocks = Math.ceil((4 * head.length + 2) / this.#design.derived.creditBlockBytes.value);
    if (counted && p.accept_lane.get() !== head.lane) fail(model, "accept_lane");
    if (counted && p.accept_blocks.get() !== blocks) fail(model, "accept_blocks");
    now.at += this.#beatBytes;
    if (!end) return undefined;
    this.#now = undefined;
    this.#judge(now, { good, poisoned, whole, keep }, events);
    return now;
  }

  #judge(
    { frame, wanted, head, place, allowed, room }: Progress,
    { good, poisoned, whole, keep }: Readonly<Record<"good" | "poisoned" | "whole" | "keep", boolean>>,
    events: Set<string>,
  ): void {
    const { flow, bytes } = frame;
    const taken = wanted && good;
    const flowGood = bytes.length === 6 && bytes[0]! < 32 && bytes[2]! >> 4 < this.#design.virtualLanes.data;
    const numbered = frame.startOk && frame.eligible;
    const rules: [event: string, when: boolean][] = [
      ["evt_packet", keep],
      ["data_received", keep && head.vl !== 15],
      ["evt_ok", good],
      ["evt_bad", !good && !poisoned],
      ["evt_poisoned", poisoned],
      ["evt_vcrc_error", !frame.error && frame.crc !== "good" && !poisoned],
      ["evt_length_error", taken && !flow && !whole],
      ["evt_fcp_bad", taken && flow && !flowGood],
      ["fcp_valid", taken && flow && flowGood],
      ["evt_overrun", taken && !flow && allowed && !room && head.vl !== 15],
      ["evt_vl15_dropped", taken && !flow && allowed && !room && head.vl === 15],
      ["evt_discard", taken && !flow && !allowed],
    ];
    const { state } = this.state;
    const fault = frame.error ? "damaged framing" : !frame.startOk ? "damaged preamble" : undefined;
    const content = poisoned ? "poisoned" : !good ? "bad VCRC" : !flow && !whole ? "wrong length" : "good";
    if (this.#retry) frames.hit(fault ?? content, frame.eligible ? place : "none", state);
    if (this.#retry)
      rules.push(
        ["evt_expected_good", wanted && good],
        ["evt_expected_bad", wanted && !good && !poisoned],
        ["evt_expected_poisoned", wanted && poisoned],
        ["evt_missing", numbered && place === "ahead" && good],
        ["evt_duplicate", numbered && place === "behind" && good],
        ["evt_replay", wanted && (good || poisoned) && (state === "SEND_NACK" || state === "NACK_SENT")],
      );
    for (const [event, when] of rules) if (when) events.add(event);
  }

  #advance(ended: Progress | undefined, taken: { nack: boolean; seq: number } | undefined): void {
    const { state } = this;
    const told = (state.expected + 2 ** 20 - 1) % 2 ** 20;
    if (taken?.nack === false && taken.seq === told) state.ackDue = false;
    if (taken?.nack === true) {
      if (state.state === "SEND_NACK") state.nacks += 1;
      if (state.nacks > 1) fail(this.model, "a second NACK for one gap");
      state.nackSent();
    }
    if (ended === undefined) return;
    const { frame, wanted, place } = ended;
    const arrived =
      !frame.error && (frame.crc === "good" || (frame.crc === "complemented" && frame.poisonSet));
    const numbered = frame.startOk && frame.eligible;
    if (wanted && arrived) state.accept();
    else if (!this.#peerValid) return;
    else if (arrived && numbered && place === "behind") state.ackDue = true;
    else if (!(arrived && frame.startOk && !frame.eligible)) state.gap();
  }

  #check(events: ReadonlySet<string>, ended: Progress | undefined): void {
    const { model, state } = this;
    for (const [name, port] of this.#events) {
      if ((port.get() === 1) !== events.has(name)) fail(model, `${name} is ${port.get()}`);
      if (port.get() === 1) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
    const words = events.has("evt_packet") ? ended!.head.length : 0;
    if (model.port("evt_packet_words").get() !== words) fail(model, "evt_packet_words");
    if (events.has("fcp_valid")) {
      const bytes = ended!.frame.bytes;
      const p = this.#p;
      const got = [p.fcp_init, p.fcp_fctbs, p.fcp_vl, p.fcp_fccl].map((port) => port.get());
      const [first, second] = [bytes[0]! * 256 + bytes[1]!, bytes[2]! * 256 + bytes[3]!];
      if (got.join() !== [first >> 12, first & 4095, second >> 12, second & 4095].join())
        fail(model, "fcp fields");
    }
    if (!this.#retry) return;
    if (receiveStates[model.port("sts_state").get()] !== state.state) fail(model, `not in ${state.state}`);
    if (model.port("sts_expected_seq").get() !== state.expected) fail(model, "sts_expected_seq");
    if ((model.port("nack_due").get() === 1) !== (state.state === "SEND_NACK")) fail(model, "nack_due");
    if ((model.port("ack_due").get() === 1) !== state.ackDue) fail(model, `ack_due is not ${state.ackDue}`);
  }
}

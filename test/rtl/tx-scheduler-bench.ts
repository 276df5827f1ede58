import type { LinkDesign } from "../../generator/design/link.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, field, portsOf, resetAll, sameBytes, setField } from "./link-bench.ts";

/** Probabilities a cycle; gates are those of being open. */
export interface SchedulerLoad {
  readonly arrive: number;
  readonly flow: number;
  readonly ready: number;
  /** The next beat of a packet is not there yet. */
  readonly hole: number;
  readonly credit: number;
  readonly gate: number;
  readonly discard: number;
  readonly words?: number;
  readonly vl15?: number;
}

interface Beat {
  readonly data: Uint8Array;
  readonly words: number;
  readonly last: boolean;
  readonly error: boolean;
}

interface Packet {
  /** PktLen. */
  readonly length: number;
  readonly beats: readonly Beat[];
}

/** A choice that has not left yet. */
interface Choice {
  readonly flow: Uint8Array | undefined;
  readonly packet: Packet | undefined;
  readonly counted: boolean;
  /** Of the session that it was made in; what waits while sessions come and go is of the last one at most. */
  epoch: number;
  readonly reserved: number;
}

/** `tx_scheduler` among queues, credit, gates and a CRC generator. */
export class TxSchedulerBench {
  readonly model: Model;
  readonly seen = { flow: 0, vl15: 0, data: 0, discarded: 0, gaps: 0, held: 0, waited: 0 };
  readonly served: number[];
  /** Data lanes in the order in which they were chosen. */
  readonly order: number[] = [];
  readonly #rng: Rng;
  readonly #design: LinkDesign;
  readonly #retry: boolean;
  readonly #lanes: number;
  readonly #p;
  readonly #beatBytes: number;
  readonly #lengthBits: number;
  /** Packets that wait for a grant, and the beats that can be read, by lane. */
  readonly #heads: Packet[][];
  readonly #beats: Beat[][];
  readonly #choices: Choice[] = [];
  #at = 0;
  #gates = { ready: true, data: true, vl15: true, window: true, discard: false };
  #epoch = 0;
  /** The session ended with the cycle before. */
  #turned = false;
  #flowDue = false;
  #held: Uint8Array | undefined;
  /** Cycles in which something could be chosen and nothing was under way. */
  #idle = 0;

  constructor(model: Model, design: LinkDesign, rng: Rng) {
    resetAll(model);
    this.model = model;
    this.#rng = rng;
    this.#design = design;
    this.#retry = design.retry === "llr";
    this.#lanes = design.virtualLanes.data + 1;
    this.#p = portsOf(model, [
      ...(["session_ready", "session_epoch", "allow_data", "allow_vl15", "window_open", "discard"] as const),
      ...([
        "head_valid",
        "head_length",
        "pop",
        "pop_lane",
        "credit_ok",
        "consume",
        "consume_blocks",
      ] as const),
      ...([
        "fcp_due",
        "fcp_data",
        "fcp_take",
        "reserve",
        "beat_ready",
        "rd_en",
        "rd_lane",
        "rd_data",
      ] as const),
      ...(["rd_words", "rd_last", "rd_error", "m_data", "m_words", "m_sop", "m_eop", "m_poison"] as const),
      ...([
        "m_side",
        "m_valid",
        "m_ready",
        "evt_packet",
        "evt_packet_words",
        "evt_flow",
        "evt_wait",
      ] as const),
    ]);
    this.#beatBytes = this.#p.rd_data.bytes.length;
    this.#lengthBits = this.#p.head_length.bits / this.#lanes;
    this.#heads = Array.from({ length: this.#lanes }, () => []);
    this.#beats = Array.from({ length: this.#lanes }, () => []);
    this.served = new Array<number>(this.#lanes).fill(0);
    const [vls, weights] = [model.port("cfg_low_vl"), model.port("cfg_low_weight")];
    for (let row = 0; row < vls.bits / 4; row += 1) {
      setField(vls, 4 * row, 4, row % (this.#lanes - 1));
      setField(weights, 8 * row, 8, row < this.#lanes - 1 ? 8 : 0);
    }
    model.port("cfg_high_limit").set(255);
  }

  cycle(load: SchedulerLoad): void {
    const { model } = this;
    const p = this.#p;
    this.#arrive(load);
    this.#gate(load);
    const credit = this.#drive(load);
    model.eval();
    this.#look();
    const moved = this.#frames(load);
    const chosen = this.#choose(credit);
    const reads = p.rd_en.get() === 1;
    const lane = p.rd_lane.get();
    if (reads && field(p.beat_ready, lane, 1) === 0) fail(model, "a beat is read that is not there");
    model.step();
    if (this.#turned) for (const choice of this.#choices) choice.epoch = this.#epoch ^ 1;
    if (reads) this.#show(this.#beats[lane]!.shift()!);
    const waits = moved || chosen || this.#choices.length > 0 || !this.#eligible(credit).includes(true);
    this.#idle = waits ? 0 : this.#idle + 1;
    if (this.#idle > 3) fail(model, "something could go, and nothing does");
  }

  #arrive({ arrive, words, vl15 = 1, hole }: SchedulerLoad): void {
    const rng = this.#rng;
    for (let lane = 0; lane < this.#lanes; lane += 1) {
      const is15 = lane === this.#lanes - 1;
      if (this.#heads[lane]!.length > 3 || !rng.chance(is15 ? arrive * vl15 : arrive)) continue;
      const most = is15 ? 72 : (this.#design.derived.maxPacketBytes.value - 2) / 4;
      const length = words ?? (rng.chance(0.2) ? most : rng.range(5, most));
      const count = Math.ceil((4 * length) / this.#beatBytes);
      const beats = Array.from({ length: count }, (_, at) => {
        const data = new Uint8Array(this.#beatBytes);
        rng.fill(data);
        const last = at === count - 1;
        const valid = last ? length - ((count - 1) * this.#beatBytes) / 4 : this.#beatBytes / 4;
        return { data, words: valid, last, error: last && hole > 0 && rng.chance(0.1) };
      });
      this.#heads[lane]!.push({ length, beats });
      this.#beats[lane]!.push(...beats);
    }
  }

  #gate({ gate, discard, flow }: SchedulerLoad): void {
    const rng = this.#rng;
    const gates = this.#gates;
    const flip = (open: boolean): boolean => (gate === 1 ? true : rng.chance(0.03) ? rng.chance(gate) : open);
    const ready = flip(gates.ready);
    this.#turned = !ready && gates.ready;
    if (this.#turned) this.#epoch ^= 1;
    this.#gates = {
      ready,
      data: flip(gates.data),
      vl15: flip(gates.vl15),
      window: flip(gates.window),
      discard: !ready && rng.chance(discard),
    };
    this.#flowDue ||= rng.chance(flow);
  }

  /** Sets the inputs; gives the lanes that have credit. */
  #drive({ ready, hole, credit }: SchedulerLoad): boolean[] {
    const rng = this.#rng;
    const p = this.#p;
    p.session_ready.set(Number(this.#gates.ready));
    p.session_epoch.set(this.#epoch);
    p.allow_data.set(Number(this.#gates.data));
    p.allow_vl15.set(Number(this.#gates.vl15));
    p.window_open.set(Number(this.#gates.window));
    p.discard.set(Number(this.#gates.discard));
    p.fcp_due.set(Number(this.#flowDue));
    rng.fill(p.fcp_data.bytes);
    p.m_ready.set(rng.chance(ready) ? 1 : 0);
    const block = this.#design.derived.creditBlockBytes.value;
    return Array.from({ length: this.#lanes }, (_, lane) => {
      const head = this.#heads[lane]![0];
      setField(p.head_valid, lane, 1, head === undefined ? 0 : 1);
      const low = Math.floor((4 * (head?.length ?? rng.below(64))) / block);
      setField(p.head_length, lane * this.#lengthBits, this.#lengthBits, low);
      setField(p.beat_ready, lane, 1, this.#beats[lane]!.length > 0 && !rng.chance(hole) ? 1 : 0);
      const has = rng.chance(credit);
      if (lane < this.#lanes - 1) setField(p.credit_ok, lane, 1, has ? 1 : 0);
      return has;
    });
  }

  /** What may be chosen: flow control, then VL15, then data lanes, by index; flow control stands behind the lanes. */
  #eligible(credit: readonly boolean[]): boolean[] {
    const { ready, window, data, vl15, discard } = this.#gates;
    const open = ready && window;
    const lanes = this.#heads.map((heads, lane) => {
      if (heads.length === 0) return false;
      if (discard) return true;
      return open && (lane === this.#lanes - 1 ? vl15 : data && credit[lane] === true);
    });
    return [...lanes, open && this.#flowDue];
  }

  /** Checks what is chosen in this cycle. */
  #choose(credit: readonly boolean[]): boolean {
    const { model } = this;
    const p = this.#p;
    const [pop, flow] = [p.pop.get() === 1, p.fcp_take.get() === 1];
    const may = this.#eligible(credit);
    const lane = p.pop_lane.get();
    const data = pop && lane < this.#lanes - 1;
    if (pop && flow) fail(model, "two choices at once");
    if (flow && !may[this.#lanes]) fail(model, "a flow-control packet that may not go");
    if (pop && !may[lane]) fail(model, `lane ${lane} may not go`);
    if (pop && may[this.#lanes]) fail(model, "a packet before a flow-control packet");
    if (data && may[this.#lanes - 1]) fail(model, "a data packet before VL15");
    const counted = (pop && !this.#gates.discard) || flow;
    if ((p.consume.get() === 1) !== (data && counted)) fail(model, "consume");
    if ((p.reserve.get() === 1) !== counted) fail(model, "reserve");
    this.#checkWait(pop || flow);
    if (!pop && !flow) return false;
    if (this.#choices.length > 2) fail(model, "more than one choice ahead");
    const packet = pop ? this.#heads[lane]!.shift() : undefined;
    const bytes = packet === undefined ? 6 : 4 * packet.length + 2;
    const block = this.#design.derived.creditBlockBytes.value;
    const reserved = this.#retry ? model.port("reserve_beats").get() : 0;
    const least = Math.ceil(bytes / this.#beatBytes);
    const most = Math.max(least, (Math.ceil(bytes / block) * block) / this.#beatBytes);
    if (this.#retry && (reserved < least || (packet === undefined ? reserved > 1 : reserved > most)))
      fail(model, `${reserved} beats reserved for ${bytes} bytes`);
    if (data && p.consume_blocks.get() !== Math.ceil(bytes / block)) fail(model, "consume_blocks");
    const epoch = this.#epoch;
    this.#choices.push({
      flow: flow ? p.fcp_data.bytes.slice() : undefined,
      packet,
      counted,
      epoch,
      reserved,
    });
    if (flow) this.#flowDue = false;
    if (pop) this.served[lane] = this.served[lane]! + 1;
    if (data) this.order.push(lane);
    this.seen[flow ? "flow" : !counted ? "discarded" : data ? "data" : "vl15"] += 1;
    return true;
  }

  /** A cycle in which data could go, waits, and is not chosen counts as one of waiting for credit. */
  #checkWait(chosen: boolean): void {
    const { ready, window, data } = this.#gates;
    const waits =
      !chosen && ready && window && data && this.#heads.slice(0, -1).some(({ length }) => length > 0);
    const told = this.#p.evt_wait.get() === 1;
    // With a choice made ahead, whether the next one could be made is the scheduler's own
    if (told ? !waits : waits && this.#choices.length === 0) fail(this.model, "evt_wait");
    if (told) this.seen.waited += 1;
  }

  /** The stream holds still until it is taken. */
  #look(): void {
    const p = this.#p;
    const valid = p.m_valid.get() === 1;
    const all = [p.m_data, p.m_words, p.m_sop, p.m_eop, p.m_poison, p.m_side];
    const now = Uint8Array.from(all.flatMap((port) => [...port.bytes]));
    if (this.#held !== undefined && (!valid || !sameBytes(this.#held, now, now.length)))
      fail(this.model, "the stream moves");
    this.#held = valid && p.m_ready.get() === 0 && !this.#turned ? now : undefined;
    if (this.#held !== undefined) this.seen.held += 1;
  }

  /** The beat that is handed over, against the choice it belongs to. */
  #frames({ hole }: SchedulerLoad): boolean {
    const { model } = this;
    const p = this.#p;
    const taken = p.m_valid.get() === 1 && p.m_ready.get() === 1;
    const sop = taken && p.m_sop.get() === 1;
    const [choice] = this.#choices;
    if (p.m_ready.get() === 1 && !taken && hole === 0) this.seen.gaps += 1;
    if ((p.evt_flow.get() === 1) !== (sop && choice?.flow !== undefined)) fail(model, "evt_flow");
    if ((p.evt_packet.get() === 1) !== (sop && choice?.packet !== undefined)) fail(model, "evt_packet");
    if (!taken) return p.m_valid.get() === 1;
    if (choice === undefined) fail(model, "a frame that was not chosen");
    const { flow, packet, counted, epoch, reserved } = choice;
    const side = this.#p.m_side;
    const top = side.bits;
    const marks = [field(side, top - 1, 1), field(side, top - 2, 1), field(side, top - 3, 1)];
    if (marks.join() !== [Number(flow !== undefined), Number(counted), epoch].join())
      fail(model, `side ${marks}`);
    if (this.#retry && counted && field(side, 0, top - 3) !== reserved) fail(model, "beats reserved");
    if (sop !== (this.#at === 0)) fail(model, "m_sop");
    // What is counted is what the header says, not how long the packet is
    const header = packet?.beats[0]?.data;
    if (sop && header !== undefined && p.evt_packet_words.get() !== (header[4]! & 7) * 256 + header[5]!)
      fail(model, "evt_packet_words");
    const beat = packet?.beats[this.#at] ?? { data: flow!, words: 1, last: true, error: false };
    if (p.m_words.get() !== beat.words) fail(model, "m_words");
    if ((p.m_eop.get() === 1) !== beat.last) fail(model, "m_eop");
    if ((p.m_poison.get() === 1) !== beat.error) fail(model, "m_poison");
    if (!sameBytes(p.m_data.bytes, beat.data, 4 * beat.words)) fail(model, "m_data");
    this.#at = beat.last ? 0 : this.#at + 1;
    if (beat.last) this.#choices.shift();
    return true;
  }

  #show({ data, words, last, error }: Beat): void {
    const p = this.#p;
    p.rd_data.bytes.set(data);
    p.rd_words.set(words - 1);
    p.rd_last.set(last ? 1 : 0);
    p.rd_error.set(error ? 1 : 0);
  }
}

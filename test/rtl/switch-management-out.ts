/** Packets from the crossbar on their way to the management: one queue, read as the management likes. */
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { managementMemory } from "../../generator/views/switch/ports.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, field, portsOf } from "./link-bench.ts";
import { plantedFault, plantFault, RowLayout } from "./packet-memory-faults.ts";
import { laneOf, type StreamShape } from "./switch-management-source.ts";

/** Probabilities a cycle: the crossbar begins a packet where there is room; its beats go on; the management takes a beat. */
export interface OutLoad {
  readonly send: number;
  readonly beat: number;
  readonly take: number;
}

/** A beat for the management. */
interface OutBeat {
  readonly data: Uint8Array;
  readonly words: number;
  readonly last: boolean;
  readonly error: boolean;
  readonly source: number;
  readonly vl: number;
  /** What reading it tells. */
  readonly corrected: boolean;
  readonly broken: boolean;
}

/** The packet that the crossbar is at; words still to come. */
interface Sending {
  readonly vl: number;
  readonly source: number;
  left: number;
  first: boolean;
}

export class ManagementOut {
  readonly counts = { out: 0, full: 0, broken: 0 };
  readonly #shape: StreamShape;
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #design: SwitchDesign;
  readonly #p;
  readonly #layout: RowLayout | undefined;
  #sending: Sending | undefined;
  #written: OutBeat | undefined;
  #queue: OutBeat[] = [];
  #shown: OutBeat | undefined;
  /** A beat of the packet shown could not be corrected. */
  #broken = false;
  /** Room as it was told in the last cycles. */
  #roomy: boolean[] = [];
  #events = { corrected: 0, uncorrectable: 0 };
  /** The beat that was read in the cycle before. */
  #fresh: OutBeat | undefined;

  constructor(model: Model, design: SwitchDesign, shape: StreamShape, rng: Rng) {
    this.#model = model;
    this.#design = design;
    this.#shape = shape;
    this.#rng = rng;
    this.#layout = design.memoryProtection === "secded" ? new RowLayout(managementMemory(design)) : undefined;
    this.#p = portsOf(model, [
      ...["rx_tdata", "rx_tkeep", "rx_tvalid", "rx_tready", "rx_tlast", "rx_tuser", "rx_tid", "room"],
      ...["out_valid", "out_last", "out_error", "out_source", "out_lane", "out_words", "out_data"],
    ] as const);
  }

  get idle(): boolean {
    return this.#sending === undefined && this.#shown === undefined && this.#queue.length === 0;
  }

  drive(load: OutLoad): void {
    this.#written = this.#driveCrossbar(load);
    this.#p.rx_tready.set(Number(this.#rng.chance(load.take)));
  }

  /** The crossbar: a packet begins where there was room some cycles ago, and cannot be stopped. */
  #driveCrossbar(load: OutLoad): OutBeat | undefined {
    const p = this.#p;
    const rng = this.#rng;
    const { bits, dataVls, maxWords, maxWords15, ports } = this.#shape;
    const perBeat = bits / 32;
    for (const port of [p.out_last, p.out_error]) port.set(rng.below(2));
    p.out_valid.set(0);
    this.#roomy.push(p.room.get() !== 0);
    const flight = this.#design.derived.flightBeats.value;
    const roomy = this.#roomy.length > flight && this.#roomy.shift()!;
    if (this.#sending === undefined) {
      if (!roomy) this.counts.full += 1;
      if (!roomy || !rng.chance(load.send)) return undefined;
      const vl = rng.chance(0.3) ? 15 : rng.below(dataVls);
      const most = vl === 15 ? maxWords15 : maxWords;
      const words = rng.chance(0.4) ? most : rng.range(5, most);
      this.#sending = { vl, source: rng.below(ports), left: words, first: true };
    } else if (!rng.chance(load.beat)) return undefined;
    const { vl, source, left, first } = this.#sending;
    const last = left <= perBeat;
    const error = last && rng.chance(0.1);
    rng.fill(p.out_data.bytes);
    this.#spoil(first, vl);
    p.out_valid.set(1);
    p.out_last.set(Number(last));
    p.out_error.set(last ? Number(error) : rng.below(2));
    p.out_source.set(source);
    p.out_lane.set(laneOf(vl, this.#shape));
    p.out_words.set(last ? left - 1 : rng.below(perBeat));
    this.#sending.left -= perBeat;
    this.#sending.first = false;
    if (last) this.#sending = undefined;
    const data = p.out_data.bytes.slice();
    if (first) data[0] = (data[0]! & 15) | (vl << 4);
    const fault = this.#layout?.outcome(plantedFault(data)) ?? { corrected: false, uncorrectable: false };
    const { corrected, uncorrectable: broken } = fault;
    return { data, words: Math.min(left, perBeat), last, error, source, vl, corrected, broken };
  }

  /** Wrong bits in a row of a protected memory. */
  #spoil(first: boolean, vl: number): void {
    if (this.#layout === undefined || !this.#rng.chance(0.1)) return;
    if (!first || vl === 5) plantFault(this.#p.out_data.bytes, this.#layout.draw(this.#rng));
  }

  check(): void {
    const model = this.#model;
    const p = this.#p;
    const { txQueueBeats, txRoomBeats } = this.#design.port.derived;
    const roomy = this.#queue.length <= txQueueBeats.value - txRoomBeats.value;
    const all = (1 << (this.#shape.dataVls + 1)) - 1;
    if (p.room.get() !== (roomy ? all : 0))
      fail(model, `room is ${p.room.get()} at ${this.#queue.length} beats`);
    if (this.#layout !== undefined) {
      const told = [model.port("evt_memory_corrected").get(), model.port("evt_memory_uncorrectable").get()];
      const due = [this.#events.corrected, this.#events.uncorrectable];
      if (told.join() !== due.join()) fail(model, `events of the memory are ${told}, not ${due}`);
    }
    const shown = this.#shown;
    if (p.rx_tvalid.get() !== Number(shown !== undefined)) fail(model, `rx_tvalid is ${p.rx_tvalid.get()}`);
    if (shown === undefined) return;
    const error = shown.last && (shown.error || this.#broken || shown.broken);
    if (p.rx_tlast.get() !== Number(shown.last)) fail(model, "rx_tlast");
    if (p.rx_tuser.get() >> 4 !== Number(error)) fail(model, `the error bit is not ${error}`);
    if (shown.broken) return;
    if ((p.rx_tuser.get() & 15) !== shown.vl) fail(model, `VL ${p.rx_tuser.get() & 15}, not ${shown.vl}`);
    if (p.rx_tid.get() !== shown.source) fail(model, `from ${p.rx_tid.get()}, not ${shown.source}`);
    for (let word = 0; word < this.#shape.bits / 32; word += 1) {
      const kept = !shown.last || word < shown.words ? 15 : 0;
      if (field(p.rx_tkeep, 4 * word, 4) !== kept) fail(model, `rx_tkeep of word ${word}`);
    }
    for (const [byte, value] of shown.data.entries())
      if (p.rx_tdata.bytes[byte] !== value) fail(model, `byte ${byte} is not ${value}`);
  }

  /** A beat is shown until it is taken; the next one comes from the queue, from the cycle behind its write on. */
  finish(): void {
    const written = this.#written;
    const taken = this.#p.rx_tready.get() === 1;
    const shown = this.#shown;
    this.#events = {
      corrected: Number(this.#fresh?.corrected === true),
      uncorrectable: Number(this.#fresh?.broken === true),
    };
    this.#fresh = undefined;
    if (shown !== undefined && taken) {
      this.counts.out += Number(shown.last);
      this.#broken = !shown.last && (this.#broken || shown.broken);
      this.counts.broken += Number(shown.broken);
    }
    if (shown === undefined || taken) {
      this.#shown = this.#queue.shift();
      this.#fresh = this.#shown;
    }
    if (written !== undefined) this.#queue.push(written);
  }
}

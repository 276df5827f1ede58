/** One end of the link that is a simulated device: its streams, its MII, its registers by name. */
import { linkRegisters } from "../../generator/elaborate/registers.ts";
import { AxiLite } from "../bfm/axil.ts";
import { type AxisPacket, AxisSink, AxisSource, type ReceivedPacket } from "../bfm/axis.ts";
import { type MiiEnd, modelMii } from "../bfm/mii.ts";
import type { SimPort } from "../bfm/ports.ts";
import type { Model } from "../driver/model.ts";
import { type BuiltDevice, openInstance } from "./built-device.ts";

export interface DeviceEndOptions {
  readonly seed: number;
  /** Probability of an empty cycle on the way in, and of one without ready on the way out. */
  readonly stall?: number;
  readonly backpressure?: number;
  readonly onStart: (packet: AxisPacket, cycle: number) => void;
  readonly onPacket: (packet: ReceivedPacket) => void;
  /** One cycle of the whole bench: register accesses go on while the link runs. */
  readonly step: () => void;
}

/** Codes of `p0_port_state`. */
export const portState = { down: 1, initialize: 2, armed: 3, active: 4, actDefer: 5 } as const;
/** Codes of LLR_STATE.TX. */
export const txState = { off: 0, init: 1, advance: 2, replay: 3, flush: 4 } as const;

interface Place {
  readonly offset: number;
  readonly lsb: number;
  readonly bits: number;
}

export class DeviceEnd {
  readonly model: Model;
  readonly mii: MiiEnd;
  readonly source: AxisSource;
  readonly sink: AxisSink;
  readonly room: SimPort;
  readonly #state: SimPort;
  readonly #ready: SimPort;
  readonly #bus: AxiLite;
  readonly #fields = new Map<string, Place>();
  readonly #counters = new Map<string, number>();

  constructor(device: BuiltDevice, options: DeviceEndOptions) {
    const { seed, stall, backpressure, onStart, onPacket, step } = options;
    const model = openInstance(device);
    this.model = model;
    this.mii = modelMii(model);
    this.source = new AxisSource(model, "p0_tx", { stall: stall ?? 0, seed, onStart });
    this.sink = new AxisSink(model, "p0_rx", { backpressure: backpressure ?? 0, seed: seed + 1, onPacket });
    this.room = model.port("p0_tx_vl_room");
    this.#state = model.port("p0_port_state");
    this.#ready = model.port("p0_mii_tx_ready");
    this.#bus = new AxiLite(model, "s_axil", { step });
    const map = linkRegisters(device.design);
    for (const { registers } of map.groups) {
      for (const { name, offset, fields } of registers) {
        for (const { name: field, lsb, bits } of fields)
          this.#fields.set(`${name}.${field}`, { offset, lsb, bits });
      }
    }
    for (const { name, offset } of map.counters) this.#counters.set(name, offset);
    model.reset(4);
  }

  get state(): number {
    return this.#state.get();
  }

  get active(): boolean {
    return this.#state.get() === portState.active;
  }

  /** The beat on the MII goes onto the wire in this cycle. */
  get txReady(): boolean {
    return this.#ready.get() === 1;
  }

  /** Value of a field, as `LLR_STATE.TX`; `index` for the elements of an array of registers. */
  read(field: string, index = 0): number {
    const { offset, lsb, bits } = this.#place(field);
    const { value, response } = this.#bus.read(offset + 4 * index);
    if (response !== 0) throw new Error(`${field} cannot be read`);
    return Math.floor(value / 2 ** lsb) % 2 ** bits;
  }

  /** Changes one field and leaves the others of its register as they are. */
  write(field: string, value: number, index = 0): void {
    const { offset, lsb, bits } = this.#place(field);
    const { value: before } = this.#bus.read(offset + 4 * index);
    const others = before - (Math.floor(before / 2 ** lsb) % 2 ** bits) * 2 ** lsb;
    const response = this.#bus.write(offset + 4 * index, others + value * 2 ** lsb);
    if (response !== 0) throw new Error(`${field} cannot be written`);
  }

  /** A counter; those of these tests fit into 32 bits. */
  counter(name: string): number {
    const offset = this.#counters.get(name);
    if (offset === undefined) throw new Error(`there is no counter ${name}`);
    return this.#bus.read(offset).value;
  }

  hasCounter(name: string): boolean {
    return this.#counters.has(name);
  }

  /** All counters that are not 0. */
  counters(): Record<string, number> {
    const all = [...this.#counters.keys()].map((name) => [name, this.counter(name)] as const);
    return Object.fromEntries(all.filter(([, value]) => value !== 0));
  }

  #place(field: string): Place {
    const place = this.#fields.get(field);
    if (place === undefined) throw new Error(`there is no register field ${field}`);
    return place;
  }
}

/** Records over valid and ready: a source with gaps, and a sink with stalls that holds the device to the handshake. */
import type { Model } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

/** Values of a record's fields by port name; numbers up to 32 bits, wider ones as bigint or bytes. */
export type Fields = Readonly<Record<string, number | bigint | Uint8Array>>;

function put(port: Port, value: number | bigint | Uint8Array): void {
  if (typeof value === "number") port.set(value);
  else if (typeof value === "bigint") port.setBig(value);
  else port.bytes.set(value);
}

/** Drives one channel: call {@link drive}, evaluate the model, {@link sample}, step. */
export class RecordSource {
  gaps: number;
  taken = 0;
  /** Told of each record that is taken. */
  onTaken: ((fields: Fields, cycle: number) => void) | null = null;
  readonly #model: Model;
  readonly #prefix: string;
  readonly #rng: Rng;
  readonly #queue: Fields[] = [];
  readonly #valid: Port;
  readonly #ready: Port;
  #offered = false;

  /** @param prefix of all ports, as `pl_t` or `cmd_` */
  constructor(model: Model, prefix: string, rng: Rng, gaps = 0) {
    this.#model = model;
    this.#prefix = prefix;
    this.#rng = rng;
    this.gaps = gaps;
    this.#valid = model.port(`${prefix}valid`);
    this.#ready = model.port(`${prefix}ready`);
    this.#valid.set(0);
  }

  get waiting(): number {
    return this.#queue.length;
  }

  push(...records: readonly Fields[]): void {
    this.#queue.push(...records);
  }

  drive(): void {
    if (this.#offered) return;
    const head = this.#queue[0];
    this.#offered = head !== undefined && !this.#rng.chance(this.gaps);
    this.#valid.set(this.#offered ? 1 : 0);
    if (!this.#offered || head === undefined) return;
    for (const [name, value] of Object.entries(head)) put(this.#model.port(this.#prefix + name), value);
  }

  sample(cycle: number): void {
    if (!this.#offered || this.#ready.get() === 0) return;
    this.#offered = false;
    this.taken += 1;
    const record = this.#queue.shift()!;
    this.onTaken?.(record, cycle);
  }
}

/** Takes one channel; what it holds must stand still until it is taken. */
export class RecordSink {
  stalls: number;
  taken = 0;
  readonly #prefix: string;
  readonly #rng: Rng;
  readonly #valid: Port;
  readonly #ready: Port;
  readonly #fields: readonly Port[];
  readonly #seen: readonly Uint8Array[];
  readonly #take: (cycle: number) => void;
  #waiting = false;
  #open = false;

  /** @param take is called in the cycle of each transfer, the ports showing the record */
  constructor(
    model: Model,
    prefix: string,
    fields: readonly string[],
    rng: Rng,
    take: (cycle: number) => void,
    stalls = 0,
  ) {
    this.#prefix = prefix;
    this.#rng = rng;
    this.stalls = stalls;
    this.#valid = model.port(`${prefix}valid`);
    this.#ready = model.port(`${prefix}ready`);
    this.#fields = fields.map((name) => model.port(prefix + name));
    this.#seen = this.#fields.map((port) => new Uint8Array(port.bytes.length));
    this.#take = take;
  }

  drive(): void {
    this.#open = !this.#rng.chance(this.stalls);
    this.#ready.set(this.#open ? 1 : 0);
  }

  sample(cycle: number): void {
    const valid = this.#valid.get() !== 0;
    if (this.#waiting) this.#check(cycle, valid);
    this.#waiting = valid && !this.#open;
    if (this.#waiting) this.#fields.forEach((port, at) => void this.#seen[at]!.set(port.bytes));
    if (!valid || !this.#open) return;
    this.taken += 1;
    this.#take(cycle);
  }

  #check(cycle: number, valid: boolean): void {
    if (!valid) throw new Error(`cycle ${cycle}: ${this.#prefix}valid falls before ready`);
    this.#fields.forEach((port, at) => {
      if (port.bytes.some((value, byte) => this.#seen[at]![byte] !== value))
        throw new Error(`cycle ${cycle}: ${port.name} changes while it waits for ready`);
    });
  }
}

/** Payload of a packet as beats of a stream, what is behind its end random. */
export function beatsOf(payload: Uint8Array, beatBytes: number, rng: Rng): Fields[] {
  const beats: Fields[] = [];
  for (let at = 0; at < payload.length; at += beatBytes) {
    const data = new Uint8Array(beatBytes);
    rng.fill(data);
    data.set(payload.subarray(at, at + beatBytes));
    beats.push({ data, last: at + beatBytes >= payload.length ? 1 : 0 });
  }
  return beats;
}

export function randomBytes(rng: Rng, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  rng.fill(bytes);
  return bytes;
}

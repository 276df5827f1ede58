import type { Model } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

/** An answer: data (reads) and response code. */
export interface Answer {
  readonly address: number;
  readonly data: number;
  readonly response: number;
}

export interface WriteOrder {
  readonly address: number;
  readonly data: number;
  readonly strobe: number;
}

/**
 * An AXI4-Lite master that does all that the protocol allows: address before, with or after data, the next transaction
 * offered before the answer of the last, answers taken late; and that holds the slave to the protocol: an answer comes
 * after its transaction, only one each, and holds until taken.
 */
export class AxilMonkey {
  readonly writeAnswers: Answer[] = [];
  readonly readAnswers: Answer[] = [];
  /** Called in the cycle in which a read address is taken. */
  onReadTaken: (address: number) => void = () => {};

  readonly #model: Model;
  readonly #rng: Rng;
  readonly #idle: number;
  readonly #reluctant: boolean;
  readonly #ports: Partial<Record<string, Port>> = {};
  readonly #addresses: number[] = [];
  readonly #data: WriteOrder[] = [];
  readonly #reads: number[] = [];
  readonly #addressesTaken: number[] = [];
  #dataTaken = 0;
  readonly #readsTaken: number[] = [];
  #held: Record<"b" | "r", string | undefined> = { b: undefined, r: undefined };

  /**
   * @param idle chance that a valid or a ready stays low in a cycle
   * @param reluctant a ready waits for its valid
   */
  constructor(model: Model, rng: Rng, idle: number, reluctant = false) {
    this.#model = model;
    this.#reluctant = reluctant;
    this.#rng = rng;
    this.#idle = idle;
    for (const port of model.ports) {
      if (port.name.startsWith("s_axil_")) this.#ports[port.name.slice(7)] = port;
    }
  }

  write(order: WriteOrder): void {
    this.#addresses.push(order.address);
    this.#data.push(order);
  }

  read(address: number): void {
    this.#reads.push(address);
  }

  /** True when everything has been answered and taken. */
  get idle(): boolean {
    const waiting = this.#addresses.length + this.#data.length + this.#reads.length;
    return waiting + this.#addressesTaken.length + this.#dataTaken + this.#readsTaken.length === 0;
  }

  /** One clock cycle. */
  step(): void {
    const p = this.#ports;
    this.#offer("awvalid", this.#addresses.length > 0, () => p.awaddr!.set(this.#addresses[0]!));
    this.#offer("wvalid", this.#data.length > 0, () => {
      p.wdata!.set(this.#data[0]!.data);
      p.wstrb!.set(this.#data[0]!.strobe);
    });
    this.#offer("arvalid", this.#reads.length > 0, () => p.araddr!.set(this.#reads[0]!));
    for (const channel of ["b", "r"]) {
      const waits = this.#reluctant && p[`${channel}valid`]!.get() === 0;
      p[`${channel}ready`]!.set(waits || this.#rng.chance(this.#idle) ? 0 : 1);
    }

    const took = (channel: string): boolean =>
      p[`${channel}valid`]!.get() === 1 && p[`${channel}ready`]!.get() === 1;
    const [aw, w, ar, b, r] = [took("aw"), took("w"), took("ar"), took("b"), took("r")];
    const answers = {
      b: p.bvalid!.get() === 1 ? `${p.bresp!.get()}` : undefined,
      r: p.rvalid!.get() === 1 ? `${p.rresp!.get()} ${p.rdata!.get()}` : undefined,
    };
    for (const channel of ["b", "r"] as const) {
      const before = this.#held[channel];
      if (before !== undefined && before !== answers[channel]) {
        throw new Error(
          `${channel} channel: "${before}" was not held until taken, now "${answers[channel]}"`,
        );
      }
      this.#held[channel] = (channel === "b" ? b : r) ? undefined : answers[channel];
    }
    if (answers.b !== undefined && (this.#addressesTaken.length === 0 || this.#dataTaken === 0)) {
      throw new Error("bvalid before address and data of a write were taken");
    }
    if (answers.r !== undefined && this.#readsTaken.length === 0) {
      throw new Error("rvalid before the address of a read was taken");
    }
    if (b) {
      const address = this.#addressesTaken.shift()!;
      this.#dataTaken -= 1;
      this.writeAnswers.push({ address, data: 0, response: p.bresp!.get() });
    }
    if (r) {
      const address = this.#readsTaken.shift()!;
      this.readAnswers.push({ address, data: p.rdata!.get(), response: p.rresp!.get() });
    }
    if (aw) this.#addressesTaken.push(this.#addresses.shift()!);
    if (w) {
      this.#data.shift();
      this.#dataTaken += 1;
    }
    if (ar) {
      const address = this.#reads.shift()!;
      this.#readsTaken.push(address);
      this.onReadTaken(address);
    }
    this.#model.step();
    if (aw) p.awvalid!.set(0);
    if (w) p.wvalid!.set(0);
    if (ar) p.arvalid!.set(0);
  }

  /** Steps until all is answered; more than `limit` cycles are an error. */
  drain(limit = 100_000): void {
    for (let cycle = 0; !this.idle; cycle += 1) {
      if (cycle === limit) throw new Error(`not answered after ${limit} cycles`);
      this.step();
    }
  }

  /** A valid that was raised stays; a new one may come late. */
  #offer(valid: string, wanted: boolean, drive: () => void): void {
    const port = this.#ports[valid]!;
    if (port.get() === 1) return;
    if (!wanted || this.#rng.chance(this.#idle)) return;
    drive();
    port.set(1);
  }
}

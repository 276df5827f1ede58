/** The last events of a partner, kept without allocating. */

export interface PartnerEvent {
  readonly cycle: number;
  readonly what: string;
  /** Sequence number, session word or lane, as the event has it. */
  readonly value: number;
}

const limit = 4096;

export class PartnerLog {
  readonly #cycles = new Float64Array(limit);
  readonly #values = new Float64Array(limit);
  readonly #names: string[] = new Array<string>(limit).fill("");
  #count = 0;

  add(cycle: number, what: string, value: number): void {
    const at = this.#count++ % limit;
    this.#cycles[at] = cycle;
    this.#values[at] = value;
    this.#names[at] = what;
  }

  /** The last events, oldest first; at most 4096. */
  entries(): PartnerEvent[] {
    const events: PartnerEvent[] = [];
    for (let i = Math.max(0, this.#count - limit); i < this.#count; i++) {
      const at = i % limit;
      events.push({ cycle: this.#cycles[at]!, what: this.#names[at]!, value: this.#values[at]! });
    }
    return events;
  }
}

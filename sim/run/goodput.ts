/** Measures payload over time in a window that deliveries open; see `Figures.goodputGbps`. */
export class GoodputMeter {
  readonly #from: number;
  #opened = -1;
  #closed = -1;
  #last = -1;
  #bytes = 0;

  /** @param warmUpEnd first cycle in which a delivery opens the window */
  constructor(warmUpEnd: number) {
    this.#from = warmUpEnd;
  }

  /** A packet was delivered: its last beat was transferred in `cycle`. The packet that opens the window is not in it. */
  delivered(payloadBytes: number, cycle: number): void {
    if (cycle < this.#from || this.#closed >= 0) return;
    if (this.#opened < 0) this.#opened = cycle;
    else this.#bytes += payloadBytes;
    this.#last = cycle;
  }

  /** Closes the window behind `cycle`, by default behind the last delivery. */
  close(cycle = this.#last): void {
    if (this.#closed < 0) this.#closed = cycle;
  }

  /** @returns Gb/s, 0 when the window never opened */
  gbps(clockMHz: number): number {
    const cycles = this.#closed - this.#opened;
    if (this.#opened < 0 || cycles <= 0) return 0;
    return (this.#bytes * 8 * clockMHz) / (cycles * 1000);
  }
}

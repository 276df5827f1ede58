/** A histogram of whole numbers, exact below its limit, that grows by nothing while it counts. */

/** Figures of a histogram; all 0 when nothing was counted. */
export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
}

/** Counts values 0 … limit-1 each by itself, larger ones together. */
export class Histogram {
  readonly #buckets: Uint32Array;
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  constructor(limit = 1 << 16) {
    this.#buckets = new Uint32Array(limit + 1);
  }

  add(value: number): void {
    const bucket = value < this.#buckets.length ? value : this.#buckets.length - 1;
    this.#buckets[bucket] = this.#buckets[bucket]! + 1;
    this.#count++;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** The smallest value that at least the part `fraction` (0 … 1) of the values does not pass. */
  quantile(fraction: number): number {
    const wanted = Math.max(1, Math.ceil(this.#count * fraction));
    let seen = 0;
    for (let i = 0; i < this.#buckets.length - 1; i++) {
      seen += this.#buckets[i]!;
      if (seen >= wanted) return i;
    }
    return this.#max;
  }

  summary(): Distribution {
    if (this.#count === 0) return { count: 0, min: 0, median: 0, p99: 0, max: 0, mean: 0 };
    return {
      count: this.#count,
      min: this.#min,
      median: this.quantile(0.5),
      p99: this.quantile(0.99),
      max: this.#max,
      mean: this.#sum / this.#count,
    };
  }
}

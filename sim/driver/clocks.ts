/** Clocks without a common period: whose rising edge is next, and when. */

/** A clock; its frequency is exact to a thousandth of a hertz. */
export interface ClockSpec {
  readonly mhz: number;
  /** Parts per million that the clock is off; 0 unless given. */
  readonly ppm?: number;
  /** Time of the first edge; 0 unless given. */
  readonly firstPs?: number;
}

interface Edges {
  /** Time of the next edge: whole femtoseconds, and a fraction of one, in units of 1 / `units`. */
  fs: number;
  part: number;
  readonly stepFs: number;
  readonly stepPart: number;
  readonly units: number;
}

/** The edges of several clocks in the order of time; a period that is no whole number of femtoseconds is kept exactly. */
export class ClockEdges {
  readonly #clocks: readonly Edges[];
  /** Time of the edges that {@link next} gave last. */
  timePs = 0;

  constructor(clocks: readonly ClockSpec[]) {
    this.#clocks = clocks.map(({ mhz, ppm = 0, firstPs = 0 }) => {
      const units = Math.round(mhz * 1e9 * (1 + ppm * 1e-6));
      const stepFs = Number(10n ** 18n / BigInt(units));
      const stepPart = Number(10n ** 18n % BigInt(units));
      return { fs: Math.round(firstPs * 1000), part: 0, stepFs, stepPart, units };
    });
  }

  /** The clocks whose edge is next, as bits in the order of the clocks; several when they coincide. */
  next(): number {
    let mask = 0;
    let best: Edges | undefined;
    for (const [index, clock] of this.#clocks.entries()) {
      const order = best === undefined ? -1 : compare(clock, best);
      if (order < 0) {
        best = clock;
        mask = 1 << index;
      } else if (order === 0) mask |= 1 << index;
    }
    if (best === undefined) return 0;
    this.timePs = best.fs / 1000;
    for (const [index, clock] of this.#clocks.entries()) if ((mask >> index) & 1) advance(clock);
    return mask;
  }
}

function compare(one: Edges, other: Edges): number {
  return one.fs - other.fs || one.part / one.units - other.part / other.units;
}

function advance(clock: Edges): void {
  clock.fs += clock.stepFs;
  clock.part += clock.stepPart;
  if (clock.part < clock.units) return;
  clock.part -= clock.units;
  clock.fs += 1;
}

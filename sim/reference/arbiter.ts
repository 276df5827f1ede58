/**
 * VL arbitration (InfiniBand vol. 1, VL arbitration; rules as in the project's fact sheet), packet by packet. Written
 * as lists and counters, the way the rules are told.
 *
 * Decisions are made when a packet starts; time without packets changes nothing.
 */

/** One row of a table: weight in units of 64 bytes, 0 = the row is skipped. */
export interface ArbiterRow {
  readonly vl: number;
  readonly weight: number;
}

export interface ArbiterTables {
  readonly high: readonly ArbiterRow[];
  readonly low: readonly ArbiterRow[];
  /** Units of 4096 bytes that the high table may send before a waiting low packet; 255 = any, 0 = one packet. */
  readonly highLimit: number;
}

/** What waits: for each data lane the units of 64 bytes of its head packet, or 0 when nothing may go. */
export interface ArbiterRequest {
  readonly units: readonly number[];
  readonly vl15: boolean;
}

export type Grant = { readonly vl: number; readonly table: "vl15" | "high" | "low" };

const unlimited = 255;
const unitsPerLimit = 4096 / 64;

/** Weighted round robin over one table. */
class Table {
  #row = -1;
  #left = 0;

  /** The row whose packet goes next and the weight it has then, or null when no row has one. */
  next(rows: readonly ArbiterRow[], units: readonly number[]): { row: number; left: number } | null {
    const has = (index: number): boolean => {
      const { vl, weight } = rows[index]!;
      return weight > 0 && vl < units.length && units[vl]! > 0;
    };
    if (this.#left > 0 && has(this.#row)) return { row: this.#row, left: this.#left };
    for (let step = 1; step <= rows.length; step += 1) {
      const row = (this.#row + step) % rows.length;
      if (has(row)) return { row, left: rows[row]!.weight };
    }
    return null;
  }

  /** A packet of `units` from `row`, which had `left`: the last one may overrun, nothing is carried over. */
  sent(row: number, left: number, units: number): void {
    this.#row = row;
    this.#left = Math.max(0, left - units);
  }
}

/** The arbiter of one port. */
export class Arbiter {
  readonly #high = new Table();
  readonly #low = new Table();
  /** High units since a low packet was sent, or none was waiting. */
  #highUnits = 0;

  /** The lane that sends next; null when nothing waits. Changes nothing. */
  choose(tables: ArbiterTables, request: ArbiterRequest): Grant | null {
    if (request.vl15) return { vl: 15, table: "vl15" };
    const high = this.#high.next(tables.high, request.units);
    const low = this.#low.next(tables.low, request.units);
    if (high && !(low && this.#limitReached(tables.highLimit))) {
      return { vl: tables.high[high.row]!.vl, table: "high" };
    }
    return low && { vl: tables.low[low.row]!.vl, table: "low" };
  }

  /** The lane that {@link choose} names starts to send its packet. */
  take(tables: ArbiterTables, request: ArbiterRequest): void {
    const grant = this.choose(tables, request);
    if (grant === null || grant.table === "vl15") return;
    const units = request.units[grant.vl]!;
    const lowWaits = this.#low.next(tables.low, request.units) !== null;
    const table = grant.table === "high" ? this.#high : this.#low;
    const { row, left } = table.next(tables[grant.table], request.units)!;
    table.sent(row, left, units);
    if (grant.table === "low") this.#highUnits = 0;
    else this.#highUnits = (lowWaits ? this.#highUnits : 0) + units;
  }

  #limitReached(limit: number): boolean {
    return limit !== unlimited && this.#highUnits > 0 && this.#highUnits >= limit * unitsPerLimit;
  }
}

import type { BaseRHost } from "../../generator/views/pcs/base-r-host.ts";
import { BaseRTransmitter, bitsOfBlock } from "../../sim/reference/pcs/base-r.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { type Column, idleColumn } from "./base-r-columns.ts";

/**
 * A transmitter at the other end, recorded: idle rows, columns, idle rows. Its PCS lanes come at places in any order, each
 * from some bit on: the skew is up to what the queues of the deskew hold, less the room that they keep for drift.
 */
export class FarEnd {
  /** Number of the PCS lane at each place. */
  readonly order: readonly number[];
  /** Next bit of each place. */
  readonly at: number[];
  readonly #streams: readonly Uint8Array[];

  constructor(rng: Rng, { pcs }: BaseRHost, idleRows: number, columns: readonly Column[]) {
    const lanes = pcs.format.pcsLanes;
    const period = pcs.derived.markerPeriodBlocks.value;
    const far = new BaseRTransmitter({ lanes, period }, BigInt(rng.next()) | 1n);
    const send = (column: Column) => far.send(column.subarray(1), column[0]!);
    for (let i = 0; i < idleRows * lanes; i++) send(idleColumn);
    for (const column of columns) send(column);
    for (let i = 0; i < 3 * period * lanes; i++) send(idleColumn);
    const order = Array.from({ length: lanes }, (_, lane) => lane);
    for (let i = lanes - 1; i > 0; i--) {
      const j = rng.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    const skew = lanes > 1 ? bitsOfBlock * (pcs.derived.deskewWords.value - 4) : bitsOfBlock;
    this.order = order;
    this.at = order.map(() => rng.below(skew));
    this.#streams = order.map((lane) => far.lanes[lane]!.bits);
  }

  /** The next bit of a place. */
  readonly next = (place: number): number => {
    const bit = this.#streams[place]![this.at[place]!++];
    if (bit === undefined) throw new Error("the recording is over");
    return bit;
  };

  /** What comes at a place, from another place's lane from now on. */
  copy(from: number): (place: number) => number {
    return (place) =>
      place === from ? this.#streams[(from + 1) % this.order.length]![this.at[from]!++]! : this.next(place);
  }
}

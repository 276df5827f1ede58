/** Which lanes of a sending device take a packet at once: its `p0_tx_vl_room` is some cycles old, and this makes up for it. */
import type { SimPort } from "../bfm/ports.ts";
import type { FlowPacket } from "./flow-packet.ts";

const lanes = 16;
/** Cycles from the last beat of a packet until `vl_room` shows it, and some more. */
const oldCycles = 8;

export interface LaneRoomOptions {
  readonly beatBytes: number;
  /** Transmit queue of a lane, and the longest packet. */
  readonly queueBeats: number;
  readonly longestBeats: number;
}

/**
 * A packet that is offered on a full lane stops at `tready`, with those of all other lanes behind it. So a lane that has
 * just got a packet gets another one only when it has room for sure: by what went in and has not come out on the wire.
 */
export class LaneRoom {
  readonly #options: LaneRoomOptions;
  readonly #room: SimPort;
  readonly #filled = new Float64Array(lanes);
  /** The packet of each lane that is on its way out of the queue. */
  readonly #leaving = new Float64Array(lanes);
  readonly #since = new Float64Array(lanes).fill(Number.NEGATIVE_INFINITY);

  constructor(room: SimPort, options: LaneRoomOptions) {
    this.#room = room;
    this.#options = options;
  }

  /** The first beat of a packet went in. */
  entered(packet: FlowPacket): void {
    this.#filled[packet.vl]! += this.#beats(packet);
  }

  /** Its last beat did. */
  done({ vl }: FlowPacket, cycle: number): void {
    this.#since[vl] = cycle;
  }

  /** A packet begins to leave on the wire. */
  leaves(packet: FlowPacket): void {
    const { vl } = packet;
    this.#filled[vl]! -= this.#leaving[vl]!;
    this.#leaving[vl] = this.#beats(packet);
  }

  /** Bit v: a packet on VL v does not stop at `tready`. */
  mask(cycle: number): number {
    let mask = this.#room.get();
    const { queueBeats, longestBeats } = this.#options;
    for (let vl = 0; vl < lanes; vl++) {
      if (cycle - this.#since[vl]! >= oldCycles) continue;
      if (this.#filled[vl]! + longestBeats > queueBeats) mask &= ~(1 << vl);
    }
    return mask;
  }

  #beats({ bytes }: FlowPacket): number {
    return Math.ceil(bytes.length / this.#options.beatBytes);
  }
}

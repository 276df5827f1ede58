/** What a run of a link pair does: phases, each with its traffic and its faults. */
import type { AxisPacket } from "../bfm/axis.ts";
import type { BurstOptions, ControlFaultOptions } from "../bfm/channel.ts";

/** Packets made up on the way, both ports alike. */
export interface LoadTraffic {
  readonly kind: "load";
  /** Lanes to use, in turn; VL15 may be one of them. */
  readonly vls: readonly number[];
  /** Payload bytes of packets, one is drawn for each. */
  readonly payloadBytes?: readonly number[];
  /** Or packet bytes (LRH … ICRC), drawn from low to high. */
  readonly packetBytes?: { readonly low: number; readonly high: number };
  /** Part of the wire's time that is offered, above 0 up to 1; 1 (default) offers whatever the port takes. */
  readonly load?: number;
  /** Packets of each port in all; default as many as the cycles give. */
  readonly packets?: number;
}

/** Given packets in their order, one list for each port. */
export interface ListTraffic {
  readonly kind: "list";
  readonly packets: readonly [readonly AxisPacket[], readonly AxisPacket[]];
}

/** No packets: the ports keep the link alive by themselves. */
export interface IdleTraffic {
  readonly kind: "idle";
}

export type Traffic = LoadTraffic | ListTraffic | IdleTraffic;

/** Faults of the cable, both directions alike. */
export interface Faults {
  /** Bit error rate, 0 … 1. */
  readonly ber?: number;
  readonly burst?: BurstOptions;
  readonly control?: ControlFaultOptions;
}

/** A client that takes no packets of some lanes for a while. */
export interface Withhold {
  readonly vls: readonly number[];
  /** From the start of the phase on. */
  readonly cycles: number;
}

export interface Phase {
  /** Short name, unique in a run: the key in results. */
  readonly name: string;
  /** One line for people: what is sent. */
  readonly title: string;
  readonly traffic: Traffic;
  /**
   * Cycles for which traffic is offered. Endless and idle traffic need it; a phase whose packets are counted ends when
   * all are taken, or here, whichever comes first.
   */
  readonly cycles?: number;
  readonly faults?: Faults;
  /** Probability that a client's ready is low in a cycle, 0 … 1 (not included). */
  readonly backpressure?: number;
  /** Probability that a client pauses before a beat, 0 … 1 (not included). */
  readonly stall?: number;
  readonly withhold?: Withhold;
}

/** Whether the phase's traffic ends by itself. */
export function isCounted({ traffic }: Phase): boolean {
  return traffic.kind === "list" || (traffic.kind === "load" && traffic.packets !== undefined);
}

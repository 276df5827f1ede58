/** What a network is made of, and the ways through it. */
import type { DropReason } from "../reference/switch.ts";
import type { Place } from "./flow-board.ts";

/** One end of a cable: a port of a switch. Port 0 is that of its management client. */
export interface PortPlace {
  readonly node: number;
  readonly port: number;
}

/** What is joined to what; hosts are numbered from 1 in this order, and their LIDs are their numbers unless given. */
export interface Topology {
  readonly hosts: readonly (PortPlace & { readonly lid?: number })[];
  readonly trunks?: readonly (readonly [PortPlace, PortPlace])[];
}

/** One step of a route: through a switch, out of a port on a lane. */
export interface Hop {
  readonly node: number;
  readonly input: number;
  readonly port: number;
  readonly vl: number;
  /** Index of the hop before, -1 at the first switch. */
  readonly from: number;
}

export interface RouteDrop {
  readonly at: PortPlace;
  readonly reason: DropReason;
}

export interface Route {
  /** Ends that get the packet. */
  readonly places: readonly Place[];
  /** Where it, or a copy, is dropped. */
  readonly drops: readonly RouteDrop[];
  readonly hops: readonly Hop[];
}

/** A number for each port of a network. */
export function placeKey({ node, port }: PortPlace): number {
  return node * 256 + port;
}

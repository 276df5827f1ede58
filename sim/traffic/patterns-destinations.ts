/** Where the packets of a traffic pattern go. Sources and destinations are ports 1 … N. */
import type { Rng } from "./rng.ts";

export type DestinationPattern =
  /** Every other port alike. */
  | { readonly kind: "uniform" }
  /** Each port sends to one other, and each gets from one: a random permutation that leaves nobody in place. */
  | { readonly kind: "permutation" }
  /**
   * N to 1: the sources (default: all others) send the part `share` (default 1) of their packets to `target`, the rest
   * to the other ports alike. What is not a source, `target` too, sends to the other ports alike when `background` is on.
   */
  | {
      readonly kind: "hotspot";
      readonly target: number;
      readonly share?: number;
      readonly sources?: readonly number[];
      readonly background?: boolean;
    }
  /**
   * All to all as collectives do it: everybody sends `packets` packets to the port one further on, then to that two
   * further on, and so forth, round and round (linear shift).
   */
  | { readonly kind: "shift"; readonly packets: number }
  /** Packets to groups, each source in turn to all the groups. @see MulticastGroup */
  | { readonly kind: "multicast"; readonly groups: readonly MulticastGroup[] }
  /** Given flows: where each source sends, in turn. */
  | { readonly kind: "flows"; readonly to: Readonly<Record<number, readonly number[]>> };

/** A multicast group: its MLID, 0xC000 … 0xFFFE, and the ports that get the packets (never the one that sends). */
export interface MulticastGroup {
  readonly mlid: number;
  readonly members: readonly number[];
}

/** LIDs of packets of one source. */
export interface Destinations {
  /** @param fresh false: the destination of the packet before once more */
  next(fresh: boolean): number;
}

export interface DestinationContext {
  /** External ports. */
  readonly ports: number;
  readonly source: number;
  /** LID of the host at a port. */
  readonly lid: (port: number) => number;
  /** Of the pattern as a whole: the same seed for all sources. */
  readonly common: Rng;
  /** Of this source. */
  readonly rng: Rng;
}

/** The destinations of one source; null when it sends nothing. */
export function destinationsOf(
  pattern: DestinationPattern,
  context: DestinationContext,
): Destinations | null {
  const { ports, source, lid, common, rng } = context;
  const others = portNumbers(ports).filter((port) => port !== source);
  switch (pattern.kind) {
    case "uniform":
      return new Drawn(() => lid(rng.pick(others)));
    case "permutation": {
      const partner = derangement(ports, common.fork("permutation"))[source - 1]! + 1;
      return new Drawn(() => lid(partner));
    }
    case "hotspot": {
      const { target, share = 1, sources, background = false } = pattern;
      const rest = others.filter((port) => port !== target);
      if (source === target || sources?.includes(source) === false)
        return background && rest.length > 0 ? new Drawn(() => lid(rng.pick(rest))) : null;
      if (share >= 1 || rest.length === 0) return new Drawn(() => lid(target));
      return new Drawn(() => lid(rng.chance(share) ? target : rng.pick(rest)));
    }
    case "shift":
      return new Drawn(shifting(pattern.packets, context));
    case "multicast":
      return inTurn(pattern.groups.map(({ mlid }) => mlid));
    case "flows":
      return inTurn((pattern.to[source] ?? []).map(lid));
  }
}

/** 1 … count. */
export function portNumbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** A random permutation of 0 … count-1 that leaves nobody in place; count is 2 or more. */
export function derangement(count: number, rng: Rng): readonly number[] {
  if (count < 2) throw new RangeError(`no permutation of ${count} ports leaves nobody in place`);
  for (;;) {
    const order = Array.from({ length: count }, (_, index) => index);
    for (let i = count - 1; i > 0; i--) {
      const j = rng.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    if (order.every((to, from) => to !== from)) return order;
  }
}

class Drawn implements Destinations {
  readonly #draw: () => number;
  #last: number | null = null;

  constructor(draw: () => number) {
    this.#draw = draw;
  }

  next(fresh: boolean): number {
    if (fresh || this.#last === null) this.#last = this.#draw();
    return this.#last;
  }
}

function inTurn(lids: readonly number[]): Destinations | null {
  let at = 0;
  return lids.length === 0 ? null : new Drawn(() => lids[at++ % lids.length]!);
}

function shifting(packets: number, { ports, source, lid }: DestinationContext): () => number {
  let made = 0;
  return () => {
    const step = 1 + (Math.floor(made++ / packets) % (ports - 1));
    return lid(((source - 1 + step) % ports) + 1);
  };
}

/**
 * Traffic of a whole switch: what each source generates and when, seeded and the same each time. It is open loop: packets
 * are generated whether the network takes them or not, and wait at their source.
 */
import { type ArrivalProcess, Arrivals } from "./patterns-arrivals.ts";
import { type DestinationPattern, type Destinations, destinationsOf } from "./patterns-destinations.ts";
import { framedBytes, SizeDraw, type SizeMix } from "./patterns-sizes.ts";
import { Rng } from "./rng.ts";

export type { ArrivalProcess } from "./patterns-arrivals.ts";
export {
  type DestinationPattern,
  derangement,
  type MulticastGroup,
  portNumbers,
} from "./patterns-destinations.ts";
export { framedBytes, imixSizes, packetBytesFor, rdmaSizes, type SizeMix } from "./patterns-sizes.ts";

/** A lane with its part of the packets; the service level is that of the VL unless given. */
export interface LaneShare {
  readonly vl: number;
  readonly sl?: number;
  /** Default 1. */
  readonly weight?: number;
}

/** Packets made up on the way. */
export interface PatternTraffic {
  readonly kind: "pattern";
  readonly destinations: DestinationPattern;
  readonly sizes: SizeMix;
  readonly lanes: readonly LaneShare[];
  /** Default poisson. */
  readonly arrivals?: ArrivalProcess;
  /** Part of each source's wire time that is offered, above 0; more than 1 keeps packets waiting at all times. */
  readonly load: number;
  /** Packets of each source in all; default as many as the time gives. */
  readonly packets?: number;
}

/** One packet that a source is to send. */
export interface Demand {
  /** When it was generated, cycles; need not be whole. */
  readonly at: number;
  readonly dlid: number;
  readonly vl: number;
  readonly sl: number;
  /** LRH … ICRC. */
  readonly packetBytes: number;
  /** The packet itself, where it is given and not made up. */
  readonly bytes?: Uint8Array;
}

/** The demands of one source, in the order of their times. */
export interface DemandStream {
  /** Time of the next one; Infinity when there is none. */
  readonly nextAt: number;
  /** Takes the next one; there must be one. */
  take(): Demand;
}

export interface SourceContext {
  readonly ports: number;
  /** The port whose host sends. */
  readonly source: number;
  readonly lid: (port: number) => number;
  /** Of the run; each source draws from a generator of its own. */
  readonly seed: number;
  /** What the wire carries in a cycle. */
  readonly bytesPerCycle: number;
  readonly beatBytes: number;
  /** LRH … ICRC. */
  readonly longestPacketBytes: number;
  /** First cycle. */
  readonly from: number;
}

export const noDemands: DemandStream = {
  nextAt: Number.POSITIVE_INFINITY,
  take: () => {
    throw new RangeError("there is no packet to take");
  },
};

/** What one source sends under a pattern. */
export function patternDemands(traffic: PatternTraffic, context: SourceContext): DemandStream {
  const common = new Rng(context.seed).fork("pattern");
  const rng = new Rng(context.seed).fork(`source ${context.source}`);
  const { ports, source, lid } = context;
  const choose = { ports, source, lid, common, rng: rng.fork("destinations") };
  const destinations = destinationsOf(traffic.destinations, choose);
  if (destinations === null || traffic.packets === 0) return noDemands;
  return new PatternDemands(traffic, context, destinations, rng);
}

class PatternDemands implements DemandStream {
  nextAt = 0;
  readonly #destinations: Destinations;
  readonly #sizes: SizeDraw;
  readonly #arrivals: Arrivals;
  readonly #lanes: readonly Required<LaneShare>[];
  readonly #laneRng: Rng;
  readonly #laneWeights: number;
  readonly #beatBytes: number;
  readonly #bytesPerCycle: number;
  #left: number;
  #next: Demand;
  #lane: Required<LaneShare>;

  constructor(traffic: PatternTraffic, context: SourceContext, destinations: Destinations, rng: Rng) {
    this.#destinations = destinations;
    this.#sizes = new SizeDraw(traffic.sizes, rng.fork("sizes"), context.longestPacketBytes);
    const process = traffic.arrivals ?? { kind: "poisson" };
    this.#arrivals = new Arrivals(process, traffic.load, context.from, rng.fork("arrivals"));
    this.#lanes = traffic.lanes.map(({ vl, sl = vl, weight = 1 }) => ({ vl, sl, weight }));
    this.#laneRng = rng.fork("lanes");
    this.#laneWeights = this.#lanes.reduce((sum, { weight }) => sum + weight, 0);
    this.#beatBytes = context.beatBytes;
    this.#bytesPerCycle = context.bytesPerCycle;
    this.#left = traffic.packets ?? Number.POSITIVE_INFINITY;
    this.#lane = this.#lanes[0]!;
    this.#next = this.#make();
  }

  take(): Demand {
    const demand = this.#next;
    this.#left--;
    if (this.#left > 0) this.#next = this.#make();
    else this.nextAt = Number.POSITIVE_INFINITY;
    return demand;
  }

  #make(): Demand {
    const fresh = this.#arrivals.fresh;
    if (fresh) this.#lane = this.#drawLane();
    const { vl, sl } = this.#lane;
    const packetBytes = this.#sizes.next(vl);
    const dlid = this.#destinations.next(fresh);
    const at = this.#arrivals.next(framedBytes(packetBytes, this.#beatBytes) / this.#bytesPerCycle);
    this.nextAt = at;
    return { at, dlid, vl, sl, packetBytes };
  }

  #drawLane(): Required<LaneShare> {
    if (this.#lanes.length === 1) return this.#lanes[0]!;
    let at = this.#laneRng.float() * this.#laneWeights;
    for (const lane of this.#lanes) {
      at -= lane.weight;
      if (at < 0) return lane;
    }
    return this.#lanes.at(-1)!;
  }
}

/** Given demands, in the order of their times. */
export function listDemands(list: readonly Demand[]): DemandStream {
  let at = 0;
  return {
    get nextAt() {
      return list[at]?.at ?? Number.POSITIVE_INFINITY;
    },
    take: () => list[at++]!,
  };
}

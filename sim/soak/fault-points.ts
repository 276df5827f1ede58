/** Functional coverage of whole links: each fault of the cable in each state of the port that it reaches. */
import type { Channel, ChannelCounts } from "../bfm/channel.ts";
import { coverGroup } from "../coverage/points.ts";
import { portState } from "./device-end.ts";

const stateNames = ["down", "initialize", "armed", "active", "actDefer"] as const;
type StateName = (typeof stateNames)[number];
const nameOfState = new Map<number, StateName>(stateNames.map((name) => [portState[name], name]));

/** What a channel counts, and what it is called. */
const faultOfCount = {
  bitErrors: "bit error",
  bursts: "burst",
  controlDropped: "control set lost",
  controlRepeated: "control set repeated",
  controlSwapped: "control sets swapped",
} as const satisfies Partial<Record<keyof ChannelCounts, string>>;
type Counted = keyof typeof faultOfCount;
const counted = Object.keys(faultOfCount) as Counted[];
type Fault = (typeof faultOfCount)[Counted] | "link lost";

/** Nothing reaches a port that defers, but in the cycle in which its link comes back. */
export const faultPoints = coverGroup("fault on the cable of a whole link, state of the port behind it", {
  fault: [...Object.values(faultOfCount), "link lost"] as Fault[],
  state: stateNames,
});

/** A direction of the cable, and the port that receives from it. */
export interface FaultPlace {
  readonly channel: Channel;
  readonly port: { readonly state: number };
}

/** Looks at both directions after each cycle and counts what went wrong in it. */
export class FaultPoints {
  readonly #places: readonly FaultPlace[];
  readonly #before: Record<Counted, number>[];

  constructor(places: readonly FaultPlace[]) {
    this.#places = places;
    this.#before = places.map(({ channel }) => countsOf(channel));
  }

  step(): void {
    this.#places.forEach(({ channel, port }, at) => {
      const now = channel.counts;
      const before = this.#before[at]!;
      for (const name of counted) {
        if (now[name] === before[name]) continue;
        before[name] = now[name];
        hit(faultOfCount[name], port);
      }
    });
  }

  /** Both ends lose what was on the wire. */
  linkLost(): void {
    for (const { port } of this.#places) hit("link lost", port);
  }
}

function hit(fault: Fault, port: FaultPlace["port"]): void {
  const state = nameOfState.get(port.state);
  if (state !== undefined) faultPoints.hit(fault, state);
}

function countsOf(channel: Channel): Record<Counted, number> {
  const { counts } = channel;
  return Object.fromEntries(counted.map((name) => [name, counts[name]])) as Record<Counted, number>;
}

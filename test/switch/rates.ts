/** Rates of flows: traffic for a while, and what came of each flow in a window. */
import type { SwitchNetwork } from "../../sim/switch/network.ts";
import { offer, stopOffering } from "../../sim/switch/offer.ts";
import type { PatternTraffic } from "../../sim/traffic/patterns.ts";

export interface Flow {
  readonly from: number;
  readonly to: number;
  readonly vl: number;
}

export interface FlowLoad extends Flow {
  /** Part of the wire's time. */
  readonly load: number;
  /** LRH … VCRC. */
  readonly bytes: number;
  readonly packets?: number;
}

/** What a host sends over one lane to one other; evenly, so that rates are steady. */
export function flowTraffic({ from, to, vl, load, bytes, packets }: FlowLoad): PatternTraffic {
  return {
    kind: "pattern",
    destinations: { kind: "flows", to: { [from]: [to] } },
    sizes: { kind: "fixed", bytes },
    lanes: [{ vl }],
    arrivals: { kind: "paced" },
    load,
    ...(packets !== undefined && { packets }),
  };
}

/** Starts flows, at most one for each host, beside what goes on; other hosts go on as they are. */
export function startFlows(network: SwitchNetwork, flows: readonly FlowLoad[]): void {
  offer(network, (host) => {
    const flow = flows.find(({ from }) => from === host);
    return flow === undefined ? null : flowTraffic(flow);
  });
}

/** Packets of each flow that come within `cycles` from now on. */
export function countFlows(
  network: SwitchNetwork,
  flows: readonly Flow[],
  cycles: number,
): readonly number[] {
  const { figures } = network.board;
  figures.open(network.cycle);
  network.run(cycles);
  return flows.map(({ from, to, vl }) => figures.window({ source: from, end: to, vl }).packets);
}

export { stopOffering };

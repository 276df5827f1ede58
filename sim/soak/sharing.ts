/** Long runs with narrow bounds: how inputs and lanes share an output. */
import type { SwitchDescription } from "../../generator/dsl/switch-description.ts";
import type { SwitchNetwork } from "../switch/network.ts";
import { offer } from "../switch/offer.ts";
import { portNumbers } from "../traffic/patterns.ts";
import { setLowTable, shareOf, sharesOfLanes } from "./shares.ts";
import { openReadyStar } from "./star.ts";

export interface ShareResult {
  readonly packets: number;
  /** Part of each input or lane, over what it should be: 1 is right. */
  readonly shares: readonly number[];
}

/**
 * Two lanes of an output under weights of 3 to 1: within 2 %. Throws when it is not so.
 * @param packets of the measurement; 10^5 for the bound to hold
 */
export async function weightsOfLanes(
  description: SwitchDescription,
  seed: number,
  packets = 100_000,
): Promise<ShareResult> {
  const network = await openReadyStar(description, { seed });
  try {
    setLowTable(network, network.design.ports, [
      { vl: 0, weight: 24 },
      { vl: 1, weight: 8 },
    ]);
    const shares = sharesOfLanes(network, { packets, weights: [3, 1] });
    return judged(network, [shares[0]! / 0.75, shares[1]! / 0.25], 0.02, seed);
  } finally {
    network.close();
  }
}

/**
 * All inputs flood the last output, all sizes mixed: within 5 %. Throws when it is not so.
 * @param packets of the measurement; 20000 for eight inputs for the bound to hold
 */
export async function fairnessOfInputs(
  description: SwitchDescription,
  seed: number,
  packets = 20_000,
): Promise<ShareResult> {
  const network = await openReadyStar(description, { seed });
  try {
    const end = network.design.ports;
    offer(network, {
      ...{ kind: "pattern", destinations: { kind: "hotspot", target: end } },
      sizes: { kind: "uniform", low: 26, high: network.endDesign.derived.maxPacketBytes.value },
      ...{ lanes: [{ vl: 0 }], load: 0.4 },
    });
    network.run(20_000);
    const { figures } = network.board;
    figures.open(network.cycle);
    while (figures.window({ end }).packets < packets) network.run(2000);
    const sources = portNumbers(end - 1);
    const shares = sources.map((source) => sources.length * shareOf(network, { source, end }));
    return judged(network, shares, 0.05, seed);
  } finally {
    network.close();
  }
}

function judged(network: SwitchNetwork, shares: readonly number[], bound: number, seed: number): ShareResult {
  const { duplicated, reordered, corrupted, misrouted } = network.board.result();
  const text = shares.map((share) => share.toFixed(4)).join(" ");
  if (duplicated + reordered + corrupted + misrouted > 0)
    throw new Error(`seed ${seed}: packets came wrong: ${JSON.stringify(network.board.result())}`);
  if (shares.some((share) => Math.abs(share - 1) > bound))
    throw new Error(`seed ${seed}: shares are ${text} of what they should be, the bound is ${bound}`);
  return { packets: network.board.matched, shares };
}

/** Long runs with narrow bounds: how inputs and lanes share an output. `npm run regress` runs them. */
import type { SwitchNetwork } from "../../sim/switch/network.ts";
import { offer } from "../../sim/switch/offer.ts";
import { openReadySwitch, smallSwitch } from "./devices.ts";
import { setLowTable, shareOf, sharesOfLanes } from "./shares.ts";

export interface ShareResult {
  readonly packets: number;
  /** Part of each input or lane, over what it should be: 1 is right. */
  readonly shares: readonly number[];
}

const weighted = 100_000;

/** Lanes of an output under weights of 3 to 1, over 10^5 packets: within 2 %. Throws when it is not so. */
export async function weightsOfLanes(seed: number): Promise<ShareResult> {
  const network = await openReadySwitch(smallSwitch, { seed });
  try {
    setLowTable(network, 4, [
      { vl: 0, weight: 24 },
      { vl: 1, weight: 8 },
    ]);
    const shares = sharesOfLanes(network, { packets: weighted, weights: [3, 1] });
    return judged(network, [shares[0]! / 0.75, shares[1]! / 0.25], 0.02, seed);
  } finally {
    network.close();
  }
}

export const nineSwitch = {
  ...smallSwitch,
  name: "switch_nine",
  mtuBytes: 256,
  ports: { count: 9, rateGbps: 25, cableMeters: 1 },
  virtualLanes: { data: 1 },
} as const;

/** Eight inputs that flood one output, all sizes mixed: within 5 %. Throws when it is not so. */
export async function fairnessOfInputs(seed: number): Promise<ShareResult> {
  const network = await openReadySwitch(nineSwitch, { seed });
  try {
    offer(network, {
      ...{ kind: "pattern", destinations: { kind: "hotspot", target: 9 } },
      sizes: { kind: "uniform", low: 26, high: 382 },
      ...{ lanes: [{ vl: 0 }], load: 0.4 },
    });
    network.run(20_000);
    network.board.figures.open(network.cycle);
    network.run(600_000);
    const shares = [1, 2, 3, 4, 5, 6, 7, 8].map((source) => 8 * shareOf(network, { source, end: 9 }));
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

/** How an output is shared: by inputs, and by lanes under the weights of its arbitration tables. */
import type { SwitchNetwork } from "../switch/network.ts";
import { offer } from "../switch/offer.ts";

/** Part of all packets for an end that is of one source or lane, in the window that is open. */
export function shareOf(
  network: SwitchNetwork,
  { end, ...part }: { readonly end: number; readonly source?: number; readonly vl?: number },
): number {
  const { figures } = network.board;
  return figures.window({ end, ...part }).packets / figures.window({ end }).packets;
}

/** Writes the low-priority table of a port's arbiter; the high one becomes empty. */
export function setLowTable(
  network: SwitchNetwork,
  port: number,
  rows: readonly { readonly vl: number; readonly weight: number }[],
): void {
  const { registers } = network.nodes[0]!.control;
  rows.forEach(({ vl, weight }, index) => {
    registers.write("link", "LOW_ROW", vl * 256 + weight, port, index);
    registers.write("link", "HIGH_ROW", 0, port, index);
  });
}

/**
 * All other ports flood the last one on all lanes with packets of eight units of 64 bytes.
 * @param packets that come in the window
 * @returns each lane's part
 */
export function sharesOfLanes(
  network: SwitchNetwork,
  { packets, weights }: { readonly packets: number; readonly weights: readonly number[] },
): readonly number[] {
  const end = network.design.ports;
  offer(network, {
    kind: "pattern",
    destinations: { kind: "hotspot", target: end },
    sizes: { kind: "fixed", bytes: 510 },
    // More than fits of each: no lane ever runs dry.
    lanes: weights.map((_, vl) => ({ vl })),
    load: 0.8,
  });
  network.run(20_000);
  const { figures } = network.board;
  figures.open(network.cycle);
  while (figures.window({ end }).packets < packets) network.run(2000);
  return weights.map((_, vl) => shareOf(network, { end, vl }));
}

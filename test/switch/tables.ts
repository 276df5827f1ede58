/** Tables of test networks. */
import type { SwitchNetwork } from "../../sim/switch/network.ts";

/**
 * A ring as `ring()` builds it: everything goes on through port 2 until it is there. With a dateline between the last and
 * the first switch, packets of SL 1 (those that cross it) have VL0 before it and VL1 behind it: they come in through
 * port 3 of a switch behind the dateline. Good for routes of up to `switches - 1` hops.
 */
export function programRing(network: SwitchNetwork, { dateline }: { readonly dateline: boolean }): void {
  const count = network.nodes.length;
  network.nodes.forEach(({ control }, node) => {
    control.program({ unicast: new Map(network.hosts.map(({ lid }, host) => [lid, host === node ? 1 : 2])) });
    const behind = node < count - 2;
    for (const input of [1, 3]) control.setSlToVl(input, 2, 1, dateline && input === 3 && behind ? 1 : 0);
  });
}

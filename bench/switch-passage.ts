/** How long a packet takes from the MII of one port of an idle switch to that of another. */
import { modelMii } from "../sim/bfm/mii.ts";
import type { SwitchNetwork } from "../sim/switch/network.ts";
import { listDemands } from "../sim/traffic/patterns.ts";

export interface Passage {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Start character, and the kind of a data packet in byte 4 of the preamble (docs/wire-format.md). */
const startCharacter = 0xfb;
const kindByte = 4;
const dataKind = 0x55;
const [source, target] = [1, 2];
/** Tries, and cycles between them: not a multiple of what repeats on a wire. */
const tries = 15;
const pause = 1037;

/** Sends packets from port 1 to port 2, one at a time; what the wire's clock enables hold up is in the worst case. */
export function medianPassage(network: SwitchNetwork, packetBytes: number): Passage {
  const node = network.nodes[0]!;
  const entry = modelMii(node.model, `p${source}`);
  const exit = modelMii(node.model, `p${target}`);
  const receiving = node.model.port(`p${source}_mii_rx_valid`);
  const times: number[] = [];
  let [sent, came, last] = [-1, -1, -1];
  network.watchers.push((cycle) => {
    if (sent < 0 && receiving.get() === 1 && hasPacket(entry.rxData, entry.rxFlags)) sent = cycle;
    if (sent >= 0 && came < 0 && hasPacket(exit.txData, exit.txFlags)) came = cycle;
    last = cycle;
  });
  for (let attempt = 0; attempt < tries; attempt++) {
    network.run(pause);
    [sent, came] = [-1, -1];
    const demand = { at: network.cycle + 1, dlid: network.hosts[target - 1]!.lid, vl: 0, sl: 0, packetBytes };
    network.hosts[source - 1]!.generate(listDemands([demand]));
    while (came < 0 && last < demand.at + pause) network.tick();
    if (came >= 0) times.push(came - sent);
  }
  network.watchers.pop();
  times.sort((a, b) => a - b);
  return {
    median: times[times.length >> 1] ?? Number.NaN,
    least: times[0] ?? Number.NaN,
    most: times.at(-1) ?? Number.NaN,
  };
}

/** A data packet starts here, not a flow-control packet. */
function hasPacket(data: Uint8Array, flags: Uint8Array): boolean {
  for (let column = 0; column < flags.length; column++) {
    const starts = (flags[column]! & 1) === 1 && data[8 * column] === startCharacter;
    if (starts && data[8 * column + kindByte] === dataKind) return true;
  }
  return false;
}

/** Single packets for directed tests. */
import { buildPacket } from "../../sim/reference/packet.ts";
import { taggedPacket } from "../../sim/reference/tagged.ts";
import type { FlowPacket } from "../../sim/switch/flow-packet.ts";
import type { SwitchNetwork } from "../../sim/switch/network.ts";

export interface PacketOptions {
  readonly vl?: number;
  readonly sl?: number;
  /** LRH … ICRC; default 100. */
  readonly bytes?: number;
  /** Output that port 0 asks for. */
  readonly given?: number;
}

let index = 0;

/** Sends one packet from a host, or from the management client (0). */
export function send(
  network: SwitchNetwork,
  source: number,
  dlid: number,
  options: PacketOptions = {},
): FlowPacket {
  const { vl = 0, sl = vl, bytes = 100, given = 0 } = options;
  const slid = source === 0 ? 40 : network.hosts[source - 1]!.lid;
  const packet = taggedPacket({ source: source + 100, vl, index: index++ }, bytes, { dlid, slid, sl });
  return sendBytes(network, source, packet, vl, given);
}

/** The same with a P_Key, with or without a GRH. */
export function sendWithKey(
  network: SwitchNetwork,
  source: number,
  dlid: number,
  pkey: number,
  options: { readonly global?: boolean } = {},
): FlowPacket {
  const gid = new Uint8Array(16);
  const packet = buildPacket({
    lrh: { vl: 0, sl: 0, dlid, slid: network.hosts[source - 1]!.lid },
    ...(options.global === true && { grh: { sgid: gid, dgid: gid } }),
    bth: { opcode: 0x24, pkey, destQp: 1, psn: index++ },
    payload: new Uint8Array(60),
  });
  return sendBytes(network, source, packet, 0, 0);
}

function sendBytes(
  network: SwitchNetwork,
  source: number,
  bytes: Uint8Array,
  vl: number,
  given: number,
): FlowPacket {
  const packet = network.packet(bytes, source, { vl, given });
  if (source === 0) network.nodes[0]!.management.send(packet);
  else network.hosts[source - 1]!.send(packet);
  return packet;
}

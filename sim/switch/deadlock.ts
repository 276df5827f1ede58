/**
 * Notices a network in which nothing moves although packets are inside, and names the cycle of ports and lanes that wait
 * for each other: lanes without credit, from the registers, joined by the routes of the packets that are under way.
 */
import { creditBlocks } from "../reference/packet.ts";
import type { FlowPacket } from "./flow-packet.ts";
import type { SwitchNetwork } from "./network.ts";
import type { PortPlace } from "./topology.ts";

/** A lane of an output whose packets wait for credit of the other end. */
export interface StarvedLane {
  readonly node: number;
  readonly port: number;
  readonly vl: number;
  /** Blocks that may still be sent, and those that the longest packet on its way there needs. */
  readonly creditBlocks: number;
  readonly neededBlocks: number;
  /** Pages that the lane takes in the input buffer at the other end; null where that is a host. */
  readonly pagesBehind: number | null;
}

export interface Stall {
  readonly cycle: number;
  /** Deliveries that have not happened. */
  readonly pending: number;
  /** Each waits for the next one, the last for the first; empty when no cycle explains the stall. */
  readonly waitCycle: readonly StarvedLane[];
  /** All lanes without credit that packets wait for. */
  readonly starved: readonly StarvedLane[];
}

const counterModulus = 4096;
const window = 2048;

/** Looks at a network from time to time. */
export class StallWatch {
  readonly #network: SwitchNetwork;
  readonly #bound: number;
  #received = -1;
  #since = 0;

  /** @param bound cycles without one packet received, while some are under way */
  constructor(network: SwitchNetwork, bound = network.limits.hangCycles) {
    this.#network = network;
    this.#bound = bound;
  }

  /** Whether the bound has passed. */
  stalled(): boolean {
    const { hosts, nodes, cycle, board } = this.#network;
    let received = 0;
    for (const { sink } of hosts) received += sink.packets;
    for (const { management } of nodes) received += management.sink.packets;
    if (received !== this.#received || board.pending === 0) {
      this.#received = received;
      this.#since = cycle;
    }
    return cycle - this.#since >= this.#bound;
  }
}

/** Finds out why a network stands still. Reads registers, so that some cycles pass. */
export function diagnose(network: SwitchNetwork): Stall {
  const { cycle } = network;
  const packets = new Set<FlowPacket>();
  for (const { packet, mayDrop } of network.board.absent()) if (!mayDrop) packets.add(packet);
  const needs = new Map<number, number>();
  const edges = new Map<number, Set<number>>();
  const blockBytes = network.design.port.derived.creditBlockBytes.value;
  for (const packet of packets) {
    const { hops } = network.route(packet, network.originOf(packet));
    const blocks = creditBlocks(packet.bytes.length, blockBytes);
    for (const { node, port, vl, from } of hops) {
      if (port === 0 || vl === 15) continue;
      const lane = keyOf(node, port, vl);
      needs.set(lane, Math.max(needs.get(lane) ?? 0, blocks));
      const before = hops[from];
      if (before === undefined) continue;
      const earlier = keyOf(before.node, before.port, before.vl);
      edges.set(earlier, (edges.get(earlier) ?? new Set()).add(lane));
    }
  }
  const starved = new Map<number, StarvedLane>();
  for (const [lane, neededBlocks] of needs) {
    const [node, port, vl] = placeOf(lane);
    const left = creditOf(network, node, port, vl);
    if (left >= neededBlocks) continue;
    const pagesBehind = pagesAt(network, network.peerOf({ node, port }), vl);
    starved.set(lane, { node, port, vl, creditBlocks: left, neededBlocks, pagesBehind });
  }
  const waitCycle = findCycle([...starved.keys()], (lane) =>
    [...(edges.get(lane) ?? [])].filter((next) => starved.has(next)),
  ).map((lane) => starved.get(lane)!);
  return { cycle, pending: network.board.pending, waitCycle, starved: [...starved.values()] };
}

/** A stall in words. */
export function stallText({ cycle, pending, waitCycle, starved }: Stall): string {
  const name = ({ node, port, vl }: StarvedLane): string => `switch ${node} port ${port} VL${vl}`;
  const what = `${pending} packets are under way and none comes (cycle ${cycle})`;
  if (waitCycle.length > 0)
    return `deadlock: ${what}; these wait for each other: ${[...waitCycle, waitCycle[0]!].map(name).join(" → ")}`;
  const lanes =
    starved.length === 0 ? "no lane lacks credit" : `without credit: ${starved.map(name).join(", ")}`;
  return `no progress: ${what}; ${lanes}; no cycle of waiting lanes`;
}

/** A cycle of a graph as the list of its vertices, or nothing. */
export function findCycle(
  vertices: readonly number[],
  next: (vertex: number) => readonly number[],
): readonly number[] {
  const done = new Set<number>();
  for (const start of vertices) {
    const path: { readonly vertex: number; readonly rest: number[] }[] = [];
    const enter = (vertex: number): void => {
      path.push({ vertex, rest: [...next(vertex)] });
    };
    if (!done.has(start)) enter(start);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const to = top.rest.pop();
      if (to === undefined) {
        done.add(top.vertex);
        path.pop();
        continue;
      }
      const at = path.findIndex(({ vertex }) => vertex === to);
      if (at >= 0) return path.slice(at).map(({ vertex }) => vertex);
      if (!done.has(to)) enter(to);
    }
  }
  return [];
}

function keyOf(node: number, port: number, vl: number): number {
  return (node * 256 + port) * 16 + vl;
}

function placeOf(lane: number): [node: number, port: number, vl: number] {
  return [lane >> 12, (lane >> 4) & 0xff, lane & 15];
}

/** Blocks that an output may still send on a lane: CL - FCTBS, as the arbiter tests it. */
function creditOf(network: SwitchNetwork, node: number, port: number, vl: number): number {
  const { registers } = network.nodes[node]!.control;
  const sent = registers.readField("link", "FCTBS", "BLOCKS", port, vl);
  const limit = registers.readField("link", "CL", "BLOCKS", port, vl);
  const left = (limit - sent + counterModulus) % counterModulus;
  return left <= window ? left : 0;
}

function pagesAt(network: SwitchNetwork, peer: PortPlace | number | undefined, vl: number): number | null {
  if (peer === undefined || typeof peer === "number") return null;
  return network.nodes[peer.node]!.control.registers.readField(
    "ingress",
    "LANE_PAGES",
    "USED",
    peer.port,
    vl,
  );
}

/** Tables that change while packets are under way: until the change is through, each packet may see the old or the new ones. */
import type { Place } from "./flow-board.ts";
import type { FlowPacket } from "./flow-packet.ts";
import type { Delivery } from "./flow-queue.ts";
import type { SwitchNetwork } from "./network.ts";
import type { PortPlace, Route, RouteDrop } from "./topology.ts";

/** From its making to {@link Transition.end}. */
export class Transition {
  readonly #network: SwitchNetwork;
  readonly #change: () => void;
  readonly #revert: () => void;

  /** @param change exchanges the tables of the reference model, `revert` back again */
  constructor(network: SwitchNetwork, change: () => void, revert: () => void) {
    this.#network = network;
    this.#change = change;
    this.#revert = revert;
    const underWay = new Map<FlowPacket, Delivery[]>();
    for (const delivery of network.board.absent()) {
      const list = underWay.get(delivery.packet) ?? [];
      underWay.set(delivery.packet, list);
      list.push(delivery);
    }
    for (const [packet, deliveries] of underWay) {
      const at = network.originOf(packet);
      this.entered(packet, at, network.route(packet, at), deliveries);
    }
    for (const { packet, at } of network.drops.recent)
      this.entered(packet, at, network.route(packet, at), []);
  }

  /**
   * A packet is under way.
   * @param now where the old tables lead it
   * @param deliveries of the packet that have not happened
   */
  entered(packet: FlowPacket, at: PortPlace, now: Route, deliveries: readonly Delivery[]): void {
    this.#change();
    const then = this.#network.route(packet, at);
    this.#revert();
    const { board, drops } = this.#network;
    for (const one of difference(now.drops, then.drops, sameDrop)) drops.maybe(one);
    for (const one of difference(then.drops, now.drops, sameDrop)) drops.maybe(one);
    const added = difference(then.places, now.places, samePlace);
    const gone = difference(now.places, then.places, samePlace);
    if (added.length === 1 && gone.length === 1 && now.places.length === 1) {
      for (const delivery of deliveries) board.allow(delivery, added[0]!);
      return;
    }
    if (gone.length > 0)
      for (const delivery of deliveries)
        if (gone.some(({ end }) => board.isExpectedAt(delivery, end))) board.allow(delivery, null);
    for (const place of added) board.allow(board.expect(packet, place), null);
  }

  /** The new tables are in force for everything that comes from now on. */
  end(): void {
    this.#change();
  }
}

/** What is in one list and not in the other. */
function difference<T>(one: readonly T[], other: readonly T[], same: (a: T, b: T) => boolean): readonly T[] {
  return one.filter((a) => !other.some((b) => same(a, b)));
}

function samePlace(a: Place, b: Place): boolean {
  return a.end === b.end && a.vl === b.vl;
}

function sameDrop(a: RouteDrop, b: RouteDrop): boolean {
  return a.at.node === b.at.node && a.at.port === b.at.port && a.reason === b.reason;
}

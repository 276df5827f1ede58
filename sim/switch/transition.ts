/** Tables that change while packets are under way: until the change is through, each packet may see the old or the new ones. */
import type { Place } from "./flow-board.ts";
import type { FlowPacket } from "./flow-packet.ts";
import type { Delivery } from "./flow-queue.ts";
import type { PortPlace, SwitchNetwork } from "./network.ts";

/**
 * From its making to {@link Transition.end}. A packet that the old tables drop and the new ones do not must not be under
 * way: the bench would not know it when it comes.
 */
export class Transition {
  readonly #network: SwitchNetwork;
  readonly #change: () => void;
  readonly #revert: () => void;

  /** @param originOf where a packet came in  @param change exchanges the tables of the reference model, `revert` back again */
  constructor(
    network: SwitchNetwork,
    originOf: (packet: FlowPacket) => PortPlace,
    change: () => void,
    revert: () => void,
  ) {
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
      const at = originOf(packet);
      this.entered(packet, at, network.route(packet, at).places, deliveries);
    }
  }

  /**
   * A packet is under way.
   * @param places that the old tables name
   * @param deliveries of the packet that have not happened
   */
  entered(
    packet: FlowPacket,
    at: PortPlace,
    places: readonly Place[],
    deliveries: readonly Delivery[],
  ): void {
    this.#change();
    const later = this.#network.route(packet, at).places;
    this.#revert();
    const isIn = (list: readonly Place[], { end, vl }: Place): boolean =>
      list.some((one) => one.end === end && one.vl === vl);
    const added = later.filter((place) => !isIn(places, place));
    const gone = places.filter((place) => !isIn(later, place));
    if (added.length === 0 && gone.length === 0) return;
    const { board } = this.#network;
    if (places.length === 1 && later.length === 1) {
      for (const delivery of deliveries) board.allow(delivery, later[0]!);
      return;
    }
    for (const delivery of deliveries)
      if (gone.some(({ end }) => board.isExpectedAt(delivery, end))) board.allow(delivery, null);
    for (const place of added) board.allow(board.expect(packet, place), null);
  }

  /** The new tables are in force for everything that comes from now on. */
  end(): void {
    this.#change();
  }
}

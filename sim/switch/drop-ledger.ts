/** Packets that switches are to drop by their tables: what their counters must show. */
import { type DropReason, dropReasons } from "../reference/switch.ts";
import type { FlowPacket } from "./flow-packet.ts";
import { type PortPlace, placeKey, type RouteDrop } from "./topology.ts";

export type DropCounts = Readonly<Record<DropReason, number>>;

/** Dropped packets that are remembered at least. */
const kept = 256;

export class DropLedger {
  readonly #counts = new Map<number, Record<DropReason, number>>();
  readonly #slack = new Map<number, number>();
  readonly #keepCycles: number;
  #recent: { readonly packet: FlowPacket; readonly at: PortPlace }[] = [];

  /** @param keepCycles for which a dropped packet may still be on its way to where it is dropped */
  constructor(keepCycles: number) {
    this.#keepCycles = keepCycles;
  }

  /** Packets to be dropped at an input so far. */
  expected(at: PortPlace): DropCounts {
    return this.#countsOf(at);
  }

  /** By how much the counters of an input may differ from that, as tables changed while packets were under way. */
  slack(at: PortPlace): number {
    return this.#slack.get(placeKey(at)) ?? 0;
  }

  /** Packets that may still be on their way to where they are dropped, and where they entered. */
  get recent(): readonly { readonly packet: FlowPacket; readonly at: PortPlace }[] {
    return this.#recent;
  }

  /** A packet, or copies of it, that entered at `origin` is to be dropped. */
  add(packet: FlowPacket, origin: PortPlace, drops: readonly RouteDrop[]): void {
    if (drops.length === 0) return;
    for (const { at, reason } of drops) this.#countsOf(at)[reason]++;
    if (this.#recent.length > 2 * kept) {
      const oldest = packet.entered - this.#keepCycles;
      this.#recent = this.#recent.filter((one) => one.packet.entered >= oldest);
    }
    this.#recent.push({ packet, at: origin });
  }

  /** A drop may happen or not. */
  maybe({ at }: RouteDrop): void {
    this.#slack.set(placeKey(at), this.slack(at) + 1);
  }

  /** How the counters of an input differ from what they must be, in words; null when they do not. */
  complaint(at: PortPlace, counted: DropCounts): string | null {
    const expected = this.expected(at);
    const wrong = dropReasons.filter(
      (reason) => Math.abs(counted[reason] - expected[reason]) > this.slack(at),
    );
    if (wrong.length === 0) return null;
    const parts = wrong.map(
      (reason) => `${counted[reason]} for ${reason}, which must be ${expected[reason]}`,
    );
    return `switch ${at.node}, input ${at.port} counts drops: ${parts.join("; ")}`;
  }

  #countsOf(at: PortPlace): Record<DropReason, number> {
    let counts = this.#counts.get(placeKey(at));
    if (counts === undefined) {
      counts = { unknownLid: 0, hairpin: 0, pkey: 0, noMember: 0, slToVl: 0 };
      this.#counts.set(placeKey(at), counts);
    }
    return counts;
  }
}

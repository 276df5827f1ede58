/** What joins the two ports of a pair, and lets their clocks run. */
import type { LinkDesign } from "../../generator/design/link.ts";
import { Cable, type ChannelCounts, throttleOf } from "../bfm/channel.ts";
import { type MiiEnd, modelMii } from "../bfm/mii.ts";
import type { Model } from "../driver/model.ts";
import type { Faults } from "./phase.ts";

/** What a wire did so far; symbols of the FEC are those of lanes. */
export type WireCounts = ChannelCounts & { readonly symbolErrors?: number };

export interface PairWire {
  /** Where the MII of each port can be watched; null where that is within the devices. */
  readonly ends: readonly [MiiEnd, MiiEnd] | null;
  /** From port 0 to port 1, and back. */
  readonly counts: readonly [WireCounts, WireCounts];
  setFaults(faults: Faults): void;
  /** Holds the resets of both devices for some cycles of their clock. */
  reset(cycles: number): void;
  /**
   * Up to and with the next edge of a device's clock. Before it, `before` is called for each device that has one.
   * @returns bit 0: device 0 had it, bit 1: device 1
   */
  step(before: BeforeEdge): number;
}

/** Sets the inputs of a device that has an edge now. */
export type BeforeEdge = (device: 0 | 1) => void;

/** Masks of {@link PairWire.step}, by device. */
export const deviceEdge = [1, 2] as const;

export interface WireOptions {
  /** Seeds of the two directions. */
  readonly seeds: readonly [number, number];
  /** From a port's MII output to the other's MII input, cycles. */
  readonly delayCycles: number;
}

const bothEdges = deviceEdge[0] | deviceEdge[1];

/** A cable between two MIIs; both devices have the same clock. */
export class MiiWire implements PairWire {
  readonly ends: readonly [MiiEnd, MiiEnd];
  readonly #models: readonly [Model, Model];
  readonly #cable: Cable;

  constructor(design: LinkDesign, models: readonly [Model, Model], options: WireOptions) {
    this.#models = models;
    this.ends = [modelMii(models[0]), modelMii(models[1])];
    const channel = {
      delayCycles: options.delayCycles,
      throttle: throttleOf(design.rateGbps, design.datapathBits, design.clockMHz),
    };
    this.#cable = new Cable(this.ends[0], this.ends[1], {
      ab: { ...channel, seed: options.seeds[0] },
      ba: { ...channel, seed: options.seeds[1] },
    });
  }

  get counts(): readonly [ChannelCounts, ChannelCounts] {
    return [this.#cable.ab.counts, this.#cable.ba.counts];
  }

  setFaults(faults: Faults): void {
    for (const channel of [this.#cable.ab, this.#cable.ba]) {
      channel.setBer(faults.ber ?? 0);
      channel.setBurst(faults.burst ?? null);
      channel.setControl(faults.control ?? null);
    }
  }

  reset(cycles: number): void {
    for (const model of this.#models) {
      model.port("p0_mii_link_up").set(0);
      model.reset(cycles);
    }
  }

  step(before: BeforeEdge): number {
    this.#cable.tick();
    before(0);
    before(1);
    this.#models[0].step();
    this.#models[1].step();
    return bothEdges;
  }
}

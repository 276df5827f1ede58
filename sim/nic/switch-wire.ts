/** A switch between two adapters: each at a cable of its own, at two of the switch's ports. */

import type { SwitchDesign } from "../../generator/design/switch.ts";
import { deviceRegisters } from "../../generator/elaborate/device-registers.ts";
import { AxiLite } from "../bfm/axil.ts";
import { Cable, throttleOf } from "../bfm/channel.ts";
import { type MiiEnd, modelMii } from "../bfm/mii.ts";
import type { Model } from "../driver/model.ts";
import { type BeforeEdge, deviceEdge, type PairWire, type WireCounts } from "../run/pair-wire.ts";
import type { Faults } from "../run/phase.ts";
import { SwitchControl } from "../switch/control.ts";
import { type PortCounts, readPortCounts } from "../switch/port-counters.ts";
import { RegisterFile } from "../switch/register-file.ts";
import { portNumbers } from "../traffic/patterns.ts";
import { Rng } from "../traffic/rng.ts";

/** Ports at which the adapters are; the cables of the others are not plugged in. */
export const adapterPorts = [1, 2] as const;

const active = 4;
const bothEdges = deviceEdge[0] | deviceEdge[1];

export interface SwitchWireOptions {
  readonly seed: number;
  /** From a port's MII output to the next one's MII input. */
  readonly delayCycles: number;
  /** One clock cycle of everything, for accesses to the switch's registers. */
  readonly step: () => void;
}

export class SwitchWire implements PairWire {
  readonly design: SwitchDesign;
  readonly model: Model;
  /** Those of the adapters; what the switch adds stands in {@link switchEnds}. */
  readonly ends: readonly [MiiEnd, MiiEnd];
  readonly switchEnds: readonly [MiiEnd, MiiEnd];
  readonly control: SwitchControl;
  readonly #adapters: readonly [Model, Model];
  readonly #cables: readonly [Cable, Cable];

  /** @param model an open model of the switch's top module, not yet stepped */
  constructor(
    design: SwitchDesign,
    model: Model,
    adapters: readonly [Model, Model],
    { seed, delayCycles, step }: SwitchWireOptions,
  ) {
    this.design = design;
    this.model = model;
    this.#adapters = adapters;
    const { port, datapathBits, clockMHz } = design;
    this.ends = [modelMii(adapters[0]), modelMii(adapters[1])];
    this.switchEnds = [modelMii(model, `p${adapterPorts[0]}`), modelMii(model, `p${adapterPorts[1]}`)];
    const rng = new Rng(seed);
    const cable = (side: 0 | 1): Cable => {
      const channel = {
        delayCycles,
        throttle: throttleOf(port.rateGbps, datapathBits, clockMHz),
      };
      const seeds = ["to", "from"].map((way) => rng.fork(`${way} ${side}`).seed) as [number, number];
      return new Cable(this.ends[side], this.switchEnds[side], {
        ab: { ...channel, seed: seeds[0] },
        ba: { ...channel, seed: seeds[1] },
      });
    };
    this.#cables = [cable(0), cable(1)];
    for (const number of portNumbers(design.ports)) {
      model.port(`p${number}_mii_link_up`).set(0);
      model.port(`p${number}_mii_rx_valid`).set(0);
      model.port(`p${number}_mii_tx_ready`).set(0);
    }
    const registers = new RegisterFile(new AxiLite(model, "s_axil", { step }), deviceRegisters(design));
    // Nothing is under way while tables change.
    this.control = new SwitchControl(design, registers, (change) => {
      change();
      return () => undefined;
    });
  }

  /** From adapter 0 into the switch and from it to adapter 1, and back. */
  get counts(): readonly [WireCounts, WireCounts] {
    const [a, b] = this.#cables;
    return [both(a.ab.counts, b.ba.counts), both(b.ab.counts, a.ba.counts)];
  }

  /** The switch's ports at the adapters are Active. */
  get active(): boolean {
    return adapterPorts.every((number) => this.model.port(`p${number}_port_state`).get() === active);
  }

  /** Counters of the port at an adapter. */
  portCounts(side: 0 | 1): PortCounts {
    return readPortCounts(this.control, adapterPorts[side]);
  }

  setFaults(faults: Faults): void {
    for (const channel of this.#cables.flatMap(({ ab, ba }) => [ab, ba])) {
      channel.setBer(faults.ber ?? 0);
      channel.setBurst(faults.burst ?? null);
      channel.setControl(faults.control ?? null);
    }
  }

  reset(cycles: number): void {
    for (const adapter of this.#adapters) {
      adapter.port("p0_mii_link_up").set(0);
      adapter.reset(cycles);
    }
    this.model.reset(cycles);
  }

  step(before: BeforeEdge): number {
    for (const cable of this.#cables) cable.tick();
    before(0);
    before(1);
    this.#adapters[0].step();
    this.#adapters[1].step();
    this.model.step();
    return bothEdges;
  }

  /** Forwarding tables: LID 1 is at the first adapter, LID 2 at the second. Waits until the switch has filled its tables. */
  start(): void {
    for (let left = 10_000; !this.control.ready; left--) {
      if (left === 0) throw new Error("the switch does not fill its tables");
    }
    this.control.program({ unicast: new Map(adapterPorts.map((port, side) => [side + 1, port])) });
  }
}

function both(one: WireCounts, other: WireCounts): WireCounts {
  const sum = Object.keys(one).map((key) => {
    const name = key as keyof WireCounts;
    return [name, (one[name] ?? 0) + (other[name] ?? 0)];
  });
  return Object.fromEntries(sum) as WireCounts;
}

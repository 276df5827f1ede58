/** The management port between its streams, the ingress and the crossbar, with what it is to do beside it. */
import type { SwitchDesign } from "../../generator/design/switch.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, resetAll } from "./link-bench.ts";
import { type InLoad, ManagementIn } from "./switch-management-in.ts";
import { ManagementOut, type OutLoad } from "./switch-management-out.ts";

export interface ManagementLoad extends InLoad, OutLoad {}

/** Right packets, as fast as they go. */
export const free: ManagementLoad = {
  ...{ begin: 1, offer: 1, faulty: 0, change: 0, open: 1, start: 0 },
  ...{ send: 1, beat: 1, take: 1 },
};

export class ManagementBench {
  readonly in: ManagementIn;
  readonly out: ManagementOut;
  readonly #model: Model;

  constructor(model: Model, design: SwitchDesign, rng: Rng) {
    const { maxPacketBytes, vl15PacketBytes } = design.port.derived;
    const shape = {
      bits: design.datapathBits,
      dataVls: design.port.virtualLanes.data,
      ports: design.ports + 1,
      maxWords: Math.floor((maxPacketBytes.value - 2) / 4),
      maxWords15: Math.floor((vl15PacketBytes.value - 2) / 4),
    };
    resetAll(model, rng);
    this.#model = model;
    this.in = new ManagementIn(model, shape, rng);
    this.out = new ManagementOut(model, design, shape, rng);
  }

  run(load: ManagementLoad, cycles: number): void {
    for (let cycle = 0; cycle < cycles; cycle += 1) this.cycle(load);
  }

  cycle(load: ManagementLoad): void {
    this.in.drive(load);
    this.out.drive(load);
    this.#model.eval();
    this.in.check();
    this.out.check();
    const sent = this.#model.port("tx_tready").get() === 1;
    this.#model.step();
    this.in.finish(sent);
    this.out.finish();
  }

  /** Lets everything that is under way come to its end. */
  drain(): void {
    for (let cycle = 0; !this.in.idle || !this.out.idle; cycle += 1) {
      if (cycle > 10_000) fail(this.#model, "the port does not come to rest");
      this.cycle({ ...free, begin: 0, send: 0 });
    }
  }
}

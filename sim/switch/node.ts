/** One switch of a network: its model, its registers, its management client. */
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { deviceRegisters } from "../../generator/elaborate/device-registers.ts";
import { AxiLite } from "../bfm/axil.ts";
import type { SimModel, SimPort } from "../bfm/ports.ts";
import { type OnSwap, SwitchControl } from "./control.ts";
import { ManagementClient, type ManagementOptions } from "./management.ts";
import { RegisterFile } from "./register-file.ts";

export interface NodeOptions extends ManagementOptions {
  readonly design: SwitchDesign;
  /** Number of the switch in its network. */
  readonly index: number;
  /** One clock cycle of the network. */
  readonly step: () => void;
  readonly onSwap: OnSwap;
}

export class SwitchNode {
  readonly model: SimModel;
  readonly control: SwitchControl;
  readonly management: ManagementClient;
  /** Port p is at index p - 1. */
  readonly #states: readonly SimPort[];

  constructor(model: SimModel, options: NodeOptions) {
    const { design, step, onSwap } = options;
    this.model = model;
    const bus = new AxiLite(model, "s_axil", { step });
    this.control = new SwitchControl(design, new RegisterFile(bus, deviceRegisters(design)), onSwap);
    this.management = new ManagementClient(model, options);
    this.#states = Array.from({ length: design.ports }, (_, index) => model.port(`p${index + 1}_port_state`));
    for (let port = 1; port <= design.ports; port++) {
      model.port(`p${port}_mii_link_up`).set(0);
      model.port(`p${port}_mii_rx_valid`).set(0);
      model.port(`p${port}_mii_tx_ready`).set(0);
    }
  }

  /** State of an external port as InfiniBand numbers it: 4 is Active. */
  portState(port: number): number {
    return this.#states[port - 1]!.get();
  }

  get portStates(): readonly number[] {
    return this.#states.map((state) => state.get());
  }
}

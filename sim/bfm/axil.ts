/** AXI4-Lite master: single reads and writes of 32-bit registers, one at a time. */
import type { SimModel, SimPort } from "./ports.ts";

/** RRESP and BRESP. */
export const axiResponse = { okay: 0, exclusiveOkay: 1, slaveError: 2, decodeError: 3 } as const;

export interface AxiLiteOptions {
  /** One clock cycle of the bench, everything else in it included; default `model.step()`. */
  readonly step?: () => void;
  /** Cycles after which a missing answer is an error; default 1000. */
  readonly timeoutCycles?: number;
}

/** Drives `s_axil_*` of a device. */
export class AxiLite {
  readonly #step: () => void;
  readonly #timeout: number;
  readonly #ports: Record<PortName, SimPort>;

  /** @param prefix of the ports, default `s_axil` */
  constructor(model: SimModel, prefix = "s_axil", options: AxiLiteOptions = {}) {
    this.#step = options.step ?? (() => model.step());
    this.#timeout = options.timeoutCycles ?? 1000;
    const ports: Partial<Record<PortName, SimPort>> = {};
    for (const name of portNames) ports[name] = model.port(`${prefix}_${name}`);
    this.#ports = ports as Record<PortName, SimPort>;
    for (const name of ["awvalid", "wvalid", "bready", "arvalid", "rready"] as const)
      this.#ports[name].set(0);
  }

  /**
   * Writes a register.
   * @param strobe one bit a byte lane
   * @returns BRESP
   */
  write(address: number, value: number, strobe = 15): number {
    const { awaddr, awvalid, awready, wdata, wstrb, wvalid, wready, bready, bvalid, bresp } = this.#ports;
    awaddr.set(address);
    wdata.set(value >>> 0);
    wstrb.set(strobe);
    awvalid.set(1);
    wvalid.set(1);
    bready.set(1);
    for (let cycle = 0; cycle < this.#timeout; cycle++) {
      const addressTaken = awvalid.get() !== 0 && awready.get() !== 0;
      const dataTaken = wvalid.get() !== 0 && wready.get() !== 0;
      const answered = bvalid.get() !== 0;
      const response = bresp.get();
      this.#step();
      if (addressTaken) awvalid.set(0);
      if (dataTaken) wvalid.set(0);
      if (answered) {
        bready.set(0);
        return response;
      }
    }
    throw new Error(`no answer to the write of register 0x${address.toString(16)}`);
  }

  /** Reads a register. @returns its value (0 … 2^32-1) and RRESP */
  read(address: number): { value: number; response: number } {
    const { araddr, arvalid, arready, rready, rvalid, rdata, rresp } = this.#ports;
    araddr.set(address);
    arvalid.set(1);
    rready.set(1);
    for (let cycle = 0; cycle < this.#timeout; cycle++) {
      const taken = arvalid.get() !== 0 && arready.get() !== 0;
      const answered = rvalid.get() !== 0;
      const value = rdata.get() >>> 0;
      const response = rresp.get();
      this.#step();
      if (taken) arvalid.set(0);
      if (answered) {
        rready.set(0);
        return { value, response };
      }
    }
    throw new Error(`no answer to the read of register 0x${address.toString(16)}`);
  }
}

const portNames = [
  "awaddr",
  "awvalid",
  "awready",
  "wdata",
  "wstrb",
  "wvalid",
  "wready",
  "bresp",
  "bvalid",
  "bready",
  "araddr",
  "arvalid",
  "arready",
  "rdata",
  "rresp",
  "rvalid",
  "rready",
] as const;
type PortName = (typeof portNames)[number];

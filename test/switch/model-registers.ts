/** The AXI4-Lite slave of the switch in TypeScript: tables, settings and drop counters; all else reads as 0. */
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { deviceRegisters, portWindowBytes } from "../../generator/elaborate/device-registers.ts";
import type { ArrayPort } from "../../sim/bfm/array-model.ts";
import type { SwitchReference } from "../../sim/reference/switch.ts";
import { dropCounters } from "../../sim/switch/control.ts";

const firstMulticastLid = 0xc000;

export interface ModelFace {
  readonly add: (name: string, bits: number) => ArrayPort;
  /** Credit of an external port as its link counts it. */
  readonly credit: (port: number) => { readonly fctbs: readonly number[]; readonly limit: readonly number[] };
}

export class ModelRegisters {
  readonly #ports: Record<string, ArrayPort> = {};
  readonly #reads = new Map<number, () => number>();
  readonly #writes = new Map<number, (value: number) => void>();
  readonly #reference: SwitchReference;
  readonly #masks = new Map<number, number>();
  #address = 0;

  constructor(
    design: SwitchDesign,
    reference: SwitchReference,
    drops: readonly Readonly<Record<string, number>>[],
    { add, credit }: ModelFace,
  ) {
    this.#reference = reference;
    const widths = {
      ...{ awaddr: 32, awvalid: 1, awready: 1, wdata: 32, wstrb: 4, wvalid: 1, wready: 1 },
      ...{ bresp: 2, bvalid: 1, bready: 1, araddr: 32, arvalid: 1, arready: 1 },
      ...{ rdata: 32, rresp: 2, rvalid: 1, rready: 1 },
    };
    for (const [name, bits] of Object.entries(widths)) this.#ports[name] = add(`s_axil_${name}`, bits);
    const at = (block: string, register: string): number => {
      const { map, base } = deviceRegisters(design).blocks.find((one) => one.map.id === block)!;
      const registers = map.groups.flatMap((group) => group.registers);
      const found =
        registers.find(({ name }) => name === register) ?? map.counters.find(({ name }) => name === register);
      return base + found!.offset;
    };
    this.#reads.set(at("switch", "TABLE_STATUS"), () => 1);
    this.#writes.set(at("switch", "TABLE_ADDRESS"), (value) => {
      this.#address = value;
    });
    this.#writes.set(at("switch", "TABLE_DATA"), (value) => this.#store(value));
    this.#writes.set(at("switch", "TABLE_COMMAND"), (value) => {
      if (value & 1) reference.swapLft();
      if (value & 2) reference.swapMft();
    });
    this.#writes.set(at("switch", "OWN_LID"), (value) => {
      reference.ownLid = value;
    });
    this.#writes.set(at("switch", "LFT_TOP"), (value) => {
      reference.lftTop = value;
    });
    drops.forEach((counts, port) => {
      const window = portWindowBytes * port;
      for (let vl = 0; port > 0 && vl < design.port.virtualLanes.data; vl++) {
        this.#reads.set(at("link", "FCTBS") + window + 4 * vl, () => credit(port).fctbs[vl]!);
        this.#reads.set(at("link", "CL") + window + 4 * vl, () => credit(port).limit[vl]!);
      }
      this.#writes.set(at("ingress", "CONTROL") + window, (value) =>
        reference.setEnforced(port, (value & 1) !== 0),
      );
      for (const [reason, name] of Object.entries(dropCounters))
        this.#reads.set(at("ingress", name) + window, () => counts[reason] ?? 0);
    });
  }

  /** One access at a time, answered in the next cycle. */
  step(): void {
    const { awaddr, awvalid, awready, wdata, wvalid, wready, bvalid, bready } = this.#ports;
    const { araddr, arvalid, arready, rdata, rvalid, rready } = this.#ports;
    if (bvalid!.get() !== 0 && bready!.get() !== 0) bvalid!.set(0);
    if (rvalid!.get() !== 0 && rready!.get() !== 0) rvalid!.set(0);
    const written = awvalid!.get() !== 0 && wvalid!.get() !== 0 && awready!.get() !== 0;
    if (written) {
      this.#writes.get(awaddr!.get())?.(wdata!.get());
      bvalid!.set(1);
    }
    for (const ready of [awready!, wready!]) ready.set(written ? 0 : 1);
    const read = arvalid!.get() !== 0 && arready!.get() !== 0;
    if (read) {
      rdata!.set(this.#reads.get(araddr!.get())?.() ?? 0);
      rvalid!.set(1);
    }
    arready!.set(read ? 0 : 1);
  }

  #store(value: number): void {
    const [table, port, row] = [
      Math.floor(this.#address / 2 ** 28) & 3,
      (this.#address >> 20) & 0xff,
      this.#address & 0xfffff,
    ];
    if (table === 0) this.#reference.setLft(row, value);
    else if (table === 1) this.#members(row, value);
    else if (table === 2) this.#reference.setSlToVl(port, row >> 4, row & 15, value);
    else this.#reference.setKey(port, row, value >= 0x10000 ? value & 0xffff : null);
    this.#address++;
  }

  #members(row: number, mask: number): void {
    this.#masks.set(row, mask);
    const ports: number[] = [];
    for (let bit = 0; bit < 256; bit++)
      if (((this.#masks.get((row & ~7) | (bit >> 5)) ?? 0) >>> (bit & 31)) & 1) ports.push(bit);
    this.#reference.setMft(firstMulticastLid + (row >> 3), ports);
  }
}

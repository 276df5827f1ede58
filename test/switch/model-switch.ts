/**
 * A switch in TypeScript with the face of the generated one: the bench is tested against it, and with faults put into it. It
 * forwards whole packets by the reference tables; links are the reference ports.
 */
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { ArrayPort } from "../../sim/bfm/array-model.ts";
import { LinkPartner } from "../../sim/bfm/link-partner.ts";
import type { SimModel } from "../../sim/bfm/ports.ts";
import { setLowBits } from "../../sim/bfm/ports.ts";
import { SwitchReference } from "../../sim/reference/switch.ts";
import { ModelRegisters } from "./model-registers.ts";

/** What a packet may suffer on its way through: gives what leaves in its place. */
export type Tamper = (packet: Uint8Array, output: number) => readonly { bytes: Uint8Array; output: number }[];

interface Waiting {
  readonly bytes: Uint8Array;
  readonly vl: number;
  readonly outputs: { readonly port: number; readonly vl: number; readonly bytes: Uint8Array }[];
}

const packetsInQueue = 2;

export class ModelSwitch implements SimModel {
  tamper: Tamper = (bytes, output) => [{ bytes, output }];
  readonly reference: SwitchReference;
  readonly #ports = new Map<string, ArrayPort>();
  readonly #links: LinkPartner[] = [];
  /** Packets that wait, by input and the order in which they came. */
  readonly #waiting: Waiting[][];
  readonly #drops: Record<string, number>[];
  readonly #registers: ModelRegisters;
  readonly #count: number;
  readonly #beatBytes: number;
  #partial: number[] = [];
  readonly #toManagement: { bytes: Uint8Array; vl: number; input: number; at: number }[] = [];

  constructor(design: SwitchDesign, options: { readonly bufferBlocks?: number } = {}) {
    const { ports, datapathBits, port } = design;
    const dataVls = port.virtualLanes.data;
    this.#count = ports;
    this.#beatBytes = datapathBits / 8;
    this.reference = new SwitchReference({ ports, dataVls, ...design.tables });
    this.#waiting = Array.from({ length: ports + 1 }, () => []);
    this.#drops = Array.from({ length: ports + 1 }, () => ({}));
    const beat = { txd: datapathBits, txc: datapathBits / 8, rxd: datapathBits, rxc: datapathBits / 8 };
    const wires = { ...beat, tx_ready: 1, rx_valid: 1, link_up: 1 };
    this.#add("rst", 1);
    for (let p = 1; p <= ports; p++) {
      for (const [name, bits] of Object.entries(wires)) this.#add(`p${p}_mii_${name}`, bits);
      this.#add(`p${p}_port_state`, 3);
      const link = new LinkPartner({
        ...{ widthBits: datapathBits, dataVls, seed: 100 + p, retry: port.retry },
        creditBlockBytes: port.derived.creditBlockBytes.value,
        bufferBlocks: options.bufferBlocks ?? port.derived.creditsPerVl.value,
        onPacket: ({ bytes, vl, error }) => {
          if (!error) this.#arrives(bytes, p, vl, 0);
        },
      });
      for (let vl = 0; vl < dataVls; vl++) link.setDrain(vl, 0);
      this.#links.push(link);
    }
    for (const way of ["tx", "rx"])
      for (const [name, bits] of Object.entries({
        ...{ tdata: datapathBits, tkeep: datapathBits / 8, tvalid: 1, tready: 1, tlast: 1, tuser: 5 },
        [way === "tx" ? "tdest" : "tid"]: 8,
      }))
        this.#add(`p0_${way}_${name}`, bits);
    this.#registers = new ModelRegisters(design, this.reference, this.#drops, {
      add: (name, bits) => this.#add(name, bits),
      credit: (p) => this.#links[p - 1]!.state,
    });
  }

  port(name: string): ArrayPort {
    const port = this.#ports.get(name);
    if (port === undefined) throw new Error(`there is no port ${name}`);
    return port;
  }

  step(): void {
    if (this.#get("rst") !== 0) return;
    for (let p = 1; p <= this.#count; p++) this.#link(p);
    this.#fromManagement();
    for (let input = 0; input <= this.#count; input++) this.#forward(input);
    this.#driveManagement();
    this.#registers.step();
  }

  #add(name: string, bits: number): ArrayPort {
    const port = new ArrayPort(bits);
    this.#ports.set(name, port);
    return port;
  }

  #get(name: string): number {
    return this.port(name).get();
  }

  #link(p: number): void {
    const link = this.#links[p - 1]!;
    link.setLinkUp(this.#get(`p${p}_mii_link_up`) !== 0);
    const received = this.#get(`p${p}_mii_rx_valid`) === 0 ? null : this.port(`p${p}_mii_rxd`).bytes;
    link.step(received, this.port(`p${p}_mii_rxc`).bytes, this.#get(`p${p}_mii_tx_ready`) !== 0);
    this.port(`p${p}_mii_txd`).bytes.set(link.txData);
    this.port(`p${p}_mii_txc`).bytes.set(link.txFlags);
    this.port(`p${p}_port_state`).set(link.ready ? 4 : 2);
  }

  #arrives(bytes: Uint8Array, input: number, vl: number, given: number): void {
    const { outputs, drops } = this.reference.decide(bytes, input, vl, given);
    for (const reason of drops) this.#drops[input]![reason] = (this.#drops[input]![reason] ?? 0) + 1;
    const copies = outputs.flatMap(({ port, vl: lane }) =>
      this.tamper(onLane(bytes, lane), port).map(({ bytes: changed, output }) => ({
        ...{ port: output, vl: lane, bytes: changed },
      })),
    );
    this.#waiting[input]!.push({ bytes, vl, outputs: copies });
  }

  /** Sends what can go; packets of one output and lane keep their order. */
  #forward(input: number): void {
    const list = this.#waiting[input]!;
    const blocked = new Set<number>();
    for (let i = 0; i < list.length; i++) {
      const { outputs, vl } = list[i]!;
      for (let k = 0; k < outputs.length; k++) {
        const { port, vl: lane, bytes } = outputs[k]!;
        if (blocked.has(port * 16 + lane) || !this.#send(input, port, lane, bytes))
          blocked.add(port * 16 + lane);
        else outputs.splice(k--, 1);
      }
      if (outputs.length > 0) continue;
      list.splice(i--, 1);
      if (input > 0 && vl < 15) this.#links[input - 1]!.release(vl);
    }
  }

  #send(input: number, port: number, vl: number, bytes: Uint8Array): boolean {
    if (port === 0) {
      if (this.#toManagement.length >= packetsInQueue) return false;
      this.#toManagement.push({ bytes, vl, input, at: 0 });
      return true;
    }
    const link = this.#links[port - 1]!;
    if (link.queued(vl) >= packetsInQueue) return false;
    link.send(bytes, { vl });
    return true;
  }

  #fromManagement(): void {
    const ready = this.port("p0_tx_tready");
    if (this.#get("p0_tx_tvalid") !== 0 && ready.get() !== 0) {
      const keep = this.port("p0_tx_tkeep").bytes;
      const data = this.port("p0_tx_tdata").bytes;
      for (let i = 0; i < this.#beatBytes; i++)
        if ((keep[i >> 3]! >> (i & 7)) & 1) this.#partial.push(data[i]!);
      if (this.#get("p0_tx_tlast") !== 0) {
        const user = this.#get("p0_tx_tuser");
        const packet = Uint8Array.from(this.#partial);
        this.#partial = [];
        if ((user & 16) === 0) this.#arrives(packet, 0, user & 15, this.#get("p0_tx_tdest"));
      }
    }
    ready.set(1);
  }

  #driveManagement(): void {
    const valid = this.port("p0_rx_tvalid");
    const head = this.#toManagement[0];
    if (head !== undefined && valid.get() !== 0 && this.#get("p0_rx_tready") !== 0) {
      head.at += this.#beatBytes;
      if (head.at >= head.bytes.length) this.#toManagement.shift();
    }
    const now = this.#toManagement[0];
    valid.set(now === undefined ? 0 : 1);
    if (now === undefined) return;
    const rest = now.bytes.subarray(now.at, now.at + this.#beatBytes);
    this.port("p0_rx_tdata").bytes.fill(0, rest.length).set(rest);
    setLowBits(this.port("p0_rx_tkeep").bytes, this.#beatBytes / 8, rest.length);
    this.port("p0_rx_tlast").set(now.at + this.#beatBytes >= now.bytes.length ? 1 : 0);
    this.port("p0_rx_tuser").set(now.vl);
    this.port("p0_rx_tid").set(now.input);
  }
}

function onLane(bytes: Uint8Array, vl: number): Uint8Array {
  const copy = bytes.slice();
  copy[0] = (vl << 4) | (copy[0]! & 15);
  return copy;
}

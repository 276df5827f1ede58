/** One adapter without its link port, given packets byte by byte; every access to host memory is held against what is allowed. */
import type { NicDesign } from "../../generator/design/nic.ts";
import { nicCounters } from "../../generator/elaborate/nic-registers.ts";
import { Axi4Memory } from "../bfm/axi4-memory.ts";
import type { WrittenBurst } from "../bfm/axi4-write.ts";
import { AxiLite } from "../bfm/axil.ts";
import { HostPages } from "../bfm/host-pages.ts";
import type { Model } from "../driver/model.ts";
import type { Port } from "../driver/port.ts";
import type { Rng } from "../traffic/rng.ts";
import { NicDriver } from "./driver.ts";
import type { EthernetIdentity } from "./ethernet-port.ts";
import { growing } from "./nic-pair.ts";
import type { HostMemoryAccess } from "./rings.ts";
import type { AddressVector } from "./verbs.ts";

/** Bytes of host memory from `from` up to, and without, `to`. */
export interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

/** A packet as the core takes it, LRH … pad. */
export interface RawPacket {
  readonly bytes: Uint8Array;
  /** The link marked it: a bad ICRC. */
  readonly error: boolean;
}

export const ringBase = 1n << 40n;
/** How the rig differs from one of a core, whose registers begin at 0. */
export interface RigOptions {
  /** Byte address of the adapter's registers. */
  readonly base?: number;
  readonly ethernet?: EthernetIdentity;
  /** Data lane of a service level; default VL0 for each. */
  readonly vlOf?: (sl: number) => number;
  /** Behind the reset, before the driver looks at the registers. */
  readonly wake?: (model: Model) => void;
}

export class CoreRig {
  readonly model: Model;
  readonly host: HostMemoryAccess;
  readonly driver: NicDriver;
  /** What may be written, and read; rings besides. */
  readonly writable: Span[] = [];
  readonly readable: Span[] = [];
  /** Accesses that were not allowed. */
  readonly trespasses: string[] = [];
  /** Packets that the adapter sent. */
  readonly sent: Uint8Array[] = [];
  cycle = 0;
  readonly #design: NicDesign;
  readonly #memory: Axi4Memory;
  readonly registers: AxiLite;
  readonly #base: number;
  readonly #ports = new Map<string, Port>();
  readonly #beatBytes: number;
  #incoming: { packet: RawPacket; at: number }[] = [];
  #partial: number[] = [];

  /** @param model an open model of `nic_core`, not yet stepped; it is closed with the rig */
  constructor(design: NicDesign, model: Model, rng: Rng, options: RigOptions = {}) {
    const { base = 0, ethernet, wake, vlOf } = options;
    this.#base = base;
    this.#design = design;
    this.model = model;
    this.#beatBytes = design.datapathBits / 8;
    const pages = new HostPages();
    this.host = growing(pages);
    this.#memory = new Axi4Memory(this.model, "m_axi", pages, {
      ...{ seed: rng.fork("memory").seed, readLatency: [3, 12], writeLatency: [2, 9] },
    });
    this.#memory.write!.onWritten = (burst) => this.#checkWrite(burst);
    for (const port of this.model.ports) this.#ports.set(port.name, port);
    this.model.reset();
    wake?.(this.model);
    this.registers = new AxiLite(this.model, "s_axil", { step: () => this.step() });
    this.driver = new NicDriver(this.registers, this.host, {
      ...{ lid: 1, base, ringBase },
      ...(ethernet !== undefined && { ethernet }),
      ...(vlOf !== undefined && { vlOf }),
    });
  }

  /** Where the peer of a queue pair is. */
  readonly peerAddress: AddressVector = { dlid: 2 };

  protected port(name: string): Port {
    return this.#ports.get(name)!;
  }

  /** All counters by name. */
  counters(): Record<string, number> {
    return Object.fromEntries(
      nicCounters(this.#design).map(({ name, offset }) => [
        name,
        this.registers.read(this.#base + offset).value,
      ]),
    );
  }

  #checkWrite(burst: WrittenBurst): void {
    const start = (BigInt(burst.high >>> 0) << 32n) + BigInt(burst.low >>> 0);
    const first = start - (start % BigInt(this.#beatBytes));
    for (const [beat, { strobe }] of burst.data.entries()) {
      const lanes = Array.from({ length: this.#beatBytes }, (_, i) => (strobe[i >> 3]! >> (i & 7)) & 1);
      if (!lanes.includes(1)) continue;
      const at = first + BigInt(beat * this.#beatBytes);
      const span = { from: at + BigInt(lanes.indexOf(1)), to: at + BigInt(lanes.lastIndexOf(1) + 1) };
      this.#demand("write", span, this.writable);
    }
  }

  /** Reads are of whole beats: what stands beside what is meant in its first and last beat is read along. */
  #checkRead(): void {
    if (this.port("m_axi_arvalid").get() === 0 || this.port("m_axi_arready").get() === 0) return;
    const from = this.port("m_axi_araddr").getBig();
    const to = from + BigInt((this.port("m_axi_arlen").get() + 1) * this.#beatBytes);
    const beat = BigInt(this.#beatBytes);
    const wide = this.readable.map((one) => ({
      from: one.from - (one.from % beat),
      to: one.to + ((beat - (one.to % beat)) % beat),
    }));
    this.#demand("read", { from, to }, wide);
  }

  #demand(what: string, { from, to }: Span, allowed: readonly Span[]): void {
    if (from >= ringBase) return;
    if (allowed.some((one) => from >= one.from && to <= one.to)) return;
    this.trespasses.push(`${what} of 0x${from.toString(16)} … 0x${to.toString(16)} at ${this.cycle}`);
  }

  step(): void {
    this.#memory.tick(this.cycle);
    this.#checkRead();
    const after = this.exchange();
    this.model.step();
    after();
    this.cycle++;
  }

  run(cycles: number): void {
    for (let left = cycles; left > 0; left--) this.step();
  }

  /** What passes between the adapter and the wire in a cycle; @returns what is to be done behind its edge */
  protected exchange(): () => void {
    this.#takePacket();
    const taken = this.#offerBeat();
    return () => {
      if (taken) this.#advance();
    };
  }

  #takePacket(): void {
    this.port("tx_tready").set(1);
    if (this.port("tx_tvalid").get() === 0) return;
    const keep = this.port("tx_tkeep").bytes;
    const data = this.port("tx_tdata").bytes;
    for (let i = 0; i < this.#beatBytes; i++)
      if ((keep[i >> 3]! >> (i & 7)) & 1) this.#partial.push(data[i]!);
    if (this.port("tx_tlast").get() === 0) return;
    this.sent.push(Uint8Array.from(this.#partial));
    this.#partial = [];
  }

  #offerBeat(): boolean {
    const first = this.#incoming[0];
    this.port("rx_tvalid").set(first === undefined ? 0 : 1);
    if (first === undefined) return false;
    const { packet, at } = first;
    const bytes = packet.bytes.subarray(at, at + this.#beatBytes);
    const last = at + this.#beatBytes >= packet.bytes.length;
    const data = this.port("rx_tdata").bytes;
    data.fill(0);
    data.set(bytes);
    this.port("rx_tkeep").setBig((1n << BigInt(bytes.length)) - 1n);
    this.port("rx_tlast").set(last ? 1 : 0);
    this.port("rx_tuser").set((packet.bytes[0]! >> 4) | (last && packet.error ? 16 : 0));
    return this.port("rx_tready").get() === 1;
  }

  #advance(): void {
    const first = this.#incoming[0]!;
    first.at += this.#beatBytes;
    if (first.at >= first.packet.bytes.length) this.#incoming.shift();
  }

  /** A packet from the wire; returns when it has gone in. */
  give(packet: RawPacket): void {
    this.#incoming.push({ packet, at: 0 });
    for (let cycles = 0; this.#incoming.length > 0; cycles++) {
      if (cycles > 20_000) throw new Error("the adapter does not take packets any more");
      this.step();
    }
  }

  close(): void {
    this.model.close();
  }
}

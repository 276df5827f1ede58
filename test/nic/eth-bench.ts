/** A bench of the Ethernet port: packets of the adapter at one end, the MII at the other. */
import type { NicDesign } from "../../generator/design/nic.ts";
import { ethModules } from "../../generator/views/eth/index.ts";
import { AxiLite } from "../../sim/bfm/axil.ts";
import { AxisSource } from "../../sim/bfm/axis.ts";
import { AxisSink } from "../../sim/bfm/axis-sink.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { Ear, type Row } from "./eth-wire.ts";
import { openNicModule } from "./nic-bench.ts";

export const registersAt = {
  ...{ id: 0x000, status: 0x008, macLow: 0x010, macHigh: 0x014, ipv4: 0x018, cnp: 0x01c, ipv6: 0x020 },
  ...{ pause: 0x030, pauseLimits: 0x034, command: 0x040, data: 0x060, counters: 0x400 },
} as const;

export interface PeerAddress {
  readonly mac: Uint8Array;
  /** 4 or 16 bytes. */
  readonly ip: Uint8Array;
  readonly dscp?: number;
  readonly ect?: boolean;
  readonly hops?: number;
  readonly flow?: number;
  readonly anySource?: boolean;
}

const number = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** The row of a peer in the table of addresses, words from 0 on. */
export function addressRow(peer: PeerAddress): Uint32Array {
  const { mac, ip, dscp = 0, ect = true, hops = 64, flow = 0, anySource = false } = peer;
  const six = ip.length === 16;
  let row = number(mac) | (BigInt(six) << 48n) | (BigInt(ect) << 49n) | (BigInt(dscp) << 50n);
  row |= (BigInt(hops) << 56n) | (number(ip) << 64n) | (BigInt(flow) << 192n) | (BigInt(anySource) << 212n);
  return Uint32Array.from({ length: 7 }, (_, at) => Number((row >> BigInt(32 * at)) & 0xffffffffn));
}

/** Names of the counters in address order. */
export const counterNames = [
  ...[
    "tx_frame",
    "rx_frame",
    "marked",
    "pause_received",
    "pause_sent",
    "fcs",
    "mac",
    "type",
    "ip",
    "address",
  ],
  ...["udp", "length", "icrc", "source", "overflow", "symbol_error", "cut", "bad_row", "start"],
] as const;

export type Counts = Readonly<Record<(typeof counterNames)[number], number>>;

export interface Own {
  readonly mac: Uint8Array;
  readonly ipv4: Uint8Array;
  readonly ipv6: Uint8Array;
}

/** Widths of the datapath and rates of the port, Gb/s; all of them in long runs. */
export const ethPorts: readonly (readonly [bits: 128 | 256 | 512 | 1024, rateGbps: number])[] =
  process.env.LANEWRIGHT_LONG === undefined
    ? [[256, 10]]
    : [
        [256, 10],
        [128, 40],
        [256, 100],
        [512, 200],
        [1024, 400],
      ];

export const openEthPort = (
  design: NicDesign,
  change?: (name: string, text: string) => string,
): Promise<Model> => openNicModule(design, ethModules(design), change);

export class EthBench {
  readonly source: AxisSource;
  readonly sink: AxisSink;
  readonly ear = new Ear();
  readonly bus: AxiLite;
  readonly received: Uint8Array[] = [];
  readonly rows: Row[] = [];
  /** Part of the cycles in which the PHY takes a row, and gives one. */
  txRate = 1;
  rxRate = 1;
  /** Rows go out at even intervals, not at random. */
  steady = false;
  #credit = 0;
  cycle = 0;
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #rowBytes: number;

  constructor(model: Model, rng: Rng, options: { readonly gaps?: number; readonly stalls?: number } = {}) {
    this.#model = model;
    this.#rng = rng;
    this.#rowBytes = model.port("mii_txd").bits / 8;
    model.reset();
    model.port("mii_link_up").set(1);
    this.source = new AxisSource(model, "tx", { stall: options.gaps ?? 0, seed: rng.next() });
    this.sink = new AxisSink(model, "rx", {
      ...{ backpressure: options.stalls ?? 0, seed: rng.next() },
      onPacket: ({ bytes, length, error }) => {
        if (error) throw new Error("a packet marked as an error");
        this.received.push(bytes.slice(0, length));
      },
    });
    this.#idle();
    this.bus = new AxiLite(model, "s_axil", { step: () => this.step() });
  }

  get rowBytes(): number {
    return this.#rowBytes;
  }

  write(address: number, value: number): void {
    if (this.bus.write(address, value >>> 0) !== 0) throw new Error(`write of ${address.toString(16)}`);
  }

  read(address: number): number {
    const { value, response } = this.bus.read(address);
    if (response !== 0) throw new Error(`read of ${address.toString(16)}`);
    return value >>> 0;
  }

  own({ mac, ipv4, ipv6 }: Own): void {
    const word = (bytes: Uint8Array, at: number): number =>
      new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
    this.write(registersAt.macLow, word(mac, 2));
    this.write(registersAt.macHigh, (mac[0]! << 8) | mac[1]!);
    this.write(registersAt.ipv4, word(ipv4, 0));
    for (let at = 0; at < 4; at += 1) this.write(registersAt.ipv6 + 4 * at, word(ipv6, 12 - 4 * at));
  }

  peer(qpn: number, peer: PeerAddress): void {
    for (const [at, value] of addressRow(peer).entries()) this.write(registersAt.data + 4 * at, value);
    this.write(registersAt.command, qpn);
  }

  counts(): Counts {
    const values = counterNames.map((name, at) => [name, this.read(registersAt.counters + 8 * at)] as const);
    return Object.fromEntries(values) as Counts;
  }

  /** One clock cycle. */
  step(): void {
    const model = this.#model;
    this.source.drive(this.cycle);
    this.sink.drive();
    this.#credit = Math.min(1, this.#credit) + this.txRate;
    const takes = this.steady ? this.#credit >= 1 : this.#rng.chance(this.txRate);
    if (takes) this.#credit -= 1;
    model.port("mii_tx_ready").set(Number(takes));
    const gives = this.#rng.chance(this.rxRate);
    const row = gives ? this.rows.shift() : undefined;
    model.port("mii_rx_valid").set(Number(gives));
    if (row === undefined) this.#idle();
    else {
      model.port("mii_rxd").bytes.set(row.data);
      model.port("mii_rxc").bytes.set(row.control);
    }
    model.eval();
    this.source.sample(this.cycle);
    this.sink.sample(this.cycle);
    if (takes) this.ear.hear(model.port("mii_txd").bytes.slice(), model.port("mii_txc").bytes.slice());
    model.step();
    this.cycle += 1;
  }

  run(cycles: number): void {
    for (let left = cycles; left > 0; left -= 1) this.step();
  }

  #idle(): void {
    this.#model.port("mii_rxd").bytes.fill(0x07);
    this.#model.port("mii_rxc").bytes.fill(0xff);
  }
}

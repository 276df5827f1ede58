/** One adapter with Ethernet frames, whole, with an MII: given frames byte by byte, as {@link CoreRig} is given packets. */
import type { NicDesign } from "../../generator/design/nic.ts";
import { congestionCounters } from "../../generator/elaborate/congestion-registers.ts";
import { ethCounters } from "../../generator/elaborate/eth-registers.ts";
import type { Model } from "../driver/model.ts";
import { crc32, icrcRoceV2 } from "../reference/crc.ts";
import type { Rng } from "../traffic/rng.ts";
import { CoreRig, type RawPacket } from "./core-rig.ts";
import { type EthernetIdentity, EthernetPort } from "./ethernet-port.ts";
import { type MiiRow, rowsOf, Way } from "./frame-wire.ts";
import type { AddressVector } from "./verbs.ts";

const [lrhBytes, icrcBytes, fcsBytes] = [8, 4, 4];
const leastBytes = 60;

/** Pads a frame to 60 bytes, but for `short`, and appends its FCS, of which `wrong` bits are changed. */
export function withFcs(bytes: Uint8Array, { wrong = 0, short = false } = {}): Uint8Array {
  const end = Math.max(short ? 0 : leastBytes, bytes.length);
  const frame = new Uint8Array(end + fcsBytes);
  frame.set(bytes);
  new DataView(frame.buffer).setUint32(end, (crc32(frame, 0, end) ^ 0xffffffff ^ wrong) >>> 0, true);
  return frame;
}

/** Where the UDP header of a frame without tag begins, by its EtherType. */
const udpAt = (frame: Uint8Array): number => (frame[12] === 0x86 ? 54 : 34);

/** BTH … pad of a frame without tag. */
export function transportOf(frame: Uint8Array): Uint8Array {
  const udp = udpAt(frame);
  const length = (frame[udp + 4]! << 8) | frame[udp + 5]!;
  return Uint8Array.from(frame.subarray(udp + 8, udp + length - icrcBytes));
}

/** A frame with another transport, of the same length, and its ICRC. */
export function withTransport(frame: Uint8Array, transport: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(frame);
  const udp = udpAt(frame);
  bytes.set(transport, udp + 8);
  const end = udp + 8 + transport.length;
  new DataView(bytes.buffer).setUint32(end, icrcRoceV2(bytes, 14, end)!, true);
  return bytes;
}

export interface EthRigOptions {
  readonly own: EthernetIdentity;
  /** Where the peer of each queue pair is, to begin with. */
  readonly peer: AddressVector;
  /** Data lane of a service level; default VL0 for each. */
  readonly vlOf?: (sl: number) => number;
  /** Makes a frame, FCS included, of a packet without LRH. */
  readonly frameOf?: (transport: Uint8Array, error: boolean) => Uint8Array;
}

export class EthRig extends CoreRig {
  override readonly peerAddress: AddressVector;
  /** Frames that it sent, without FCS, beside the packets in `sent`. */
  readonly frames: Uint8Array[] = [];
  readonly eth: EthernetPort;
  readonly #design: NicDesign;
  readonly #frameOf: EthRigOptions["frameOf"];
  readonly #way = new Way();
  readonly #rows: MiiRow[] = [];

  /** @param model an open model of the design's top module, not yet stepped; it is closed with the rig */
  constructor(design: NicDesign, model: Model, rng: Rng, options: EthRigOptions) {
    super(design, model, rng, {
      ...{ base: 0x1000, ethernet: options.own },
      ...(options.vlOf !== undefined && { vlOf: options.vlOf }),
      wake: (woken) => {
        woken.port("p0_mii_link_up").set(1);
        woken.port("p0_mii_tx_ready").set(1);
        woken.port("p0_mii_rx_valid").set(1);
        woken.port("p0_mii_rxd").bytes.fill(0x07);
        woken.port("p0_mii_rxc").bytes.fill(0xff);
      },
    });
    this.#design = design;
    this.#frameOf = options.frameOf;
    this.peerAddress = options.peer;
    this.eth = new EthernetPort(this.registers);
  }

  /** Counters of the Ethernet port, and of congestion control where there is one, by name. */
  portCounters(): Record<string, number> {
    const blocks = [
      [0, ethCounters(this.#design)],
      [0x2000, this.#design.congestion === "none" ? [] : congestionCounters(this.#design)],
    ] as const;
    return Object.fromEntries(
      blocks.flatMap(([base, counters]) =>
        counters.map(({ name, offset }) => [name, this.registers.read(base + offset).value]),
      ),
    );
  }

  protected override exchange(): () => void {
    // the first cycles are those of the driver's own reads, in front of the constructor's end
    if (!(#way in this)) return () => undefined;
    const [data, control] = [this.port("p0_mii_txd").bytes, this.port("p0_mii_txc").bytes];
    this.#way.hear(data, control, (frame) => {
      const bytes = frame.slice(0, -fcsBytes);
      if (bytes[0] === 0x01) return;
      this.frames.push(bytes);
      const packet = transportOf(bytes);
      const sent = new Uint8Array(lrhBytes + packet.length);
      sent.set(packet, lrhBytes);
      this.sent.push(sent);
    });
    const row = this.#rows.shift();
    if (row === undefined) {
      this.port("p0_mii_rxd").bytes.fill(0x07);
      this.port("p0_mii_rxc").bytes.fill(0xff);
    } else {
      this.port("p0_mii_rxd").bytes.set(row.data);
      this.port("p0_mii_rxc").bytes.set(row.control);
    }
    return () => undefined;
  }

  /** A frame from the wire, FCS included; returns when it has gone in. */
  giveFrame(frame: Uint8Array): void {
    this.#rows.push(...rowsOf(frame, this.port("p0_mii_rxd").bits / 8));
    while (this.#rows.length > 0) this.step();
    // until it is through the port, and the next one cannot be late for want of a gap
    this.run(24);
  }

  override give({ bytes, error }: RawPacket): void {
    if (this.#frameOf === undefined) throw new Error("this rig makes no frames of packets");
    this.giveFrame(this.#frameOf(bytes.slice(lrhBytes), error));
  }
}

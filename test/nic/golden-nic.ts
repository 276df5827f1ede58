/** The generated adapter in the place of a host of the capture, and where what it sends differs from what Linux sent. */
import type { CoreRig } from "../../sim/nic/core-rig.ts";
import { type EthRig, transportOf, withFcs, withTransport } from "../../sim/nic/eth-rig.ts";
import type {
  AddressVector,
  QpAttributes,
  ReceiveRequest,
  RegionRequest,
  ScatterGather,
  SendRequest,
} from "../../sim/nic/verbs.ts";
import type { ReplayNic } from "../../sim/reference/rc/linux-capture.ts";
import { decodeTransport } from "../../sim/reference/rc/packet.ts";

const [own, far] = [1, 2];
const firstQpn = 17;
const [lrhBytes, bthBytes, icrcBytes] = [8, 12, 4];
/** Cycles that a frame is waited for; the clock is slow, so that timers take few of them. */
const patience = 20_000;
const shortTimeout = 9;

/** Where opcodes have an R_Key: RETH and AtomicETH, behind the BTH. */
const keyAt = bthBytes + 8;
const hasKey = (opcode: number): boolean => [0x06, 0x0a, 0x0b, 0x0c, 0x13, 0x14].includes(opcode);

/** The generated adapter in the place of a host of the capture; keys of the capture stand for its own. */
export abstract class RtlNic<R extends CoreRig> implements ReplayNic {
  readonly rig: R;
  readonly memory: CoreRig["host"];
  readonly #keys = new Map<number, number>();
  ipId = 0;

  constructor(rig: R) {
    this.rig = rig;
    this.memory = rig.host;
  }

  /** How the address of a peer is told. */
  protected abstract addressOf(address: AddressVector): AddressVector;
  /** Gives a captured frame, whose transport has keys of its own. */
  protected abstract give(frame: Uint8Array, transport: Uint8Array): void;

  allocPd(): number {
    return this.rig.driver.allocPd();
  }

  createCq(depth: number): number {
    return this.rig.driver.createCq(depth);
  }

  regMr(request: RegionRequest, key = 0): { readonly lkey: number } {
    // A host's pages exist before anything is written to them.
    this.rig.host.read(request.address, request.length);
    const { rkey } = this.rig.driver.regMr(request);
    this.#keys.set(key, rkey);
    return { lkey: key };
  }

  createQp(request: Parameters<ReplayNic["createQp"]>[0]): number {
    for (;;) {
      const qpn = this.rig.driver.createQp(request);
      if (qpn >= firstQpn) return qpn;
    }
  }

  modifyQp(qpn: number, attributes: QpAttributes): void {
    const { address, timeout, ...rest } = attributes;
    this.rig.driver.modifyQp(qpn, {
      ...rest,
      ...(address !== undefined && { address: this.addressOf(address) }),
      ...(timeout !== undefined && { timeout: shortTimeout }),
    });
  }

  #own(sges: readonly ScatterGather[]): ScatterGather[] {
    return sges.map((one) => ({ ...one, lkey: this.#keys.get(one.lkey)! }));
  }

  postSend(qpn: number, request: SendRequest): void {
    this.rig.driver.postSend(qpn, { ...request, sges: this.#own(request.sges ?? []) });
  }

  postRecv(qpn: number, { sges, wrId }: ReceiveRequest): void {
    this.rig.driver.postRecv(qpn, { wrId, sges: this.#own(sges) });
  }

  queryQp(qpn: number) {
    return this.rig.driver.queryQp(qpn);
  }

  pollCq(cq: number, limit: number) {
    return this.rig.driver.pollCq(cq, limit);
  }

  receive(frame: Uint8Array): void {
    const packet = transportOf(frame);
    const view = new DataView(packet.buffer);
    if (hasKey(packet[0]!)) view.setUint32(keyAt, this.#keys.get(view.getUint32(keyAt)) ?? 0);
    this.give(frame, packet);
    this.rig.run(400);
  }

  /** BTH … pad of what it sends next. */
  transmit(): Uint8Array | null {
    for (let cycles = 0; this.rig.sent.length === 0 && cycles < patience; cycles++) this.rig.step();
    return this.rig.sent.shift()?.slice(lrhBytes) ?? null;
  }

  nextTime(): null {
    return null;
  }
}

/** Without a link port: the packets of the capture in native frames. */
export class NativeNic extends RtlNic<CoreRig> {
  protected addressOf(): AddressVector {
    return { dlid: far };
  }

  protected give(_frame: Uint8Array, packet: Uint8Array): void {
    const bytes = new Uint8Array(lrhBytes + packet.length);
    const words = (bytes.length + icrcBytes) / 4;
    bytes.set([0, 2, 0, own, words >> 8, words & 255, 0, far]);
    bytes.set(packet, lrhBytes);
    this.rig.give({ bytes, error: false });
  }
}

/** Whole, with the frames of the capture on its MII. */
export class EthernetNic extends RtlNic<EthRig> {
  /** Frames that were sent, in the order of `transmit`. */
  readonly frames: Uint8Array[] = [];

  protected addressOf({ udpSourcePort, ...address }: AddressVector): AddressVector {
    return address;
  }

  protected give(frame: Uint8Array, packet: Uint8Array): void {
    this.rig.giveFrame(withFcs(withTransport(frame, packet)));
  }

  override transmit(): Uint8Array | null {
    const sent = super.transmit();
    if (sent !== null) this.frames.push(this.rig.frames.shift()!);
    return sent;
  }
}

/** Fields of BTH … pad; the migration bit is 0 with Linux and 1 here, the payload in hex. */
export function fieldsOf(bytes: Uint8Array): object {
  const packet = decodeTransport(bytes);
  if (typeof packet === "string") return { undecodable: packet };
  const { shape, migrated, payload, ...fields } = packet;
  return { ...fields, payload: Buffer.from(payload).toString("hex") };
}

/**
 * Frames that differ from those of Linux; all others are equal byte for byte from the BTH to the pad, but for the migration
 * bit (Linux 0, here 1). The framing is another one: native, where Linux has RoCE v2. No ACK is merged: each request is
 * answered before the next one comes, as in the capture.
 */
export const differences: Readonly<Record<number, { rtl: object; reason: string }>> = {
  116: {
    rtl: { opcode: 0x0d, aeth: { syndrome: 0x1f, msn: 33 } },
    reason:
      "A READ asked for again from the middle: Linux goes on with READ Response Middle as if nothing had happened, the " +
      "standard begins with First, which brings an AETH. The reference model does as the RTL.",
  },
};

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
/** With the migration bit of Linux. */
export const asLinux = (bytes: Uint8Array): string =>
  hex(bytes.map((byte, i) => (i === 1 ? byte & 0xbf : byte)));

/** A connected pair of model adapters for tests of single rules, with packets made and read by hand. */
import {
  access,
  type MtuBytes,
  type QpAttributes,
  type SendRequest,
  type WorkCompletion,
} from "../../nic/verbs.ts";
import type { Rng } from "../../traffic/rng.ts";
import type { AdapterOptions } from "./adapter.ts";
import { decodeFrame, encodeFrame, type PortIdentity } from "./framing.ts";
import { mappedIpv4 } from "./framing-roce.ts";
import { ReferenceNic } from "./nic.ts";
import { opcodeShape } from "./opcodes.ts";
import type { ReceivedPacket, TransportPacket } from "./packet.ts";
import { type Faults, Pair } from "./pair.ts";

export const all = access.localWrite | access.remoteWrite | access.remoteRead | access.remoteAtomic;
export const base = 0x10_0000n;
export const regionBytes = 65_536;
export const firstPsn = 0xfffffe;
export const mtu: MtuBytes = 256;

export interface RigOptions {
  readonly frame?: "infiniband" | "ethernet";
  readonly nic?: Partial<AdapterOptions>;
  readonly qp?: Partial<QpAttributes>;
  readonly faults?: Partial<Faults>;
  readonly access?: number;
  readonly srq?: boolean;
  readonly cqDepth?: number;
}

export interface Side {
  readonly nic: ReferenceNic;
  readonly pd: number;
  readonly cq: number;
  readonly srq: number | undefined;
  readonly qpn: number;
  readonly key: number;
}

export interface Rig {
  readonly a: Side;
  readonly b: Side;
  readonly pair: Pair;
}

export function ports(frame: "infiniband" | "ethernet"): { port: PortIdentity; address: object }[] {
  return [1, 2].map((n) => {
    const mac = Uint8Array.of(2, 0, 0, 0, 0, n);
    const dgid = mappedIpv4(Uint8Array.of(10, 0, 0, n));
    return frame === "infiniband"
      ? { port: { frame, lid: n }, address: { dlid: n } }
      : { port: { frame, mac, gids: [dgid] }, address: { dgid, mac, udpSourcePort: 0xc001 } };
  });
}

/** Side `a` sends from PSN {@link firstPsn}, side `b` from 100; one region of 64 KiB with all rights on each. */
export function makeRig(options: RigOptions = {}): Rig {
  const ends = ports(options.frame ?? "infiniband");
  const sides = ends.map(({ port }): Side => {
    const nic = new ReferenceNic(port, options.nic);
    const pd = nic.allocPd();
    const cq = nic.createCq(options.cqDepth ?? 256);
    const srq = options.srq ? nic.createSrq({ pd, maxRecv: 64 }) : undefined;
    const key = nic.regMr({ pd, address: base, length: regionBytes, access: all }).rkey;
    nic.memory.write(
      base,
      Uint8Array.from({ length: regionBytes }, (_, i) => i * 31 + (i >> 8)),
    );
    const request = {
      type: "rc" as const,
      pd,
      sendCq: cq,
      recvCq: cq,
      maxSend: 64,
      maxRecv: 64,
      maxInline: 64,
    };
    const qpn = nic.createQp(srq === undefined ? request : { ...request, srq });
    return { nic, pd, cq, srq, qpn, key };
  });
  for (const [i, { nic, qpn }] of sides.entries()) {
    const psns = [firstPsn, 100];
    nic.modifyQp(qpn, { state: "INIT", pkey: 0xffff, access: options.access ?? all });
    nic.modifyQp(qpn, {
      state: "RTR",
      pathMtu: mtu,
      destQpn: sides[1 - i]!.qpn,
      rqPsn: psns[1 - i]!,
      maxDestRdAtomic: 2,
      minRnrTimer: 1,
      address: ends[1 - i]!.address,
      ...pick(options.qp, ["maxDestRdAtomic", "minRnrTimer"]),
    });
    const timers = { timeout: 4, retryCount: 3, rnrRetry: 2, maxRdAtomic: 2, sqPsn: psns[i]! };
    nic.modifyQp(qpn, {
      state: "RTS",
      ...timers,
      ...pick(options.qp, ["timeout", "retryCount", "rnrRetry", "maxRdAtomic"]),
    });
  }
  const pair = new Pair([sides[0]!.nic, sides[1]!.nic], options.faults);
  return { a: sides[0]!, b: sides[1]!, pair };
}

function pick(
  from: Partial<QpAttributes> | undefined,
  names: readonly (keyof QpAttributes)[],
): Partial<QpAttributes> {
  return Object.fromEntries(Object.entries(from ?? {}).filter(([name]) => names.includes(name as never)));
}

/** A packet from the peer of `side`, delivered. */
export function deliver(
  side: Side,
  peer: Side,
  fields: Partial<TransportPacket> & { opcode: number },
  now = 0,
): void {
  const to = peer.nic.qps.take(peer.qpn).settings.address;
  side.nic.receive(encodeFrame(peer.nic.port, to, packetOf(side, fields)), now);
}

export function packetOf(side: Side, fields: Partial<TransportPacket> & { opcode: number }): TransportPacket {
  const headers = opcodeShape(fields.opcode)?.headers ?? [];
  const blank = {
    solicited: false,
    migrated: true,
    pkey: 0xffff,
    fecn: false,
    becn: false,
    destQp: side.qpn,
    ackRequest: true,
    psn: firstPsn,
    payload: new Uint8Array(0),
  };
  return { ...blank, ...(headers.includes("aeth") ? { aeth: { syndrome: 0x1f, msn: 0 } } : {}), ...fields };
}

/** All that a side has to send now, parsed by the peer's framing. */
export function drain(side: Side, peer: Side, now = 0): ReceivedPacket[] {
  const packets: ReceivedPacket[] = [];
  for (let frame = side.nic.transmit(now); frame !== null; frame = side.nic.transmit(now)) {
    const decoded = decodeFrame(peer.nic.port, frame);
    if (typeof decoded === "string") throw new Error(`the model sent a frame that is dropped: ${decoded}`);
    packets.push(decoded.packet);
  }
  return packets;
}

/** What matters of packets in a test: opcode, PSN, syndrome and MSN. */
export function brief(packets: readonly ReceivedPacket[]): (number | undefined)[][] {
  return packets.map(({ opcode, psn, aeth }) =>
    aeth ? [opcode, psn, aeth.syndrome, aeth.msn] : [opcode, psn],
  );
}

type Posted = Partial<SendRequest> & { readonly opcode: SendRequest["opcode"]; readonly length?: number };

/** Posts a request of `length` bytes (8) from the begin of the region to its middle at the peer. */
export function post(side: Side, { length = 8, ...rest }: Posted): void {
  const sges = [{ address: base, length, lkey: side.key }];
  const remote = { address: base + 0x8000n, rkey: side.key };
  side.nic.postSend(side.qpn, { wrId: 1, ...(rest.inline ? {} : { sges }), remote, signaled: true, ...rest });
}

export function postReceive(side: Side, length = 1024, wrId = 0): void {
  const request = { wrId, sges: [{ address: base + 0x4000n, length, lkey: side.key }] };
  if (side.srq === undefined) side.nic.postRecv(side.qpn, request);
  else side.nic.postSrqRecv(side.srq, request);
}

export function poll(side: Side): WorkCompletion[] {
  return side.nic.pollCq(side.cq, 1000);
}

export function statuses(side: Side): (number | string)[][] {
  return poll(side).map(({ wrId, status, opcode }) => [wrId, status, opcode]);
}

/** A packet of an opcode with random fields, for tests of framing. */
export function packetFrom(rng: Rng, opcode: number, bytes: number): TransportPacket {
  const headers = opcodeShape(opcode)?.headers ?? [];
  const has = (name: (typeof headers)[number]) => headers.includes(name);
  const word64 = () => (BigInt(rng.next()) << 32n) | BigInt(rng.next());
  const payload = new Uint8Array(bytes);
  rng.fill(payload);
  return {
    opcode,
    solicited: rng.chance(0.5),
    migrated: rng.chance(0.5),
    pkey: rng.below(65_536),
    fecn: rng.chance(0.5),
    becn: rng.chance(0.5),
    destQp: rng.below(1 << 24),
    ackRequest: rng.chance(0.5),
    psn: rng.below(1 << 24),
    ...(has("reth") ? { reth: { va: word64(), rkey: rng.next(), length: rng.next() } } : {}),
    ...(has("aeth") ? { aeth: { syndrome: rng.below(256), msn: rng.below(1 << 24) } } : {}),
    ...(has("atomicEth")
      ? { atomicEth: { va: word64(), rkey: rng.next(), swapAdd: word64(), compare: word64() } }
      : {}),
    ...(has("atomicAck") ? { atomicAck: word64() } : {}),
    ...(has("imm") ? { imm: rng.next() } : {}),
    ...(has("ieth") ? { ieth: rng.next() } : {}),
    ...(has("deth") ? { deth: { qkey: rng.next(), sourceQp: rng.below(1 << 24) } } : {}),
    payload,
  };
}

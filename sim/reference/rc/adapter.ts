/** What requester, responder and UD know of the adapter that they are part of. */
import type { WorkCompletion } from "../../nic/verbs.ts";
import { type DcqcnParameters, dcqcnDefaults } from "./dcqcn.ts";
import type { FrameDrop } from "./framing.ts";
import type { HostMemory } from "./memory.ts";
import type { TransportPacket } from "./packet.ts";
import type { Qp } from "./qp.ts";
import type { CompletionQueue } from "./queues.ts";
import { type Numbered, pushCompletion, type SharedReceives } from "./queues.ts";
import type { RegionTable } from "./regions.ts";

/** Reasons for which the transport takes a good packet without acting on it. */
export type TransportDrop =
  | "no-qp"
  | "qp-type"
  | "qp-state"
  | "pkey"
  | "qkey"
  | "peer-address"
  | "vl15"
  | "sequence-latched"
  | "rnr-latched"
  | "duplicate-unknown"
  | "stale-response"
  | "ghost-response"
  | "reserved-syndrome"
  | "hint-again"
  | "ud-no-receive"
  | "ud-length"
  | "ud-protection";
export type DropReason = FrameDrop | TransportDrop;
/** What became of a packet: acted on (null), or dropped for a reason. */
export type Verdict = DropReason | null;

export interface AdapterOptions {
  /** AckReq at least every so many packets of long messages; 64 as Linux does. */
  readonly ackEvery: number;
  /** ACKs wait this long for others to be merged with; 0 sends each. */
  readonly ackDelayNs: number;
  /** ACKs merged at most before one is sent. */
  readonly ackMerge: number;
  /** Use the credits of AETH; false sends and reads code 31. */
  readonly credits: boolean;
  /** retry_cnt 7 is no limit, as Linux has it, and not seven tries. */
  readonly endlessRetry: boolean;
  /** The transport timer runs this many times its nominal length, 1 … 4. */
  readonly timerScale: number;
  /** PSNs on their way, at most 2^23. */
  readonly windowPackets: number;
  /** Migration bit of sent packets: hardware sends 1, Linux rxe 0. */
  readonly migrated: boolean;
  /** Send with ECT(0), answer marks with CNP or BECN, limit rates. */
  readonly congestion: DcqcnParameters | null;
  readonly cnpPeriodNs: number;
  readonly regions: number;
  readonly firstQpn: number;
}

export const adapterDefaults: AdapterOptions = {
  ackEvery: 64,
  ackDelayNs: 0,
  ackMerge: 16,
  credits: false,
  endlessRetry: false,
  timerScale: 1,
  windowPackets: 1 << 23,
  migrated: true,
  congestion: null,
  cnpPeriodNs: 4000,
  regions: 1 << 16,
  firstQpn: 17,
};

/** Parameters of `transport-rc` section 10, for the option `congestion`. */
export const congestionDefaults = dcqcnDefaults;

export interface Adapter {
  readonly options: AdapterOptions;
  readonly memory: HostMemory;
  readonly regions: RegionTable;
  readonly cqs: Numbered<CompletionQueue>;
  readonly srqs: Numbered<SharedReceives>;
  readonly drops: Map<DropReason, number>;
  /** What became of the last frame. */
  lastDrop: Verdict;
}

export function countDrop(adapter: Adapter, verdict: Verdict): void {
  adapter.lastDrop = verdict;
  if (verdict !== null) adapter.drops.set(verdict, (adapter.drops.get(verdict) ?? 0) + 1);
}

/** Puts a completion into a queue. @returns false when the queue was full, which breaks the queue pair */
export function complete(adapter: Adapter, cq: number, completion: WorkCompletion): boolean {
  return pushCompletion(adapter.cqs.take(cq), completion);
}

/** Fields that all packets of a queue pair share. */
export function basePacket(
  adapter: Adapter,
  qp: Qp,
  opcode: number,
  psn: number,
): Omit<TransportPacket, "payload"> {
  return {
    opcode,
    solicited: false,
    migrated: adapter.options.migrated,
    pkey: qp.settings.pkey,
    fecn: false,
    becn: false,
    destQp: qp.settings.destQpn,
    ackRequest: false,
    psn,
  };
}

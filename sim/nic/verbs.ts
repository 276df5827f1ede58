/**
 * The verbs that a host uses on an adapter, as TypeScript types. The reference model and the driver of the generated
 * adapter both offer {@link Verbs}, so that one program runs on either and its memory and completions can be compared.
 * Names and values follow `libibverbs` (`verbs.h`, man pages ibv_modify_qp.3, ibv_reg_mr.3, ibv_post_send.3).
 *
 * Calls return when the host has done its part; an implementation in simulated time may run its clock inside of them.
 */

/** Access rights of memory regions and of queue pairs; remote writing and atomics demand local writing. */
export const access = {
  localWrite: 1,
  remoteWrite: 2,
  remoteRead: 4,
  remoteAtomic: 8,
  zeroBased: 32,
} as const;

/** Status of a completion: values of `ibv_wc_status`. */
export const wcStatus = {
  success: 0,
  localLength: 1,
  localQpOperation: 2,
  localProtection: 4,
  flushed: 5,
  badResponse: 7,
  localAccess: 8,
  remoteInvalidRequest: 9,
  remoteAccess: 10,
  remoteOperation: 11,
  retryExceeded: 12,
  rnrRetryExceeded: 13,
  fatal: 19,
} as const;
export type WcStatus = (typeof wcStatus)[keyof typeof wcStatus];

export type QpState = "RESET" | "INIT" | "RTR" | "RTS" | "SQD" | "SQE" | "ERR";

/** Bytes of a path MTU. */
export type MtuBytes = 256 | 512 | 1024 | 2048 | 4096;

/** What a work request of the send queue does. */
export type SendOpcode =
  | "send"
  | "send-imm"
  | "send-inv"
  | "write"
  | "write-imm"
  | "read"
  | "cmp-swap"
  | "fetch-add";

/** What a completion tells about; the last two come from the receive queue. */
export type WcOpcode = "send" | "write" | "read" | "cmp-swap" | "fetch-add" | "recv" | "recv-write-imm";

/** A piece of local memory. */
export interface ScatterGather {
  /** 64 bits, an address inside the region of `lkey`. */
  readonly address: bigint;
  /** Bytes, 0 … 2^31. */
  readonly length: number;
  readonly lkey: number;
}

/** Where packets to a peer go. GIDs are 16 bytes; an IPv4 address is ::ffff:a.b.c.d. */
export interface AddressVector {
  /** Native frames: local identifier of the peer, 1 … BFFF. */
  readonly dlid?: number;
  /** Native frames: service level 0 … 15; default 0. */
  readonly sl?: number;
  /** Peer's GID: always for Ethernet; for native frames it asks for a GRH. */
  readonly dgid?: Uint8Array;
  /** Traffic class of GRH and IPv6, TOS of IPv4 without its ECN bits; default 0. */
  readonly trafficClass?: number;
  /** 20 bits, default 0. */
  readonly flowLabel?: number;
  /** Default 64. */
  readonly hopLimit?: number;
  /** Ethernet: address of the next hop, 6 bytes. */
  readonly mac?: Uint8Array;
  /** Ethernet: VLAN tag (16 bits with priority); default none. */
  readonly vlan?: number;
  /** Ethernet: UDP source port, the flow's entropy; C000 … FFFF. */
  readonly udpSourcePort?: number;
}

export interface SendRequest {
  /** Given back in the completion; 0 … 2^53-1. */
  readonly wrId: number;
  readonly opcode: SendOpcode;
  /** Local memory: source of SEND and WRITE, target of READ and atomics (8 bytes). */
  readonly sges?: readonly ScatterGather[];
  /** Data taken at the call, in place of `sges`; SEND and WRITE only. */
  readonly inline?: Uint8Array;
  /** 32 bits: immediate data, as a number in network order. */
  readonly imm?: number;
  /** send-inv: R_Key that the peer shall invalidate. */
  readonly invalidateKey?: number;
  /** WRITE, READ, atomics. */
  readonly remote?: { readonly address: bigint; readonly rkey: number };
  /** cmp-swap: value compared; fetch-add: value added. 64 bits. */
  readonly compareAdd?: bigint;
  /** cmp-swap: value written when the comparison holds. 64 bits. */
  readonly swap?: bigint;
  /**
   * UD only: the peer, by an address handle, or with native frames by its address. A Q_Key with bit 31 set means the
   * queue pair's own.
   */
  readonly ud?: {
    readonly ah?: number;
    readonly address?: AddressVector;
    readonly qpn: number;
    readonly qkey: number;
  };
  /** Make a completion on success; errors always make one. Default false. */
  readonly signaled?: boolean;
  /** Ask the peer for a solicited event. Default false. */
  readonly solicited?: boolean;
  /** Wait for all earlier READs and atomics. Default false. */
  readonly fence?: boolean;
}

export interface ReceiveRequest {
  readonly wrId: number;
  readonly sges: readonly ScatterGather[];
}

export interface WorkCompletion {
  readonly wrId: number;
  readonly status: WcStatus;
  /** Meaningful on success. */
  readonly opcode: WcOpcode;
  readonly qpn: number;
  /** Bytes received, or read; 0 for other sends and on errors. */
  readonly byteLength: number;
  readonly imm?: number;
  /** R_Key that the peer invalidated here. */
  readonly invalidatedKey?: number;
  /** Receive side: the packet asked for a solicited event. */
  readonly solicited?: boolean;
  /** UD receive: queue pair of the sender; the payload begins behind 40 bytes. */
  readonly sourceQp?: number;
  /** UD receive: those 40 bytes are the GRH of the packet, or its IP header, one of IPv4 in the last 20. */
  readonly grh?: boolean;
}

export interface RegionRequest {
  readonly pd: number;
  /** Host address of the first byte. */
  readonly address: bigint;
  /** Bytes, 1 … 2^48. */
  readonly length: number;
  /** Sum of {@link access}. */
  readonly access: number;
  /** Address by which keys' users name the first byte; default `address`, or 0 with `access.zeroBased`. */
  readonly iova?: bigint;
  /** SEND with Invalidate of a peer may kill this region's key. Default false. */
  readonly remoteInvalidate?: boolean;
}

export interface QpRequest {
  readonly type: "rc" | "ud";
  readonly pd: number;
  readonly sendCq: number;
  readonly recvCq: number;
  /** Shared receive queue in place of an own one. */
  readonly srq?: number;
  readonly maxSend: number;
  readonly maxRecv: number;
  /** Default 4. */
  readonly maxSge?: number;
  /** Bytes, default 0. */
  readonly maxInline?: number;
  /** UD only: this is QP1, general management. */
  readonly management?: boolean;
}

/** Attributes of {@link Verbs.modifyQp}; which of them a step demands is in `requiredAttributes` of the model. */
export interface QpAttributes {
  readonly state: QpState;
  readonly pkey?: number;
  /** Sum of remote rights of {@link access}: classes of operations that a peer may use. */
  readonly access?: number;
  readonly pathMtu?: MtuBytes;
  readonly destQpn?: number;
  readonly rqPsn?: number;
  readonly maxDestRdAtomic?: number;
  /** Code 0 … 31 that goes into RNR NAKs; 0 is the longest. */
  readonly minRnrTimer?: number;
  readonly address?: AddressVector;
  /** Local ACK timeout, 4.096 us * 2^n; 0 switches it off. */
  readonly timeout?: number;
  readonly retryCount?: number;
  readonly rnrRetry?: number;
  readonly sqPsn?: number;
  readonly maxRdAtomic?: number;
  /** UD. */
  readonly qkey?: number;
}

/** A call that cannot be carried out; nothing has changed. */
export class VerbsError extends Error {
  readonly code: "EINVAL" | "ENOMEM" | "EBUSY" | "ENOENT";
  constructor(code: VerbsError["code"], message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.name = "VerbsError";
    this.code = code;
  }
}

/** An adapter as its host sees it. Calls throw {@link VerbsError}. */
export interface Verbs {
  allocPd(): number;
  regMr(request: RegionRequest): { readonly lkey: number; readonly rkey: number };
  deregMr(lkey: number): void;
  /** @param depth entries; one completion more is lost and breaks the queue pair */
  createCq(depth: number): number;
  createSrq(request: { pd: number; maxRecv: number; maxSge?: number }): number;
  /** @returns the number of an address handle, for work requests of UD */
  createAh(request: { readonly pd: number; readonly address: AddressVector }): number;
  destroyAh(ah: number): void;
  createQp(request: QpRequest): number;
  modifyQp(qpn: number, attributes: QpAttributes): void;
  queryQp(qpn: number): { readonly state: QpState };
  destroyQp(qpn: number): void;
  postSend(qpn: number, request: SendRequest): void;
  postRecv(qpn: number, request: ReceiveRequest): void;
  postSrqRecv(srq: number, request: ReceiveRequest): void;
  /** Takes up to `limit` completions, oldest first. */
  pollCq(cq: number, limit: number): WorkCompletion[];
  /** One event at the next completion (with `solicitedOnly`: next solicited one or error). */
  armCq(cq: number, solicitedOnly: boolean): void;
  /** Completion queues with an event since the last call, in order. */
  takeEvents(): number[];
}

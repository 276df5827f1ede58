/** State of a queue pair and its state machine (`transport-rc` section 6; ibv_modify_qp.3). */
import {
  type AddressVector,
  type MtuBytes,
  type QpAttributes,
  type QpRequest,
  type QpState,
  type ReceiveRequest,
  type SendRequest,
  VerbsError,
  type WcStatus,
} from "../../nic/verbs.ts";
import type { RateLimiter } from "./dcqcn.ts";

/** A work request of the send queue on its way. */
export interface SendEntry {
  readonly request: SendRequest;
  /** Bytes of the message. */
  readonly length: number;
  /** Number of PSNs; READ: that of its responses. */
  readonly packets: number;
  /** READ or atomic: complete only by its own response. */
  readonly answered: boolean;
  started: boolean;
  firstPsn: number;
  /** READ and atomics: response packets taken, and the count at which the latest request began. */
  received: number;
  requestedFrom: number;
  /** Sent without credit: no second packet before the first one is acknowledged. */
  probe: boolean;
  /** Local error found; reported when all earlier entries are complete. */
  fault: WcStatus | null;
}

export interface Requester {
  queue: SendEntry[];
  /** Next packet to send: entry of the queue, packet of the entry. */
  cursor: number;
  cursorPacket: number;
  /** First PSN never sent, and the oldest one not acknowledged. */
  nextPsn: number;
  oldestPsn: number;
  /** Messages begun, and the last one that credits allow; null without limit. */
  ssn: number;
  lsn: number | null;
  retryLeft: number;
  rnrLeft: number;
  /** Expiry of the transport timer in nanoseconds. */
  timer: number | null;
  rnrUntil: number | null;
  /** Went back since the last progress because of a response: further hints of the same loss are not followed. */
  wentBack: boolean;
  /** Highest PSN sent with a demand for an answer since the last step back. */
  askedPsn: number | null;
  packetsUnasked: number;
}

/** A READ or atomic that was executed, kept for duplicates. */
export type ExecutedRecord =
  | {
      readonly kind: "read";
      readonly firstPsn: number;
      readonly packets: number;
      readonly va: bigint;
      readonly rkey: number;
      readonly length: number;
    }
  | { readonly kind: "atomic"; readonly firstPsn: number; readonly packets: 1; readonly original: bigint };

/** A response that waits for its turn; responses leave in this order. */
export type Response =
  | { kind: "ack"; psn: number; syndrome: number | null; msn: number; notBefore: number; merged: number }
  | {
      kind: "read";
      /** What is left of the answer. */
      psn: number;
      va: bigint;
      left: number;
      rkey: number;
      msn: number;
      first: boolean;
      /** Counts against the limit of outstanding READs and atomics. */
      original: boolean;
    }
  | { kind: "atomic"; psn: number; msn: number; value: bigint; original: boolean };

/** The receive request that a message is being put into. */
export interface OpenReceive {
  readonly request: ReceiveRequest;
  filled: number;
}

export interface Responder {
  expectedPsn: number;
  msn: number;
  /** Message begun and not ended. */
  open: "send" | "write" | null;
  /** Rest of the WRITE that is open, and its whole length. */
  target: { va: bigint; rkey: number; left: number; total: number };
  receive: OpenReceive | null;
  /** A NAK was sent for the expected PSN: later packets are dropped without another. */
  latch: "sequence" | "rnr" | null;
  records: ExecutedRecord[];
  responses: Response[];
  /** A congestion mark came: the next response carries BECN (native frames). */
  becn: boolean;
}

export interface QpSettings {
  pkey: number;
  access: number;
  pathMtu: MtuBytes;
  destQpn: number;
  rqPsn: number;
  maxDestRdAtomic: number;
  minRnrTimer: number;
  address: AddressVector;
  timeout: number;
  retryCount: number;
  rnrRetry: number;
  sqPsn: number;
  maxRdAtomic: number;
  qkey: number;
}

export interface Qp {
  readonly number: number;
  readonly request: QpRequest;
  state: QpState;
  settings: QpSettings;
  requester: Requester;
  responder: Responder;
  receives: ReceiveRequest[];
  limiter: RateLimiter | null;
  /** Earliest time of the next congestion notification to the peer. */
  notifyAfter: number;
}

function freshSettings(): QpSettings {
  const none = { pkey: 0xffff, access: 0, pathMtu: 256 as const, destQpn: 0, rqPsn: 0, maxDestRdAtomic: 0 };
  const timers = { minRnrTimer: 0, timeout: 0, retryCount: 0, rnrRetry: 0 };
  return { ...none, ...timers, address: {}, sqPsn: 0, maxRdAtomic: 0, qkey: 0 };
}

export function freshRequester(settings: QpSettings, credits: boolean): Requester {
  return {
    queue: [],
    cursor: 0,
    cursorPacket: 0,
    nextPsn: settings.sqPsn,
    oldestPsn: settings.sqPsn,
    ssn: 0,
    lsn: credits ? 0 : null,
    retryLeft: settings.retryCount,
    rnrLeft: settings.rnrRetry,
    timer: null,
    rnrUntil: null,
    wentBack: false,
    askedPsn: null,
    packetsUnasked: 0,
  };
}

export function freshResponder(settings: QpSettings): Responder {
  return {
    expectedPsn: settings.rqPsn,
    msn: 0,
    open: null,
    target: { va: 0n, rkey: 0, left: 0, total: 0 },
    receive: null,
    latch: null,
    records: [],
    responses: [],
    becn: false,
  };
}

export function freshQp(number: number, request: QpRequest): Qp {
  const settings = freshSettings();
  return {
    number,
    request,
    state: "RESET",
    settings,
    requester: freshRequester(settings, false),
    responder: freshResponder(settings),
    receives: [],
    limiter: null,
    notifyAfter: 0,
  };
}

type Step = `${QpState}>${QpState}`;

/** Attributes that a step demands. */
export const requiredAttributes: Readonly<
  Record<"rc" | "ud", Readonly<Partial<Record<Step, readonly (keyof QpSettings)[]>>>>
> = {
  rc: {
    "RESET>INIT": ["pkey", "access"],
    "INIT>RTR": ["pathMtu", "destQpn", "rqPsn", "maxDestRdAtomic", "minRnrTimer", "address"],
    "RTR>RTS": ["timeout", "retryCount", "rnrRetry", "sqPsn", "maxRdAtomic"],
    "RTS>RTS": [],
    "RTS>SQD": [],
    "SQD>RTS": [],
  },
  ud: {
    "RESET>INIT": ["pkey", "qkey"],
    "INIT>RTR": [],
    "RTR>RTS": ["sqPsn"],
    "RTS>RTS": [],
    "RTS>SQD": [],
    "SQD>RTS": [],
    "SQE>RTS": [],
  },
};

const limits: Readonly<Partial<Record<keyof QpSettings, number>>> = {
  pkey: 0xffff,
  destQpn: 0xffffff,
  rqPsn: 0xffffff,
  sqPsn: 0xffffff,
  minRnrTimer: 31,
  timeout: 31,
  retryCount: 7,
  rnrRetry: 7,
  maxRdAtomic: 255,
  maxDestRdAtomic: 255,
};

/** Settings after a step of the state machine; RESET and ERR can be reached from everywhere. Throws VerbsError. */
export function stepSettings(qp: Qp, attributes: QpAttributes): QpSettings {
  const { state, ...changes } = attributes;
  if (state === "RESET") return freshSettings();
  if (state === "ERR") return qp.settings;
  const required = requiredAttributes[qp.request.type][`${qp.state}>${state}`];
  if (required === undefined)
    throw new VerbsError("EINVAL", `queue pair ${qp.number} cannot go from ${qp.state} to ${state}`);
  const missing = required.filter((name) => changes[name] === undefined);
  if (missing.length > 0)
    throw new VerbsError(
      "EINVAL",
      `${qp.state} to ${state} of queue pair ${qp.number} needs ${missing.join(", ")}`,
    );
  for (const [name, limit] of Object.entries(limits)) {
    const value = changes[name as keyof QpSettings] as number | undefined;
    if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= limit))
      throw new VerbsError("EINVAL", `${name} ${value} is not within 0 … ${limit}`);
  }
  return { ...qp.settings, ...changes };
}

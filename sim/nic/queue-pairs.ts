/** Queue pairs as a driver keeps them: state machine (ibv_modify_qp.3), and the row that the adapter gets. */
import { encodeQueuePair, fresh } from "./formats.ts";
import type { WorkRing } from "./rings.ts";
import { type QpAttributes, type QpRequest, type QpState, VerbsError } from "./verbs.ts";

export const stateNames: readonly QpState[] = ["RESET", "INIT", "RTR", "RTS", "SQD", "SQE", "ERR"];

/** Numbers of states: those of `ibv_qp_state`. */
export const stateNumbers: Readonly<Record<QpState, number>> = {
  ...{ RESET: 0, INIT: 1, RTR: 2, RTS: 3, SQD: 4, SQE: 5, ERR: 6 },
};

type Settings = Omit<QpAttributes, "state">;

export interface QueuePair {
  readonly number: number;
  readonly request: QpRequest;
  state: QpState;
  attributes: Settings;
  readonly send: WorkRing;
  readonly receive: WorkRing;
}

/** Attributes that a step demands; RESET and ERR can be reached from everywhere and demand none. */
const required: Readonly<Record<"rc" | "ud", Readonly<Record<string, readonly (keyof Settings)[]>>>> = {
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
  },
};

/** Q_Key of general services, that of QP1 whatever is asked for. */
export const managementQkey = 0x80010000;

const limits: readonly (readonly [name: keyof Settings, most: number])[] = [
  ["pkey", 0xffff],
  ["destQpn", 0xffffff],
  ["rqPsn", 0xffffff],
  ["sqPsn", 0xffffff],
  ["minRnrTimer", 31],
  ["timeout", 31],
  ["retryCount", 7],
  ["rnrRetry", 7],
  ["maxRdAtomic", 255],
  ["maxDestRdAtomic", 255],
];

/**
 * Takes a step of the state machine. Throws VerbsError, and nothing has changed then.
 * @param mtuBytes largest path MTU of the adapter
 * @param ethernet addresses are those of Ethernet
 * @returns what the adapter shall start afresh, as its row has it
 */
export function stepQueuePair(
  pair: QueuePair,
  attributes: QpAttributes,
  mtuBytes: number,
  ethernet = false,
): number {
  const { state, ...changes } = attributes;
  const before = pair.state;
  if (state !== "RESET" && state !== "ERR") {
    checkStep(pair, state, changes, mtuBytes, ethernet);
    pair.attributes = { ...pair.attributes, ...changes };
  }
  pair.state = state;
  if (state === "RESET") {
    pair.attributes = {};
    pair.send.clear();
    pair.receive.clear();
    return fresh.responder | fresh.requester | fresh.receive | fresh.send;
  }
  if (state === "RTR") return fresh.responder;
  return state === "RTS" && before === "RTR" ? fresh.requester : 0;
}

function checkStep(
  pair: QueuePair,
  state: QpState,
  changes: Settings,
  mtuBytes: number,
  ethernet: boolean,
): void {
  const demands = required[pair.request.type][`${pair.state}>${state}`];
  if (demands === undefined)
    throw new VerbsError("EINVAL", `queue pair ${pair.number} cannot go from ${pair.state} to ${state}`);
  const missing = demands.filter((name) => changes[name] === undefined);
  if (missing.length > 0)
    throw new VerbsError(
      "EINVAL",
      `${pair.state} to ${state} of queue pair ${pair.number} needs ${missing.join(", ")}`,
    );
  for (const [name, most] of limits) {
    const value = changes[name];
    if (value !== undefined && !(Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most))
      throw new VerbsError("EINVAL", `${name} ${String(value)} is not within 0 … ${most}`);
  }
  if ((changes.pathMtu ?? 0) > mtuBytes)
    throw new VerbsError("EINVAL", `a path MTU of ${changes.pathMtu} bytes; the adapter has ${mtuBytes}`);
  const { address } = changes;
  if (!ethernet && address !== undefined && (address.dlid === undefined || address.dgid !== undefined))
    throw new VerbsError("EINVAL", "the address of a peer is a LID here, without a GID");
}

/**
 * The row of a queue pair. On Ethernet the place of the peer's LID is taken by the row in the table of addresses: the
 * number of the queue pair.
 * @param vlOf data lane of a service level
 * @param mtuBytes path MTU of UD queue pairs unless given
 */
export function queuePairRow(
  pair: QueuePair,
  afresh: number,
  vlOf: (sl: number) => number,
  mtuBytes: number,
  ethernet = false,
): Uint32Array {
  const { attributes: a, request, send, receive } = pair;
  const sl = a.address?.sl ?? 0;
  return encodeQueuePair({
    state: stateNumbers[pair.state],
    mtu: Math.log2(a.pathMtu ?? (request.type === "ud" ? mtuBytes : 256)) - 7,
    ...{ sl, vl: vlOf(sl), pkey: a.pkey ?? 0xffff, destQpn: a.destQpn ?? 0, access: a.access ?? 0 },
    ...{
      dlid: ethernet ? pair.number : (a.address?.dlid ?? 0),
      pd: request.pd,
      rqPsn: a.rqPsn ?? 0,
      minRnrTimer: a.minRnrTimer ?? 0,
    },
    ...{
      sqPsn: a.sqPsn ?? 0,
      timeout: a.timeout ?? 0,
      retryCount: a.retryCount ?? 0,
      rnrRetry: a.rnrRetry ?? 0,
    },
    ...{ maxReads: a.maxRdAtomic ?? 0, maxPeerReads: a.maxDestRdAtomic ?? 0 },
    ...{ sendCq: request.sendCq, receiveCq: request.recvCq, fresh: afresh },
    ...(request.type === "ud" ? { qkey: request.management === true ? managementQkey : (a.qkey ?? 0) } : {}),
    ...(request.srq === undefined ? {} : { srq: request.srq }),
    ...{ sendRing: send.ring, sendLog: send.log, receiveRing: receive.ring, receiveLog: receive.log },
  });
}

/** Numbers that several modules of an adapter agree on. */
import { bin, dec, hex } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { localparam } from "../common.ts";

/** States of a queue pair (`ibv_qp_state`). */
const qpStates = { RESET: 0, INIT: 1, RTR: 2, RTS: 3, SQD: 4, SQE: 5, ERR: 6 } as const;

/** `localparam`s of the states that a module names. */
export const stateParams = (...names: (keyof typeof qpStates)[]): View[] =>
  names.map((name) => localparam(`[2:0] STATE_${name}`, dec(qpStates[name], 3), "of a queue pair"));

/** What the responder tells the response engine. */
export const eventParams = [
  localparam("[2:0] EV_START", dec(0, 3), "the queue pair starts afresh"),
  localparam("[2:0] EV_ACK", dec(1, 3), "ACK or NAK, by its syndrome"),
  localparam("[2:0] EV_READ", dec(2, 3), "a READ was accepted"),
  localparam("[2:0] EV_ATOMIC", dec(3, 3), "an atomic was executed"),
  localparam("[2:0] EV_REPEAT_READ", dec(4, 3), "a READ came again"),
  localparam("[2:0] EV_REPEAT_ATOMIC", dec(5, 3), "an atomic came again"),
];

/** Syndromes of the AETH (InfiniBand vol. 1, 9.7.5.2). */
export const syndromes = {
  ack: localparam("[7:0] SYNDROME_ACK", hex(0x1f, 8), "AETH: ACK without credits"),
  sequence: localparam("[7:0] NAK_SEQUENCE", hex(0x60, 8), "AETH: PSN sequence error"),
  invalidRequest: localparam("[7:0] NAK_INVALID_REQUEST", hex(0x61, 8), "AETH: invalid request"),
  access: localparam("[7:0] NAK_ACCESS", hex(0x62, 8), "AETH: remote access error"),
  operation: localparam("[7:0] NAK_OPERATION", hex(0x63, 8), "AETH: remote operational error"),
};

/** Statuses of a completion (`ibv_wc_status`). */
const statuses = {
  SUCCESS: 0,
  LENGTH: 1,
  OPERATION: 2,
  PROTECTION: 4,
  FLUSHED: 5,
  BAD_RESPONSE: 7,
  INVALID_REQUEST: 9,
  ACCESS: 10,
  REMOTE_OPERATION: 11,
  RETRY: 12,
  RNR_RETRY: 13,
  FATAL: 19,
} as const;

export const statusParams = (...names: (keyof typeof statuses)[]): View[] =>
  names.map((name) => localparam(`[7:0] STATUS_${name}`, dec(statuses[name], 8), "ibv_wc_status"));

/** Rights that an access to a region demands. */
const rights = { LOCAL_WRITE: 1, WRITE: 2, READ: 4, ATOMIC: 8 } as const;

export const rightParams = (...names: (keyof typeof rights)[]): View[] =>
  names.map((name) => localparam(`[3:0] RIGHT_${name}`, bin(rights[name], 4), "access to a region"));

/** Steps of a state machine, numbered in this order; the last one stands under `default`. */
export function stepParams(bits: number, names: readonly string[]): View[] {
  return names.map((name, at) => localparam(`[${bits - 1}:0] ${name}`, dec(at, bits), "step"));
}

/** Work requests of the send queue: what is refused at once, and the entry that is queued. */
import { type SendOpcode, type SendRequest, VerbsError, type WcOpcode } from "../../nic/verbs.ts";
import type { Qp, SendEntry } from "./qp.ts";
import { listBytes } from "./scatter.ts";

/** Longest message in bytes. */
export const longestMessage = 2 ** 31;
const bits64 = 1n << 64n;

export function isAnswered(opcode: SendOpcode): boolean {
  return opcode === "read" || opcode === "cmp-swap" || opcode === "fetch-add";
}

/** Consumes a receive request at the peer. */
export function takesReceive(opcode: SendOpcode): boolean {
  return opcode === "send" || opcode === "send-imm" || opcode === "send-inv" || opcode === "write-imm";
}

export function sendOpcodeOf(opcode: SendOpcode): WcOpcode {
  if (opcode === "read" || opcode === "cmp-swap" || opcode === "fetch-add") return opcode;
  return opcode === "write" || opcode === "write-imm" ? "write" : "send";
}

function refuse(message: string): never {
  throw new VerbsError("EINVAL", message);
}

/** Checks what a host can get wrong without any traffic. */
function checkRequest(qp: Qp, request: SendRequest): void {
  const { opcode, sges = [], inline } = request;
  const { type, maxSge = 4, maxInline = 0, maxSend } = qp.request;
  if (type === "ud" && opcode !== "send" && opcode !== "send-imm") refuse(`UD has no ${opcode}`);
  if (type === "ud" && request.ud === undefined) refuse("UD needs a peer in `ud`");
  if (sges.length > maxSge) refuse(`${sges.length} pieces, the queue pair has room for ${maxSge}`);
  if (sges.some(({ length }) => length < 0 || length > longestMessage))
    refuse("a piece is longer than 2^31 bytes");
  if (inline !== undefined) {
    if (isAnswered(opcode)) refuse(`${opcode} has no inline data`);
    if (sges.length > 0) refuse("inline data and pieces exclude each other");
    if (inline.length > maxInline) refuse(`${inline.length} bytes inline, the queue pair takes ${maxInline}`);
  }
  if (listBytes(sges) > longestMessage) refuse("a message is longer than 2^31 bytes");
  if ((opcode === "cmp-swap" || opcode === "fetch-add") && listBytes(sges) !== 8)
    refuse("atomics return 8 bytes: the pieces must add up to 8");
  if ((opcode === "send-imm" || opcode === "write-imm") && request.imm === undefined)
    refuse(`${opcode} needs imm`);
  if (opcode === "send-inv" && request.invalidateKey === undefined) refuse("send-inv needs invalidateKey");
  const remote = isAnswered(opcode) || opcode === "write" || opcode === "write-imm";
  if (remote && request.remote === undefined) refuse(`${opcode} needs remote`);
  for (const value of [request.remote?.address, request.compareAdd, request.swap])
    if (value !== undefined && (value < 0n || value >= bits64)) refuse("a 64-bit value is out of range");
  if (qp.requester.queue.length >= maxSend)
    throw new VerbsError("ENOMEM", `the send queue holds ${maxSend} requests already`);
}

/** The entry of a request; inline data are copied, as verbs promise. */
export function makeEntry(qp: Qp, given: SendRequest): SendEntry {
  checkRequest(qp, given);
  const request = given.inline === undefined ? given : { ...given, inline: given.inline.slice() };
  const length = request.inline?.length ?? listBytes(request.sges ?? []);
  const atomic = request.opcode === "cmp-swap" || request.opcode === "fetch-add";
  return {
    request,
    length,
    packets: atomic ? 1 : Math.max(1, Math.ceil(length / qp.settings.pathMtu)),
    answered: isAnswered(request.opcode),
    started: false,
    firstPsn: 0,
    received: 0,
    requestedFrom: 0,
    probe: false,
    fault: null,
  };
}

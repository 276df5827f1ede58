/**
 * What host and adapter exchange through memory and through the table window: work requests, completions, rows. All in
 * the order of bytes of a little-endian host. The C header and the page of the formats are views of this.
 */
import type { NicDesign } from "../design/nic.ts";

/** A field of up to 64 bits. */
export interface FormatField {
  /** Upper snake case, unique in its format. */
  readonly name: string;
  /** Byte offset of the 32-bit word that it stands in; of its first byte when it has 64 bits. A multiple of 4. */
  readonly word: number;
  /** Lowest bit in the word, 0 … 31; 0 for 64 bits. */
  readonly lsb: number;
  readonly bits: number;
  readonly text: string;
}

export interface Format {
  readonly id: string;
  readonly title: string;
  readonly bytes: number;
  readonly text: string;
  readonly fields: readonly FormatField[];
}

/** Values of fields. */
export interface FormatCodes {
  readonly id: string;
  readonly title: string;
  readonly codes: readonly { readonly name: string; readonly value: number; readonly text: string }[];
}

type Row = readonly [name: string, byte: number, bit: number, bits: number, text: string];

/** `byte` and `bit` as they are told; the field is put into its word. */
function fieldsOf(rows: readonly Row[]): FormatField[] {
  return rows.map(([name, byte, bit, bits, text]) => ({
    name,
    word: byte - (byte % 4),
    lsb: 8 * (byte % 4) + bit,
    bits,
    text,
  }));
}

/** Bytes of a receive work request, and of a completion. */
const receiveBytes = 64;

/** The formats of an adapter. */
export function nicFormats(design: NicDesign): readonly Format[] {
  const { wqeBytes, inlineBytes } = design.derived;
  const { scatterGather, pushBytes } = design.requester;
  const pushed =
    pushBytes > 0
      ? ` One with nothing but 0 from byte ${pushBytes} on can be written to SQ_PUSH_DATA in front of its doorbell, too.`
      : "";
  return [
    {
      id: "SEND_WQE",
      title: "Work request of the send queue",
      bytes: wqeBytes.value,
      text: `Behind the fixed part stand up to ${scatterGather} pieces (SGE), or ${inlineBytes.value} bytes of data with INLINE. Atomics have one piece of 8 bytes.${pushed}`,
      fields: fieldsOf([...sendRows, ...(design.datagrams ? datagramRows(design) : [])]),
    },
    {
      id: "RECEIVE_WQE",
      title: "Work request of the receive queue",
      bytes: receiveBytes,
      text: "Up to four pieces (SGE); the first one whose key is 0 ends the list.",
      fields: fieldsOf([["SGE", 0, 0, 64, "first piece; the others follow, 16 bytes each"]]),
    },
    {
      id: "SGE",
      title: "Piece of local memory",
      bytes: 16,
      text: "In work requests of both queues.",
      fields: fieldsOf([
        ["ADDRESS", 0, 0, 64, "address that the key knows"],
        ["LENGTH", 8, 0, 32, "bytes"],
        ["KEY", 12, 0, 32, "L_Key of the region"],
      ]),
    },
    {
      id: "CQE",
      title: "Completion",
      bytes: 64,
      text: "The adapter writes all 64 bytes at once. OWNER is 1 in the first pass over the ring, 0 in the second one, and so on: an entry is there when its bit says so.",
      fields: fieldsOf([...completionRows, ...(design.datagrams ? senderRows(design) : [])]),
    },
    {
      id: "QP_ROW",
      title: "Row of a queue pair, written through the table window",
      bytes: 64,
      text: "A write replaces the settings; what the adapter keeps beside them changes where FRESH bits say so.",
      fields: fieldsOf([...queuePairRows, ...(design.sharedReceiveQueues > 0 ? sharedRows : [])]),
    },
    {
      id: "MR_ROW",
      title: "Row of a memory region, written through the table window",
      bytes: 32,
      text: "A key is the index of the row in its bits 31 to 8, and VARIANT below. Index 0 stays unused: key 0 is none.",
      fields: fieldsOf(regionRows),
    },
    {
      id: "CQ_ROW",
      title: "Row of a completion queue, written through the table window",
      bytes: 16,
      text: "A write starts the ring afresh. A RING of 0 is none: completions are lost, and their queue pairs fail.",
      fields: fieldsOf(completionQueueRows),
    },
    ...(design.sharedReceiveQueues > 0 ? [sharedReceiveFormat] : []),
  ];
}

const sharedReceiveFormat: Format = {
  id: "SRQ_ROW",
  title: "Row of a shared receive queue, written through the table window",
  bytes: 16,
  text: "Work requests as in other receive queues. The queue pairs that use it take them in the order in which they were posted.",
  fields: fieldsOf([
    ["LOG", 0, 0, 4, "log2 of the entries"],
    ["RING", 0, 0, 64, "address of the ring, a multiple of 64; LOG in its lowest bits"],
    ["LIMIT", 8, 0, 16, "one event when fewer requests than this are left, which sets it to 0; 0: none"],
    ["FRESH", 12, 0, 1, "1: the queue is empty, its counts are 0"],
  ]),
};

const sendRows: readonly Row[] = [
  ["OPCODE", 0, 0, 8, "what is done: SEND_OP"],
  ["FLAGS", 1, 0, 8, "SEND_FLAG, added up"],
  ["SGES", 2, 0, 8, "pieces of local memory"],
  ["IMMEDIATE", 4, 0, 32, "immediate data, or the R_Key to invalidate at the peer"],
  ["LENGTH", 8, 0, 32, "bytes of the whole message"],
  ["REMOTE_KEY", 12, 0, 32, "R_Key of the peer: WRITE, READ, atomics"],
  ["REMOTE_ADDRESS", 16, 0, 64, "address at the peer: WRITE, READ, atomics"],
  ["COMPARE_ADD", 24, 0, 64, "CMP_SWAP: what is compared; FETCH_ADD: what is added"],
  ["SGE", 32, 0, 64, "first piece; the others follow, 16 bytes each"],
  ["INLINE_DATA", 32, 0, 64, "with INLINE: the message itself"],
  ["SWAP", 48, 0, 64, "CMP_SWAP: what is written when the comparison holds"],
];

const datagramRows = ({ ethernet }: NicDesign): readonly Row[] => [
  ["QKEY", 12, 0, 32, "UD: Q_Key; with bit 31 that of the queue pair is sent"],
  ...(ethernet === null
    ? ([
        ["DLID", 16, 0, 16, "UD: LID of the peer"],
        ["SL", 18, 0, 4, "UD: service level"],
      ] as const)
    : ([
        ["HANDLE", 16, 0, 16, `UD: address handle of the peer, less than ${ethernet.addressHandles}`],
        ["SL", 18, 0, 4, "UD: priority, in its low three bits"],
      ] as const)),
  ["VL", 18, 4, 4, "UD: data lane"],
  ["REMOTE_QPN", 20, 0, 24, "UD: queue pair of the peer"],
];

const senderRows = ({ ethernet }: NicDesign): readonly Row[] => [
  [
    "SOURCE_QPN",
    16,
    0,
    24,
    ethernet === null
      ? "UD: queue pair of the sender; the first 40 bytes of the buffer are for a GRH"
      : "UD: queue pair of the sender; the first 40 bytes of the buffer are the IPv6 header, or 20 bytes of 0 and the IPv4 header",
  ],
  ...(ethernet === null
    ? ([
        ["SL", 19, 0, 4, "UD: service level of the packet"],
        ["SLID", 20, 0, 16, "UD: LID of the sender"],
      ] as const)
    : []),
];

const completionRows: readonly Row[] = [
  ["QPN", 0, 0, 24, "queue pair"],
  ["OPCODE", 3, 0, 8, "what is complete: CQE_OP"],
  ["BYTES", 4, 0, 32, "bytes received or read"],
  ["IMMEDIATE", 8, 0, 32, "immediate data, or the R_Key that the peer invalidated"],
  ["WQE", 12, 0, 16, "number of the work request, counted modulo 2^16"],
  ["STATUS", 14, 0, 8, "CQE_STATUS"],
  ["FLAGS", 15, 0, 8, "CQE_FLAG, added up"],
  ["OWNER", 63, 0, 1, "whether the entry is of this pass"],
];

const queuePairRows: readonly Row[] = [
  ["STATE", 0, 0, 3, "state"],
  ["TYPE", 0, 3, 1, "0: RC, 1: UD"],
  ["MTU", 0, 4, 3, "path MTU: 128 * 2^MTU bytes"],
  ["SL", 1, 0, 4, "service level"],
  ["VL", 1, 4, 4, "data lane"],
  ["PKEY", 2, 0, 16, "P_Key"],
  ["DEST_QPN", 4, 0, 24, "queue pair of the peer"],
  ["ACCESS", 7, 0, 8, "what the peer may do: ACCESS"],
  ["DLID", 8, 0, 16, "LID of the peer"],
  ["PD", 10, 0, 16, "protection domain"],
  ["RQ_PSN", 12, 0, 24, "first PSN that is expected"],
  ["MIN_RNR_TIMER", 15, 0, 5, "code for RNR NAKs"],
  ["SQ_PSN", 16, 0, 24, "first PSN that is sent"],
  ["TIMEOUT", 19, 0, 5, "4.096 us * 2^TIMEOUT; 0: never"],
  ["RETRY_COUNT", 20, 0, 3, "tries without an answer"],
  ["RNR_RETRY", 20, 3, 3, "tries when the peer is not ready; 7: no limit"],
  ["MAX_READS", 21, 0, 8, "READs and atomics on their way"],
  ["MAX_PEER_READS", 22, 0, 8, "READs and atomics that the peer may ask"],
  ["SEND_CQ", 24, 0, 16, "completion queue of the send queue"],
  ["RECEIVE_CQ", 26, 0, 16, "completion queue of the receive queue"],
  ["QKEY", 28, 0, 32, "UD: Q_Key"],
  ["SEND_LOG", 32, 0, 4, "log2 of the entries of the send ring"],
  ["SEND_RING", 32, 0, 64, "address of the send ring, a multiple of 64; SEND_LOG in its lowest bits"],
  ["RECEIVE_LOG", 40, 0, 4, "log2 of the entries of the receive ring"],
  [
    "RECEIVE_RING",
    40,
    0,
    64,
    "address of the receive ring, a multiple of 64; RECEIVE_LOG in its lowest bits",
  ],
  ["FRESH_RESPONDER", 48, 0, 1, "1: the responder starts afresh, at RQ_PSN"],
  ["FRESH_REQUESTER", 48, 1, 1, "1: the requester starts afresh, at SQ_PSN"],
  ["FRESH_RECEIVE", 48, 2, 1, "1: the receive queue is empty, its counts are 0"],
  ["FRESH_SEND", 48, 3, 1, "1: the send queue is empty, its counts are 0"],
  [
    "CREDITS",
    49,
    1,
    1,
    "1: AETH credits are told and obeyed; 0: code 31 is sent, the peer's is not looked at",
  ],
];

const sharedRows: readonly Row[] = [
  ["SHARED", 49, 0, 1, "1: receives out of SRQ, and RECEIVE_RING is not used"],
  ["SRQ", 50, 0, 16, "shared receive queue"],
];

const regionRows: readonly Row[] = [
  ["VARIANT", 0, 0, 8, "lowest byte of the key"],
  ["VALID", 1, 0, 1, "1: the key is valid"],
  ["REMOTE_INVALIDATE", 1, 1, 1, "1: a peer may make the key invalid"],
  ["ACCESS", 1, 2, 4, "rights: ACCESS"],
  ["PD", 2, 0, 16, "protection domain"],
  ["IOVA", 8, 0, 64, "address by which users of the key call the first byte"],
  ["LENGTH", 16, 0, 64, "bytes"],
  ["HOST_ADDRESS", 24, 0, 64, "address of the first byte in host memory"],
];

const completionQueueRows: readonly Row[] = [
  ["LOG", 0, 0, 4, "log2 of the entries"],
  ["RING", 0, 0, 64, "address of the ring, a multiple of 64; LOG in its lowest bits"],
  ["EVENT_COUNT", 8, 0, 16, "completions that an event stands for; 0: a period counts, or each one"],
  ["EVENT_PERIOD", 10, 0, 16, "us after which an event comes all the same; 0: none"],
];

type Code = readonly [name: string, value: number, text: string];

function codesOf(id: string, title: string, codes: readonly Code[]): FormatCodes {
  return { id, title, codes: codes.map(([name, value, text]) => ({ name, value, text })) };
}

/** Values of fields of the formats; completions' statuses are those of `ibv_wc_status`. */
export const nicFormatCodes: readonly FormatCodes[] = [
  codesOf("SEND_OP", "Opcodes of work requests", [
    ["SEND", 0x0a, "SEND"],
    ["SEND_IMM", 0x0b, "SEND with immediate data"],
    ["SEND_INV", 0x01, "SEND with Invalidate"],
    ["WRITE", 0x08, "RDMA WRITE"],
    ["WRITE_IMM", 0x09, "RDMA WRITE with immediate data"],
    ["READ", 0x10, "RDMA READ"],
    ["CMP_SWAP", 0x11, "compare and swap 8 bytes"],
    ["FETCH_ADD", 0x12, "fetch 8 bytes and add"],
  ]),
  codesOf("SEND_FLAG", "Flags of work requests", [
    ["SIGNALED", 1, "a completion on success, too"],
    ["SOLICITED", 2, "the peer's completion is solicited"],
    ["FENCE", 4, "behind all earlier READs and atomics"],
    ["INLINE", 8, "the data stand in the work request"],
  ]),
  codesOf("CQE_OP", "Opcodes of completions", [
    ["SEND", 0, "SEND"],
    ["WRITE", 1, "RDMA WRITE"],
    ["READ", 2, "RDMA READ"],
    ["CMP_SWAP", 3, "compare and swap"],
    ["FETCH_ADD", 4, "fetch and add"],
    ["RECV", 128, "a SEND was received"],
    ["RECV_WRITE_IMM", 129, "immediate data of an RDMA WRITE were received"],
  ]),
  codesOf("CQE_FLAG", "Flags of completions", [
    ["IMMEDIATE", 1, "IMMEDIATE holds immediate data"],
    ["INVALIDATED", 2, "IMMEDIATE holds a key that the peer invalidated"],
    ["SOLICITED", 4, "the peer asked for an event"],
    ["GRH", 8, "UD: the first 40 bytes of the buffer are filled"],
  ]),
  codesOf("CQE_STATUS", "Statuses of completions", [
    ["SUCCESS", 0, "done"],
    ["LOCAL_LENGTH", 1, "a message longer than its pieces, or too long"],
    ["LOCAL_QP_OPERATION", 2, "a work request that cannot be, or cannot be read"],
    ["LOCAL_PROTECTION", 4, "a piece that its key does not grant, or that host memory fails"],
    ["FLUSHED", 5, "the queue pair had failed before"],
    ["BAD_RESPONSE", 7, "an answer that does not fit"],
    ["LOCAL_ACCESS", 8, "a peer's access that the region does not grant"],
    ["REMOTE_INVALID_REQUEST", 9, "the peer refused the request"],
    ["REMOTE_ACCESS", 10, "the peer's region does not grant the access"],
    ["REMOTE_OPERATION", 11, "the peer failed"],
    ["RETRY_EXCEEDED", 12, "no answer"],
    ["RNR_RETRY_EXCEEDED", 13, "the peer stayed without receive requests"],
    ["FATAL", 19, "a row of the queue was lost in a memory; its work requests have no completions"],
  ]),
  codesOf("ACCESS", "Rights", [
    ["LOCAL_WRITE", 1, "the adapter may write for its own queue pairs"],
    ["REMOTE_WRITE", 2, "RDMA WRITE"],
    ["REMOTE_READ", 4, "RDMA READ"],
    ["REMOTE_ATOMIC", 8, "atomics"],
  ]),
  codesOf("QP_STATE", "States of queue pairs", [
    ["RESET", 0, "nothing is done"],
    ["INIT", 1, "receive requests may be posted"],
    ["RTR", 2, "ready to receive"],
    ["RTS", 3, "ready to send"],
    ["SQD", 4, "nothing new is sent"],
    ["SQE", 5, "the send queue has failed"],
    ["ERR", 6, "failed: what is posted is flushed"],
  ]),
];

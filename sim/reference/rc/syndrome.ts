/** The AETH syndrome: ACK with credits, RNR NAK with a timer, NAK with a code (InfiniBand vol. 1, 9.7.5.2). */

export const nakCode = {
  sequence: 0x60,
  invalidRequest: 0x61,
  remoteAccess: 0x62,
  remoteOperation: 0x63,
} as const;
export type NakCode = (typeof nakCode)[keyof typeof nakCode];

/** Credit code 31: the field says nothing, the requester does not limit itself. */
export const noCredits = 31;

/** Credits of the codes 0 … 30 (Linux `rdmavt/rc.c`). */
export const creditTable: readonly number[] = [
  0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096,
  6144, 8192, 12288, 16384, 24576, 32768,
];

/** The largest code that promises no more than `free` receive requests. */
export function creditCode(free: number): number {
  let code = 0;
  while (code < 30 && creditTable[code + 1]! <= free) code++;
  return code;
}

/** Waits of the RNR timer codes in units of 10 us; code 0 is the longest. */
const rnrTens: readonly number[] = [
  65536, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072,
  4096, 6144, 8192, 12288, 16384, 24576, 32768, 49152,
];

/** Shortest wait after an RNR NAK in nanoseconds; `code` 0 … 31. */
export function rnrWaitNs(code: number): number {
  return rnrTens[code & 31]! * 10_000;
}

export function rnrSyndrome(code: number): number {
  return 0x20 | (code & 31);
}

/** What a syndrome means; `reserved` for patterns that no responder sends. */
export type Syndrome =
  | { readonly kind: "ack"; readonly credit: number }
  | { readonly kind: "rnr"; readonly code: number }
  | { readonly kind: "nak"; readonly code: NakCode }
  | { readonly kind: "reserved" };

export function readSyndrome(syndrome: number): Syndrome {
  const low = syndrome & 31;
  if (syndrome >> 5 === 0) return { kind: "ack", credit: low };
  if (syndrome >> 5 === 1) return { kind: "rnr", code: low };
  if (syndrome >= nakCode.sequence && syndrome <= nakCode.remoteOperation)
    return { kind: "nak", code: syndrome as NakCode };
  return { kind: "reserved" };
}

/** Local ACK timeout in nanoseconds, 4.096 us * 2^code; Infinity for code 0, which switches it off. */
export function ackTimeoutNs(code: number): number {
  return code === 0 ? Number.POSITIVE_INFINITY : 4096 * 2 ** code;
}

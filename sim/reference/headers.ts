/**
 * Headers of InfiniBand packets (vol. 1, chapters 7, 8 and 9): field layouts, opcodes and extension headers. Byte 0 is the
 * first on the wire, multi-byte fields are big-endian.
 */

export const lrhBytes = 8;
export const grhBytes = 40;
export const bthBytes = 12;
export const icrcBytes = 4;
export const vcrcBytes = 2;

/** LNH: local and global packets of the InfiniBand transport. */
export const lnh = { local: 2, global: 3 } as const;

/** BTH opcodes used by the benches; prefix 000 RC, 001 UC, 011 UD. */
export const opcode = {
  rcSendFirst: 0x00,
  rcSendMiddle: 0x01,
  rcSendLast: 0x02,
  rcSendOnly: 0x04,
  rcWriteFirst: 0x06,
  rcWriteOnly: 0x0a,
  rcReadRequest: 0x0c,
  rcReadResponseOnly: 0x10,
  rcAcknowledge: 0x11,
  rcAtomicAcknowledge: 0x12,
  rcCompareSwap: 0x13,
  rcFetchAdd: 0x14,
  ucSendOnly: 0x24,
  udSendOnly: 0x64,
} as const;

/** Bytes of the extension headers that follow the BTH of an operation (bits 4:0 of the opcode), RC and UC. */
const connected: readonly number[] = [
  0, 0, 0, 4, 0, 4, 16, 0, 0, 4, 16, 20, 16, 4, 0, 4, 4, 4, 12, 28, 28, 0, 4, 4,
];

/**
 * Bytes of extension headers behind the BTH.
 * @returns null for services that these benches do not know (RD, XRC, vendor)
 */
export function extensionBytes(code: number): number | null {
  const service = code >> 5;
  const operation = code & 31;
  if (service === 0 || service === 1) return connected[operation] ?? null;
  if (service === 3) return operation === 4 ? 8 : operation === 5 ? 12 : null;
  return null;
}

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeUint24(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 16;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value;
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function readUint24(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** RETH: virtual address in two halves, R_Key, length of the message in bytes. */
export function reth(fields: { vaHigh: number; vaLow: number; rkey: number; dmaBytes: number }): Uint8Array {
  const bytes = new Uint8Array(16);
  writeUint32(bytes, 0, fields.vaHigh);
  writeUint32(bytes, 4, fields.vaLow);
  writeUint32(bytes, 8, fields.rkey);
  writeUint32(bytes, 12, fields.dmaBytes);
  return bytes;
}

/** AETH: syndrome (8 bits) and MSN (24 bits). */
export function aeth(fields: { syndrome: number; msn: number }): Uint8Array {
  const bytes = new Uint8Array(4);
  bytes[0] = fields.syndrome;
  writeUint24(bytes, 1, fields.msn);
  return bytes;
}

/** DETH: Q_Key (32 bits) and source queue pair (24 bits). */
export function deth(fields: { qkey: number; sourceQp: number }): Uint8Array {
  const bytes = new Uint8Array(8);
  writeUint32(bytes, 0, fields.qkey);
  writeUint24(bytes, 5, fields.sourceQp);
  return bytes;
}

/** ImmDt, or IETH: 32 bits. */
export function word32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeUint32(bytes, 0, value);
  return bytes;
}

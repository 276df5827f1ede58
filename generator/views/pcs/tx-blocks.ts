/** 64B/66B blocks as the encoder writes them: IEEE Std 802.3 clause 82.2.3. */

/** Control characters that have a code of 7 bits. */
export const controlCodes = {
  idle: { octet: 0x07, code: 0x00 },
  lpi: { octet: 0x06, code: 0x06 },
  error: { octet: 0xfe, code: 0x1e },
} as const;

/** Block types; of the terminates the one with the terminate in byte 0 … 7. */
export const blockTypes = {
  idle: 0x1e,
  start: 0x78,
  ordered: 0x4b,
  terminate: [0x87, 0x99, 0xaa, 0xb4, 0xcc, 0xd2, 0xe1, 0xff],
} as const;

/** Payload of a block of eight errors. */
export const errorBlock = Array.from({ length: 8 }, (_, byte) => byte).reduce(
  (payload, byte) => payload | (BigInt(controlCodes.error.code) << BigInt(8 + 7 * byte)),
  BigInt(blockTypes.idle),
);
